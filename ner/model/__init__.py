"""The tagger and its loss; knows no files."""
