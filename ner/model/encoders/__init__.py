"""Encoders: characters to features; one file each."""
