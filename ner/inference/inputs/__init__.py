"""Texts to be tagged, read as a stream."""
