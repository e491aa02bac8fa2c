"""The checks of resources on AWS."""
