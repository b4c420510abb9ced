"""Scores, error examples, reports and figures of a tagger on a split."""
