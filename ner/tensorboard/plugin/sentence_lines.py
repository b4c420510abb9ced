"""Sentences as lines: the texts as JSON strings, and everything else as JSON objects, compressed some lines at a time.

A search reads the texts alone, and a page of sentences only the lines around each: of 100,000 sentences, the rest is
neither decompressed nor parsed. JSON strings contain no line breaks.
"""

import itertools
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

CHUNK = 64  # lines that are compressed together


def pack(sentences: Iterable[Mapping[str, Any]]) -> tuple[bytes, bytes]:
    """Texts and other fields of sentences, whose fields are those of `ExampleSentence.to_json`, for `Lines`."""
    texts, fields = [], []
    for sentence in sentences:
        text, others = _divided(sentence)
        texts.append(json.dumps(text, ensure_ascii=False))
        fields.append(json.dumps(others, separators=(",", ":")))
    return _pack_lines(texts), _pack_lines(fields)


class Lines:
    """The lines of a blob of `pack`.

    The blob is the number of chunks and the end of each, uint32, and then the chunks, by zlib.
    """

    def __init__(self, blob: bytes) -> None:
        count = int(np.frombuffer(blob, "<u4", 1)[0])
        self._bounds = (4 + 4 * count + np.append(0, np.frombuffer(blob, "<u4", count, offset=4).astype(int))).tolist()
        self._blob = blob

    def take(self, numbers: Iterable[int]) -> list[str]:
        """These lines; each chunk is decompressed once."""
        chosen = list(numbers)
        chunks = {nth: self._chunk(nth) for nth in {number // CHUNK for number in chosen}}
        return [chunks[number // CHUNK][number % CHUNK] for number in chosen]

    def __iter__(self) -> Iterator[str]:
        return itertools.chain.from_iterable(map(self._chunk, range(len(self._bounds) - 1)))

    def _chunk(self, nth: int) -> list[str]:
        content = zlib.decompress(self._blob[self._bounds[nth] : self._bounds[nth + 1]])
        return content.decode("utf-8", "surrogatepass").split("\n")


def parse(text: str, fields: str) -> dict[str, Any]:
    """The sentence that `pack` was given."""
    sentence = json.loads(fields)
    whole, no_space_after = json.loads(text), set(sentence.get("noSpaceAfter", ()))
    tokens, start = [], 0
    for index, length in enumerate(sentence.pop("lengths", ())):
        tokens.append(whole[start : start + length])
        start += length + (index not in no_space_after)
    return {**sentence, "tokens": tokens}


def escaped(text: str) -> str:
    """`text` as it stands within a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _divided(sentence: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The text, and all other fields with the lengths of the tokens in place of the tokens."""
    fields = dict(sentence)
    tokens, no_space_after = fields.pop("tokens", ()), set(fields.get("noSpaceAfter", ()))
    text = "".join(token + ("" if index in no_space_after else " ") for index, token in enumerate(tokens))
    return text.removesuffix(" "), {**fields, "lengths": [len(token) for token in tokens]}


def _pack_lines(lines: Sequence[str]) -> bytes:
    texts = ("\n".join(lines[first : first + CHUNK]) for first in range(0, len(lines), CHUNK))
    chunks = [zlib.compress(text.encode("utf-8", "surrogatepass"), 5) for text in texts]
    ends = np.cumsum([len(chunk) for chunk in chunks], dtype="<u4")
    return b"".join([np.append(len(chunks), ends).astype("<u4").tobytes(), *chunks])
