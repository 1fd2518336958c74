"""The suite's commands, one file each."""
