"""The checks of Dockerfiles that are no conditions: functions that rule files name."""
