"""Files of a split that are read as the first one of them must be laid out as it is."""

from collections.abc import Callable, Sequence

from ner.errors import InputError


def check_same_layout(paths: Sequence[str], layout: Callable[[str], str | None], remedy: str = "") -> None:
    """Raises `InputError` where the `layout` of a file, in words, is not the first one's; None tells nothing."""
    first = layout(paths[0])
    for path in paths[1:]:
        found = layout(path)
        if None not in (first, found) and found != first:
            raise InputError(
                f"{path}: {found}, but {paths[0]} has {first}; the files of a split must have one layout: "
                f"convert one of them{remedy}"
            )
