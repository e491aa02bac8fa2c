"""Shell scripts, whichever artifact they stand in: what does not parse, what does something else than it seems to."""
