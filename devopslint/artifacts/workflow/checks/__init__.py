"""The checks of workflows and actions that are no conditions: functions that rule files name."""
