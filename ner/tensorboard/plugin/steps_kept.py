"""How many steps of a tag TensorBoard is asked to keep.

By itself it draws lots: it keeps 10 images of a tag, say, and 1,000 points of a curve.
"""

STEPS_KEPT = 100_000  # more than any run has; 0, which sounds like no limit, would keep none
