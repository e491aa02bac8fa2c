"""One policy-and-lint checker for everything a DevOps team keeps in files."""

__version__ = "0.1.0"
