"""Whether exports answer as `ner.Tagger`: `python -m tests.benchmarks.export_answers --workdir=DIR FILE ...`.

Every sentence of the column files is tagged as raw text and as tokens by the work folder, by a SavedModel and by an
ONNX export of it, which are made first. Prints, for each file, how many sentences any export tags otherwise, and the
largest difference of a confidence.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import tensorflow as tf

from data_tools.readers.columns.conll import read_sentences
from data_tools.readers.columns.dialect_detection import find_dialect
from ner import Tagger
from ner.exporting.export import export
from ner.inference.doc import Doc
from ner.run_dir.workdir import WorkDir
from ner.text.detokenizer import space_after
from ner.text.sentence import Sentence
from ner.text.tokenizer import TokenizedText

_BATCH = 512
Answers = list[tuple[list[str], np.ndarray]]  # tags and confidences of each text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workdir", required=True)
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    work = WorkDir(options.workdir)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("saved_model", "onnx"):
            Path(folder, name).mkdir()
            export(work, str(Path(folder, name)), name)
        here, onnx = Tagger.load(work.path), Tagger.load(Path(folder, "onnx"))
        saved = tf.saved_model.load(str(Path(folder, "saved_model", "1")))
    for path in options.files:
        sentences = [one.sentence for one in read_sentences(path, find_dialect(path))]
        for kind, texts in (("raw", [raw_text(one) for one in sentences]), ("tokens", sentences)):
            wanted = of_docs(here.pipe(map(as_input, texts)))
            for name, found in (
                ("ONNX", of_docs(onnx.pipe(map(as_input, texts)))),
                ("SavedModel", in_graph(saved, texts)),
            ):
                print(f"{path} {kind} {name}: {compare(wanted, found)}", flush=True)


def raw_text(sentence: Sentence) -> str:
    """The sentence as running text."""
    spaces = space_after(sentence.tokens) if all(sentence.space_after[:-1]) else sentence.space_after
    return TokenizedText.from_tokens(sentence.tokens, spaces).text


def as_input(text: str | Sentence) -> str | TokenizedText:
    """What `ner.Tagger` takes."""
    return text if isinstance(text, str) else TokenizedText.from_tokens(text.tokens, text.space_after)


def of_docs(docs: list[Doc]) -> Answers:
    """What `ner.Tagger` says."""
    return [(list(doc.tags), np.array(doc.confidences)) for doc in docs]


def in_graph(saved: tf.Module, texts: list) -> Answers:
    """What a SavedModel says, of `_BATCH` texts at a time."""
    answers = []
    for first in range(0, len(texts), _BATCH):
        part = texts[first : first + _BATCH]
        if isinstance(part[0], str):
            found = saved.tag(tf.constant(part))
        else:
            tokens = tf.ragged.constant([one.tokens for one in part], tf.string)
            found = saved.tag_tokens(tokens, tf.ragged.constant([one.space_after for one in part], tf.bool))
        rows = zip(found["token_tags"].to_list(), found["token_confidences"], strict=True)
        answers += [([tag.decode() for tag in tags], confidences.numpy()) for tags, confidences in rows]
    return answers


def compare(wanted: Answers, found: Answers) -> str:
    """How many texts have other tags, and how far the confidences of the others differ."""
    pairs = list(zip(wanted, found, strict=True))
    same = [(one[1], other[1]) for one, other in pairs if one[0] == other[0]]
    largest = max((float(np.abs(one - other).max(initial=0)) for one, other in same), default=0.0)
    return f"{len(pairs) - len(same)} of {len(pairs):,} otherwise, confidences to {largest:.1e}"


if __name__ == "__main__":
    main()
