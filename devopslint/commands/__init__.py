"""What people can do: one module a command, and what several of them share. Each takes a request and returns an exit code."""
