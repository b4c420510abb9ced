"""Tagging: from input text to rendered entities."""
