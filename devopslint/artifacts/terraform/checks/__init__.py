"""The checks of Terraform that are no conditions: functions that rule files name."""
