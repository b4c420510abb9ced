"""What several workers of one run agree on."""
