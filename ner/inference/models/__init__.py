"""Trained models as tagging sees them: of work folders, and exported ones."""
