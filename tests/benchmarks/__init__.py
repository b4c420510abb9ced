"""Programs that measure; each prints JSON lines, one a variant, all variants interleaved in one run."""
