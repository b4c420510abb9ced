"""From annotated files to shards."""
