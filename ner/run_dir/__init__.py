"""A run's work folder: paths, checkpoints, event files."""
