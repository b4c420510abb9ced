"""Character-level named-entity recognition: records, tagger, training and analysis."""
