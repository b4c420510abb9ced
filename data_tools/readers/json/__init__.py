"""Records of annotated texts or tokens: JSON lines, JSON arrays, and rows of Parquet."""
