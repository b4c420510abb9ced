"""Entity F1 of a trained tagger on the same sentences given as tokens, as raw text and as paragraphs.

    python -m tests.benchmarks.raw_text WORKDIR RECORDS [SPLIT]

Text has the spaces of the detokenizer; a paragraph is 20 sentences of the split with a space between them.
"""

import dataclasses
import sys

from ner.data import dataset as records_dataset
from ner.data import example
from ner.data.tfrecord import read_records
from ner.inference.models.keras_model import load_character_model
from ner.inference.pipeline import Tagger
from ner.run_dir.workdir import WorkDir
from ner.text.detokenizer import space_after
from ner.text.spacing import SPACINGS
from ner.text.spans import spans_of
from ner.text.tokenizer import TokenizedText

PARAGRAPH = 20


def read_sentences(records, split):
    """The sentences of a split: tokens with the spaces of text, and entities as `(start, end, type)` in characters."""
    dataset = records_dataset.load(records)
    found = []
    for path in dataset.shard_paths(records, split):
        for record in read_records(path, dataset.compression):
            sentence = example.decode(record).sentence(dataset.labels)
            text = TokenizedText.from_tokens(sentence.tokens, space_after(sentence.tokens))
            spans = spans_of(sentence.tags)
            found.append((text, {(text.starts[one.start], text.ends[one.end - 1], one.type) for one in spans}))
    return found


def paragraphs_of(sentences):
    """The same as texts of `PARAGRAPH` sentences each."""
    for first in range(0, len(sentences), PARAGRAPH):
        text, entities = "", set()
        for sentence, own in sentences[first : first + PARAGRAPH]:
            text += " " * bool(text)
            entities |= {(start + len(text), end + len(text), kind) for start, end, kind in own}
            text += sentence.text
        yield text, entities


def f1(nlp, texts):
    correct, total = 0, 0
    for (_, gold), doc in zip(texts, nlp.pipe(text for text, _ in texts), strict=True):
        found = {(entity.start, entity.end, entity.label) for entity in doc.ents}
        correct, total = correct + len(gold & found), total + len(gold) + len(found)
    return 2 * correct / max(total, 1)


def main(workdir, records, split="validation"):
    model = load_character_model([WorkDir(workdir)])
    sentences = read_sentences(records, split)
    raw = [(text.text, entities) for text, entities in sentences]
    paragraphs = list(paragraphs_of(sentences))
    print(f"{len(raw):,} sentences of {split}; spaces in training: {model.spacing}")
    print(f"  {f1(Tagger(model), sentences):.3f}  tokens given")
    for spacing in SPACINGS:
        nlp = Tagger(dataclasses.replace(model, spacing=spacing))
        print(f"  {f1(nlp, raw):.3f}  raw text, which the model reads with spaces: {spacing}")
    if model.lone_marks:
        nlp = Tagger(dataclasses.replace(model, lone_marks=""))
        print(f"  {f1(nlp, raw):.3f}  raw text, cut by rule alone, not also at {model.lone_marks}")
    print(f"  {f1(Tagger(model), paragraphs):.3f}  paragraphs of {PARAGRAPH} sentences")
    splitting = Tagger(model, split_sentences=True)
    print(f"  {f1(splitting, paragraphs):.3f}  the same, their sentences found by rule")
    print(f"  {f1(splitting, raw):.3f}  single sentences, the rule applied to them too")


if __name__ == "__main__":
    main(*sys.argv[1:])
