"""The bytes of a block of lines as text, or what is wrong with which line of them."""

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")  # of ASCII, but for tab and line feed
_LATIN_CONTROL = re.compile(r"[\x7f-\x9f]")  # what is left of a wrong conversion, as in many published corpora


def decode_lines(data: bytes, encoding: str) -> tuple[str, list[tuple[int, str]]]:
    """Lines that end in a line feed alone, and none at the end; or else every fault, by line from 0."""
    try:
        # A file may end in a carriage return; elsewhere one without a line feed is a control character.
        text = data.decode(encoding).removesuffix("\r").replace("\r\n", "\n").removesuffix("\n")
    except UnicodeDecodeError:
        return "", _undecodable(data, encoding)
    if _CONTROL.search(text) is None:
        return text, []
    faults = []
    for number, line in enumerate(text.split("\n")):
        if (control := _CONTROL.search(line)) is not None:
            name = f"control character U+{ord(control[0]):04X}"
            faults.append((number, f"{name} is character {control.start() + 1} of the line; remove it"))
    return text, faults


def _undecodable(data: bytes, encoding: str) -> list[tuple[int, str]]:
    faults = []
    for number, line in enumerate(data.split(b"\n")):
        try:
            line.decode(encoding)
        except UnicodeDecodeError as error:
            what = f"byte 0x{line[error.start]:02X}, byte {error.start + 1} of the line, is not {encoding.upper()}"
            faults.append((number, f"{what}; convert the file, or name its --encoding"))
    return faults


def count_latin_controls(text: str) -> int:
    """How many characters of a text are U+007F to U+009F."""
    return 0 if text.isascii() and "\x7f" not in text else len(_LATIN_CONTROL.findall(text))
