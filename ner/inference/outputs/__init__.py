"""Tagged texts for people and programs."""
