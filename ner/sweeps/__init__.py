"""Trials of settings: what a sweep trains, side by side."""
