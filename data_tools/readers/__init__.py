"""Readers of annotated files; one format a file."""
