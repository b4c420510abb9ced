"""Heads: features to label scores and a loss; one file each."""
