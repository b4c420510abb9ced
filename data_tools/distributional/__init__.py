"""Word vectors from plain text: what words occur beside one another, counted and factorized."""
