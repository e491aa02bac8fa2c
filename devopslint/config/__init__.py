"""What people set: the configuration files, read, checked against their schema and the rules, and where they hold."""
