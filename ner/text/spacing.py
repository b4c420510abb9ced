"""Where the texts that a model was trained on have spaces, and other texts given the same ones.

Most corpora in columns do not say where spaces stood, so their sentences have one between all tokens: `AT&T , 3-1 .`. A
model that has seen nothing else makes many mistakes in `AT&T, 3-1.`, and must be given that text as it was trained.
"""

from collections.abc import Sequence

import numpy as np

from ner.text.detokenizer import space_after
from ner.text.text_batch import TextBatch
from ner.text.tokenizer import TokenizedText

BETWEEN_TOKENS = "a space between all tokens"
AS_WRITTEN = "as in running text"
SPACINGS = (BETWEEN_TOKENS, AS_WRITTEN)
_MIN_JOINED_SHARE = 0.01  # of the places between tokens; in running text punctuation alone joins about a tenth of them


def spacing_of(places: int, spaces: int) -> str:
    """Which of `SPACINGS` a corpus has where `spaces` of the `places` between its tokens hold a space."""
    return AS_WRITTEN if places - spaces > _MIN_JOINED_SHARE * places else BETWEEN_TOKENS


def join_tokens(tokens: Sequence[str], spacing: str) -> TokenizedText:
    """The text of tokens of which nobody says where spaces stood, with those that training texts would have."""
    return TokenizedText.from_tokens(tokens, None if spacing == BETWEEN_TOKENS else space_after(tokens))


def as_trained(texts: TextBatch, spacing: str) -> TextBatch:
    """The same tokens with the spaces of training texts: what a model is given. Its token i is token i of `texts`.

    With `BETWEEN_TOKENS` one space stands between all tokens; with `AS_WRITTEN` one stands where a text has white space
    of any kind, because records hold nothing else. White space around a text is removed.

        "AT&T,  3-1." -> "AT&T , 3-1 ."  or  "AT&T, 3-1."
    """
    if not len(texts.starts):
        return TextBatch(texts.code_points[:0], texts.starts, texts.ends, texts.num_tokens)
    gaps = ~texts.is_last
    if spacing == AS_WRITTEN:
        gaps[:-1] &= texts.ends[:-1] < texts.starts[1:]
    lengths = texts.ends - texts.starts
    widths = lengths + gaps
    after = np.cumsum(widths)
    starts = after - widths
    read = np.arange(widths.sum()) + np.repeat(texts.starts - starts, widths)  # after the last token, nothing may be
    code_points = texts.code_points.take(read, mode="clip")
    code_points[(after - 1)[gaps]] = ord(" ")
    return TextBatch(code_points, starts, starts + lengths, texts.num_tokens)
