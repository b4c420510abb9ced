"""The character embedding for TensorBoard's projector: vectors and metadata of each character."""

import io
import unicodedata

import numpy as np
from google.protobuf import text_format
from tensorboard.plugins import projector

from ner import files
from ner.text.vocabulary import NUM_SPECIAL, Vocabulary

_VECTORS, _CHARACTERS = "characters-vectors.tsv", "characters.tsv"
_CONFIG = "projector_config.pbtxt"
_INVISIBLE = ("C", "Z")  # Unicode's control and separator categories


def write(folder: str, vectors: np.ndarray, vocabulary: Vocabulary) -> None:
    """Writes the projector's files into a run's folder, which must contain an event file.

    `vectors` is float [V, E]; its row 0, padding, is left out.
    """
    text = io.BytesIO()
    np.savetxt(text, vectors[1:], fmt="%.5g", delimiter="\t")
    config = projector.ProjectorConfig()
    config.embeddings.add(tensor_name="characters", tensor_path=_VECTORS, metadata_path=_CHARACTERS)
    files.write_atomically(files.join(folder, _VECTORS), text.getvalue())
    files.write_atomically(files.join(folder, _CHARACTERS), characters_tsv(vocabulary).encode())
    files.write_atomically(files.join(folder, _CONFIG), text_format.MessageToString(config).encode())


def characters_tsv(vocabulary: Vocabulary) -> str:
    """A line for the unknown and for each known character: label, kind, code point, Unicode name, id."""
    lines = ["character\tkind\tcode\tname\tid", f"<unknown>\tspecial\t\tany other character\t{NUM_SPECIAL - 1}"]
    for number, character in enumerate(vocabulary.characters, NUM_SPECIAL):
        name = unicodedata.name(character, "")
        code = f"U+{ord(character):04X}"
        lines.append(f"{_printed(character, name, code)}\t{_kind(character)}\t{code}\t{name}\t{number}")
    return "\n".join(lines) + "\n"


def _printed(character: str, name: str, code: str) -> str:
    if unicodedata.category(character)[0] in _INVISIBLE or unicodedata.combining(character):
        return f"<{name.lower() or code}>"
    return character


def _kind(character: str) -> str:
    kinds = {"Lu": "upper case", "Ll": "lower case", "L": "letter", "M": "mark", "N": "digit", "P": "punctuation",
             "S": "symbol", "Z": "space", "C": "control"}  # fmt: skip
    category = unicodedata.category(character)
    return kinds.get(category) or kinds[category[0]]
