"""The report on a split: as text, JSON, HTML, figures and files of predictions."""
