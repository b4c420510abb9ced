"""Other taggers, trained on the same column files as ours and scored by the same code: one file a library."""
