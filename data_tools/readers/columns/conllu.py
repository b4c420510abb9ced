"""What CoNLL-U says beside its columns: where a sentence starts anew, and where its text has spaces.

Source: https://universaldependencies.org/format.html
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from data_tools.readers.columns.dialect import SKIPPED_INDEX, ends_sentence, says_no_space

TEXT_COMMENT = re.compile(r"#[ \t]*text[ \t]*=[ \t]*(.*)")

_RUNNING = tuple(map(str, range(1_000)))


def sentences_by_index(indexes: Sequence[str]) -> Iterator[slice]:
    """The rows of each sentence: an index of 0 or 1 after one that is not smaller begins the next one.

    `["1", "2", "1-2", "1", "2"]` -> rows 0 to 2, then 2 to 5. Rows with other text than numbers begin nothing.
    """
    first, number = 0, -1  # of the sentence; of the last word
    if tuple(indexes) in (_RUNNING[1 : len(indexes) + 1], _RUNNING[: len(indexes)]):  # by far the most
        yield slice(len(indexes))
        return
    for row, index in enumerate(indexes):
        skipped = SKIPPED_INDEX.fullmatch(index)
        if index.isdecimal():
            begins, following = index in ("0", "1") and number >= int(index), int(index)
        elif skipped and skipped[1] == "-":  # its first word follows
            begins, following = index.startswith(("0-", "1-")) and number >= int(index[0]), int(index.split("-")[0]) - 1
        elif skipped:
            begins, following = index.startswith("0.") and number > 0, int(index.split(".")[0])
        else:
            continue
        if begins:
            yield slice(first, row)
            first = row
        number = following
    yield slice(first, len(indexes))


def sentences_by_misc(miscs: Sequence[str]) -> Iterator[slice]:
    """The rows of each sentence: one ends with each row whose MISC says so, as in HIPE, and with the last row."""
    ends = [row + 1 for row, misc in enumerate(miscs) if ends_sentence(misc)]
    for first, end in pairwise(dict.fromkeys((0, *ends, len(miscs)))):
        yield slice(first, end)


def space_after_by_misc(indexes: Sequence[str], miscs: Sequence[str]) -> tuple[bool, ...]:
    """Whether a space follows each word of a sentence, by `SpaceAfter=No` in MISC.

    The MISC of a multiword token `7-8` speaks of the space after its last word. Without indexes (`indexes` is empty),
    every row is a word.
    """
    if not indexes:
        return tuple(not says_no_space(misc) for misc in miscs)
    found: list[bool] = []
    last_word = ""  # of a multiword token that no space follows
    for index, misc in zip(indexes, miscs, strict=True):
        no_space_after = says_no_space(misc)
        if index.isdecimal():
            found.append(not no_space_after and index != last_word)
        else:
            last_word = index.partition("-")[2] if no_space_after else ""
    return tuple(found)


def space_after_by_text(indexes: Sequence[str], tokens: Sequence[str], text: str) -> tuple[bool, ...] | None:
    """Whether a space follows each word in `text`; None where the text is not made of these tokens and spaces.

    Of a multiword token, its own form stands in the text; its words count as separated by spaces. Without indexes
    (`indexes` is empty), every row is a word.
    """
    found: list[bool] = []
    position, last_word = 0, 0  # after what was found; last word of a multiword token
    for row, token in enumerate(tokens):
        index = indexes[row] if indexes else str(row + 1)
        if not index.isdecimal():
            skipped = SKIPPED_INDEX.fullmatch(index)
            if skipped is None or skipped[1] == ".":
                continue
            last_word = int(index.split("-")[1])
        elif int(index) <= last_word:
            found.append(int(index) < last_word or text[position : position + 1].isspace())
            continue
        while position < len(text) and text[position].isspace() and not token.startswith(text[position]):
            position += 1
        if not text.startswith(token, position):
            return None
        position += len(token)
        if index.isdecimal():
            found.append(text[position : position + 1].isspace())
    return tuple(found) if not text[position:].strip() else None
