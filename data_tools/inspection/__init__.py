"""Checks shards that were built."""
