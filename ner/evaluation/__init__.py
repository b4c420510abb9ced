"""What is known about a model: scores, reports, figures, summaries."""
