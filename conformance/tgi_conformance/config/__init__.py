"""What a run is asked to do: flags, files, the environment, several targets, the estimate."""
