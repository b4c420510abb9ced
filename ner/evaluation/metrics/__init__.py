"""Metrics: counts of batches that add up to the scores of a split; one metric a file."""
