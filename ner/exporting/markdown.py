"""Text in the tables of a model card."""


def cell(text: str) -> str:
    """The text as a cell of a table in Markdown, where a vertical bar would end it."""
    return text.replace("|", "\\|")
