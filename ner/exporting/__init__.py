"""Exports of a trained tagger: written, compared with the tagger in a new process, and described."""
