"""A run: what happens when."""
