"""spaCy from scratch: the pipeline and training of `spacy init config --pipeline ner` on a CPU."""

import importlib.metadata
import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ner.data.word_vectors import WordVectors
from ner.text.sentence import Sentence
from ner.text.spans import Span, spans_of
from tests.benchmarks.peers.peer import Tagger
from tests.iob2 import tags_of


@dataclass(frozen=True, kw_only=True)
class SpacyPipeline:
    """Hashed embeddings of norm, prefix, suffix and shape, a CNN of 4 layers, and a transition-based parser.

    `spacy train` with spaCy's own settings: it stops 1,600 updates after its best score on the validation split, or
    after 20,000, and the weights of the best score are kept. The language is `xx`, none in particular; tokens are those
    of the corpus, in training too.
    """

    optimize: str = "efficiency"
    max_steps: int = 20_000
    uses_seed: bool = True
    word_vectors: WordVectors | None = None  # read as they are, beside the hashed embeddings

    @property
    def settings(self) -> str:
        """`"spaCy 3.8.18, optimize efficiency, at most 20000 updates"`."""
        version = importlib.metadata.version("spacy")
        given = f", word vectors {self.word_vectors.fingerprint}" if self.word_vectors else ""
        return f"spaCy {version}, optimize {self.optimize}, at most {self.max_steps} updates{given}"

    def train(self, train: Sequence[Sentence], validation: Sequence[Sentence], seed: int) -> Tagger:
        """A tagger with the weights that were best on `validation`."""
        import spacy
        from spacy.cli.init_config import init_config
        from spacy.training.initialize import init_nlp
        from spacy.training.loop import train as train_pipeline

        with tempfile.TemporaryDirectory() as folder:
            paths = {"train": Path(folder, "train.spacy"), "dev": Path(folder, "dev.spacy")}
            config = init_config(lang="xx", pipeline=["ner"], optimize=self.optimize, gpu=False, silent=True)
            config["paths"].update({name: str(path) for name, path in paths.items()})
            for name in paths:  # else spaCy tokenizes the training text itself
                config["corpora"][name]["gold_preproc"] = True
            config["system"]["seed"] = seed
            config["training"]["max_steps"] = self.max_steps
            config["training"]["eval_frequency"] = min(config["training"]["eval_frequency"], self.max_steps)
            if self.optimize == "accuracy":  # else it asks for word vectors
                config["components"]["tok2vec"]["model"]["embed"]["include_static_vectors"] = False
                config["initialize"]["vectors"] = None
            blank = spacy.blank("xx")
            if self.word_vectors:
                config["components"]["tok2vec"]["model"]["embed"]["include_static_vectors"] = True
                config["initialize"]["vectors"] = str(Path(folder, "vectors"))
                pairs = zip(self.word_vectors.words, self.word_vectors.vectors.astype(np.float32), strict=True)
                with_vectors = spacy.blank("xx")
                with_vectors.vocab.reset_vectors(width=self.word_vectors.size)
                for word, vector in pairs:
                    with_vectors.vocab.set_vector(word, vector)
                with_vectors.to_disk(config["initialize"]["vectors"])
            for path, sentences in zip(paths.values(), (train, validation), strict=True):
                write_docs(path, sentences, blank.vocab)
            output = Path(folder, "out")
            output.mkdir()
            train_pipeline(init_nlp(config), output, stdout=io.StringIO(), stderr=io.StringIO())
            pipeline = spacy.load(output / "model-best")

        def tag(sentences: Sequence[Sequence[str]]) -> list[list[str]]:
            docs = (spacy.tokens.Doc(pipeline.vocab, words=list(tokens)) for tokens in sentences)
            return [tags_of(_entities(doc), len(doc)) for doc in pipeline.pipe(docs)]

        return tag


def write_docs(path: Path, sentences: Sequence[Sentence], vocab: Any) -> None:
    """Writes the sentences as spaCy's training data: one Doc each, with the words of the corpus and its entities."""
    from spacy.tokens import Doc, DocBin
    from spacy.tokens import Span as DocSpan

    docs = DocBin()
    for one in sentences:
        doc = Doc(vocab, words=list(one.tokens), spaces=list(one.space_after))
        doc.ents = [DocSpan(doc, span.start, span.end, span.type) for span in spans_of(one.tags)]
        docs.add(doc)
    docs.to_disk(path)


def _entities(doc: Any) -> list[Span]:
    return [Span(entity.label_, entity.start, entity.end) for entity in doc.ents]
