"""Durations as people read them."""


def format_duration(seconds: float) -> str:
    """Hours, minutes and seconds: `75.2` -> `1:15`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
