"""Explains the entities of tagged texts: which characters speak for each label, and which against it."""

from dataclasses import replace

from ner.devices import use_devices
from ner.evaluation.explainer import Explainer, Explanation, LongEntityError
from ner.inference.doc import Doc
from ner.inference.models.keras_model import load_ensemble
from ner.inference.outputs.rendering import Renderer
from ner.run_dir.workdir import WorkDir
from ner.text.sentence_splitter import sentence_starts
from ner.text.spans import Span, spans_of
from ner.text.tokenizer import TokenizedText


class DocExplainer:
    """Adds explanations to documents; `split_sentences` as in the tagging of them. Thread-safe."""

    def __init__(self, explainer: Explainer, *, split_sentences: bool = False) -> None:
        self._explainer = explainer
        self._split_sentences = split_sentences

    @classmethod
    def load(cls, *paths: str, split_sentences: bool = False) -> "DocExplainer":
        """That of the best tagger of a work folder, or of those of several, which predict together.

        Raises `InputError` where there are no trained weights, or models that cannot predict together.
        """
        works = [WorkDir(path) for path in paths]
        for work in works:
            work.check_trained()
        use_devices()
        tagger, _ = load_ensemble(works, precision="float32")
        return cls(Explainer(tagger, works[0].dataset().spacing), split_sentences=split_sentences)

    def __call__(self, doc: Doc) -> Doc:
        """The document with an explanation for each of `ents`: why this label, rather than the likeliest other one.

        None for an entity of more than `ner.evaluation.explainer.LONGEST_ENTITY` characters.
        """
        spans = spans_of(doc.tags)
        bounds = [0, len(doc.tags)]
        if self._split_sentences:
            bounds = [*sentence_starts(doc.source), len(doc.tags)]
        return replace(doc, explanations=tuple(self._explain(doc.source, span, bounds) for span in spans))

    def before(self, render: Renderer) -> Renderer:
        """A renderer of documents that are explained first."""
        return replace(render, text=lambda source, doc: render.text(source, self(doc)))

    def _explain(self, text: TokenizedText, span: Span, bounds: list[int]) -> Explanation | None:
        first = max(bound for bound in bounds if bound <= span.start)
        end = min(bound for bound in bounds if bound >= span.end)
        read = TokenizedText(text.text, text.starts[first:end], text.ends[first:end])
        try:
            return self._explainer.explain(read, span.start - first, span.end - first, span.type)
        except LongEntityError:
            return None
