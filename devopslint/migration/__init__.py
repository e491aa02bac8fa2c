"""From the configuration of peers to ours: what is read, what it becomes, and what has no equal."""
