"""Reads texts from JSON lines, as annotation tools and data sets have them: an object with a `text` on each line."""

import json
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from ner.errors import InputError
from ner.inference.inputs.input_errors import InputErrors
from ner.inference.inputs.input_lines import LONGEST_TEXT, Line, read_lines, too_long
from ner.inference.inputs.input_text import InputText, Tokenize, Window, window_of
from ner.text.tokenizer import TokenizedText

_EXPECTED = 'expected an object such as {"text": "..."} on each line; of an array, jq -c .[] makes lines'


def read_json(
    paths: Sequence[str], errors: InputErrors, tokenize: Tokenize = TokenizedText.from_text
) -> Iterator[Window]:
    """Windows of texts, one for each line that is not blank, with the other fields of its object.

    A line without a text is an `InputError` that goes to `errors`, as those of `read_text`. Raises OSError where a file
    cannot be read.
    """
    read = partial(_text_of_object, tokenize=tokenize)
    for path in paths:
        for lines in read_lines(path):
            yield from window_of([[line] for line in lines if not line.is_blank], read, errors)


def _text_of_object(lines: Sequence[Line], salvage: bool, tokenize: Tokenize) -> Window:
    """The text of one line. Raises `InputError`; with `salvage` a line that is no such object is an empty text."""
    [line] = lines
    try:
        fields = _parse(line, salvage)
    except InputError:
        if not salvage:
            raise
        fields = {"text": ""}
    return [InputText(tokenize(fields.pop("text")), line.path, line.number, fields=fields)]


def _parse(line: Line, salvage: bool) -> dict[str, Any]:
    content = line.text(salvage)
    try:
        fields = json.loads(content)
        json.dumps(fields, ensure_ascii=False).encode()  # what is written of them
    except json.JSONDecodeError as error:
        raise InputError(f"{line.where}: not JSON ({error.msg} at character {error.colno}); {_EXPECTED}") from None
    except UnicodeEncodeError:
        raise InputError(f"{line.where}: half of a surrogate pair, which is no character; write both halves") from None
    except ValueError:  # Python reads no longer ones
        digits = sys.get_int_max_str_digits()
        raise InputError(f"{line.where}: a whole number of more than {digits:,} digits; write it as a string") from None
    except RecursionError:
        raise InputError(f"{line.where}: nested too deeply; {_EXPECTED}") from None
    if not isinstance(fields, dict):
        raise InputError(f"{line.where}: JSON, but no object; {_EXPECTED}")
    if not isinstance(fields.get("text"), str):
        named = ", ".join(map(repr, list(fields)[:10])) or "no fields"
        raise InputError(f"{line.where}: no 'text' with a string among {named}; {_EXPECTED}")
    if len(fields["text"]) > LONGEST_TEXT:
        raise InputError(too_long(line.where, f"{len(fields['text']):,}"))
    return fields
