"""How often the spaces of `ner.text.detokenizer` are real: `python -m tests.benchmarks.detokenizer FILE ...`.

Text (a paragraph a line, also compressed) is cut into tokens by rule, and its spaces are guessed from the tokens.
"""

import sys
from collections import Counter

from ner.inference.inputs.input_errors import InputErrors
from ner.inference.inputs.input_text import read_text
from ner.text.detokenizer import space_after

PLACES = 400_000  # between tokens, after which it ends


def main(paths):
    places, spaces, right, paragraphs, exact = 0, 0, 0, 0, 0
    wrong = Counter()
    for window in read_text(paths, InputErrors("skip", print)):
        for text in (source.text for source in window if len(source.text.starts) > 1):
            real = [end < start for end, start in zip(text.ends, text.starts[1:], strict=False)]
            guessed = space_after(text.tokens)[:-1]
            tokens = ["word" if token.isalnum() else token for token in text.tokens]
            missed = [index for index, space in enumerate(real) if space != guessed[index]]
            wrong.update((tokens[index], " " if real[index] else "", tokens[index + 1]) for index in missed)
            places, spaces, right = places + len(real), spaces + sum(real), right + len(real) - len(missed)
            paragraphs, exact = paragraphs + 1, exact + (not missed)
        if places >= PLACES:
            break
    print(f"{places:,} places between tokens: {right / places:.1%} right ({spaces / places:.1%} if all were spaces)")
    print(f"{paragraphs:,} paragraphs: {exact / paragraphs:.1%} right as a whole")
    for (before, space, after), number in wrong.most_common(10):
        print(f"{number:6,}  {before}{space}{after}")


if __name__ == "__main__":
    main(sys.argv[1:])
