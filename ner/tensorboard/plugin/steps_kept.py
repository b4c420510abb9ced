"""Number of steps of a tag that TensorBoard keeps; its defaults are samples, such as 10 images and 1,000 points."""

STEPS_KEPT = 100_000  # more than any run has; 0 would keep none
