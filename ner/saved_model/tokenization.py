"""The tokens of `ner.text.tokenizer`, found by TensorFlow ops.

RE2, TensorFlow's regular expressions, knows neither Unicode's letters nor what stands around a match. So each grapheme
cluster is replaced by one ASCII character, the shape of its first character, and what the tokenizer finds by looking
around becomes a shape of its own: the quotation mark of a possessive, the full stop of an initial, the comma of a
number.
"""

import re
import sys
from functools import cache

import tensorflow as tf

from ner.saved_model.code_points import CodePointTable
from ner.text.grapheme_clusters import EXTENDING, INDICATOR, JOINER, PICTOGRAPH, SPACE, class_of
from ner.text.tokenizer import shape_of

# `s` is the only letter that the rules know by name; `a` is any other that is lower-case, `A` one that is not. `=` is a
# mark that no token but a URL holds, and `|` one that stands alone.
_LETTER, _WORD = "[Aas]", "[Aas0_]"
# Pattern and replacement, one after another. Those whose matches may overlap stand there twice.
_LOOKING_AROUND = (
    (r"'s\b", "`s"),
    *[(rf"({_LETTER})\.( +{_WORD})", r"\1<\2")] * 2,
    *[("0,0", "0;0")] * 2,
    *[("0:0", "0>0")] * 2,
    *[(rf"({_WORD}):([as])", r"\1>\2")] * 2,
)
_TOKEN = "|".join(
    (
        f"{_WORD}{{2,}}://[^ |]*[Aas0_/]",
        rf"(?:{_LETTER}[.<]){{2,}}(?:{_LETTER}\b)?",
        f"{_LETTER}<",
        "`s",
        f"[@#]?{_WORD}+(?:['.&;>-]{_WORD}+)*",
        r"\.\.+|!!+|\?\?+|--+",
        "[^ ]",
    )
)
_END = "\n"


def find_tokens(characters: tf.RaggedTensor, lone_marks: str = "") -> tuple[tf.RaggedTensor, tf.RaggedTensor]:
    """First character of each token, and the one after its last, ragged int32 [N, W].

    `characters` are code points, ragged int32 [N, T]; `lone_marks` as in `TokenizedText.from_text`.
    """
    is_first = ~_continues(characters)
    firsts = tf.ragged.boolean_mask(characters, characters.with_flat_values(is_first))  # of each cluster
    shapes = firsts.with_flat_values(_shapes(lone_marks).look_up(firsts.flat_values))
    text = tf.strings.unicode_encode(shapes, "UTF-8")
    for pattern, replacement in _LOOKING_AROUND:
        text = tf.strings.regex_replace(text, pattern, replacement)
    marked = tf.strings.unicode_decode(tf.strings.regex_replace(text, f"({_TOKEN})", rf"\1{_END}"), "UTF-8")

    codes = marked.flat_values
    is_end = codes == ord(_END)
    before = tf.concat([[ord(_END)], codes[:-1]], axis=0)  # a row ends in a space or in an end of a token
    is_start = ~is_end & (codes != ord(" ")) & ((before == ord(_END)) | (before == ord(" ")))
    # In `firsts.flat_values`, which have no marks of ends, and from there in `characters.flat_values`.
    clusters = tf.range(tf.size(codes)) - tf.cumsum(tf.cast(is_end, tf.int32), exclusive=True)
    places = tf.concat([tf.cast(tf.where(is_first)[:, 0], tf.int32), [tf.size(is_first)]], axis=0)
    rows = tf.boolean_mask(marked.value_rowids(), is_end)
    first_of_row = tf.gather(tf.cast(characters.row_starts(), tf.int32), rows)
    starts, ends = (
        tf.RaggedTensor.from_value_rowids(
            tf.gather(places, tf.boolean_mask(clusters, where)) - first_of_row, rows, marked.nrows()
        )
        for where in (is_start, is_end)
    )
    return starts, ends


def _continues(characters: tf.RaggedTensor) -> tf.Tensor:
    """Whether a character belongs to the grapheme cluster of the one before, bool [T of all texts]."""
    classes, rows = _classes().look_up(characters.flat_values), characters.value_rowids()
    before = tf.concat([[ord(SPACE)], tf.where(rows[1:] == rows[:-1], classes[:-1], ord(SPACE))], axis=0)
    before = before[: tf.size(classes)]

    def pair(first: str, second: str) -> tf.Tensor:
        return (before == ord(first)) & (classes == ord(second))

    extends = (classes == ord(EXTENDING)) | (classes == ord(JOINER))
    return (before != ord(SPACE)) & extends | pair(JOINER, PICTOGRAPH) | pair(INDICATOR, INDICATOR)


@cache
def _classes() -> CodePointTable:
    """The parts that characters have in grapheme clusters."""
    return CodePointTable("".join(map(class_of, range(sys.maxunicode + 1))))


@cache
def _shapes(lone_marks: str) -> CodePointTable:
    """The parts that characters have in tokens: `a`, `A`, `s`, `0`, `_`, a space, `=`, `|`, a mark that rules name."""
    shapes = "".join(map(shape_of, range(sys.maxunicode + 1)))
    shapes = shapes.translate(dict.fromkeys(map(ord, lone_marks), "|"))
    for pattern, shape in (
        (r"\s", " "),
        (r"\d", "0"),
        (r"[b-rt-z]", "a"),
        (r"[^\W\das_]", "A"),
        (r"[%~+]", "="),
        (r"[^ Aas0_.,:'&@#/!?=-]", "|"),
    ):
        shapes = re.sub(pattern, shape, shapes)
    return CodePointTable(shapes)
