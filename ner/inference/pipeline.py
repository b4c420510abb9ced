"""The Python interface: a trained tagger that takes strings and gives documents with entities.

    from ner import Tagger

    nlp = Tagger.load("work")
    doc = nlp("Ada Lovelace lived in London.")
    print([(ent.text, ent.label, ent.confidence) for ent in doc.ents])

(`ner.model.tagger.Tagger` is another thing: the Keras model that training makes.)
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from os import PathLike, fspath
from typing import Any

from ner.errors import InputError
from ner.inference.annotator import Annotator
from ner.inference.doc import Doc
from ner.inference.models import export_description
from ner.inference.models.character_model import CharacterModel
from ner.inference.models.thresholds import thresholds
from ner.text.decoding import METHODS
from ner.text.sentence_splitter import sentences_of
from ner.text.spacing import join_tokens
from ner.text.tokenizer import TokenizedText

_FIRST_WINDOW_TEXTS = 128  # are sorted by length together, and twice as many each time
_LARGEST_WINDOW_TEXTS = 2048
_WINDOW_CHARACTERS = 1 << 19  # but no more than this, so that memory is bounded whatever the texts

Text = str | Sequence[str] | TokenizedText


class Tagger:
    """Finds entities in texts. All methods may be called from several threads. A process that is forked loads its own
    (RuntimeError otherwise); one tagger of an ONNX export serves all of them.

    `decoding` is one of `ner.text.decoding.METHODS`. With `split_sentences` the sentences of each text are found by
    rule (`ner.text.sentence_splitter`) and read one by one, as in training; what is found in one of them counts in the
    others, as much as was best on validation (`--tune_document_weight`). `batch_size` is everywhere how many texts
    of similar length the model reads at once; without it, as many as suit the model. With `min_precision`, entities of
    each type are left out below the confidence with which the type reached that precision on validation, with
    `min_confidence` all below that; without, as an export was made. `thresholds` has these confidences by type,
    infinite where none reached the precision, or is None. Validation has documents: where `uses_documents`, its
    precisions hold for documents, not for texts given one by one, whose confidences are others.
    """

    def __init__(
        self,
        model: CharacterModel,
        *,
        decoding: str = METHODS[0],
        split_sentences: bool = False,
        min_precision: float | None = None,
        min_confidence: float = 0.0,
    ) -> None:
        if decoding not in METHODS:
            raise InputError(f"decoding is {decoding!r}, not one of {', '.join(METHODS)}")
        self.thresholds = thresholds(
            model.labels.types,
            model.calibration,
            min_precision=min_precision,
            min_confidence=min_confidence,
            default=model.thresholds,
            decoding=decoding,
        )
        self._annotator = Annotator(model, decoding)
        self._split_sentences = split_sentences

    @classmethod
    def load(
        cls,
        path: str | PathLike[str],
        *others: str | PathLike[str],
        decoding: str = METHODS[0],
        split_sentences: bool = False,
        min_precision: float | None = None,
        min_confidence: float = 0.0,
    ) -> "Tagger":
        """The best tagger of the work folder that `ner.train` wrote at `path`; with `others`, an ensemble of all.

        `path` may also be an export of `ner.export`; one with `--format=onnx` needs no TensorFlow. Raises `InputError`
        where there are no trained weights, and for `min_precision` where confidences were not calibrated, or not for
        this `decoding`.
        """
        options: dict[str, Any] = {
            "decoding": decoding,
            "split_sentences": split_sentences,
            "min_precision": min_precision,
            "min_confidence": min_confidence,
        }
        paths = [fspath(one) for one in (path, *others)]
        if any(map(export_description.is_export, paths)):
            return cls(_load_export(paths), **options)
        from ner.run_dir.workdir import WorkDir

        works = [WorkDir(one) for one in paths]
        for work in works:
            work.check_trained()  # before TensorFlow is imported, which takes seconds
        from ner.devices import use_devices
        from ner.inference.models.keras_model import load_character_model

        use_devices()
        return cls(load_character_model(works), **options)

    @property
    def labels(self) -> tuple[str, ...]:
        """The types of entities that it finds, such as `("LOC", "ORG", "PER")`."""
        return self._annotator.model.labels.types

    @property
    def spacing(self) -> str:
        """Where the texts that it was trained on have spaces, one of `ner.text.spacing.SPACINGS`."""
        return self._annotator.model.spacing

    def tokenize(self, text: str) -> TokenizedText:
        """The text with the tokens in which the tagger reads it."""
        return self._annotator.model.tokenize(text)

    @property
    def uses_documents(self) -> bool:
        """Whether sentences of a document inform each other."""
        return self._annotator.uses_documents

    def __call__(self, text: Text) -> Doc:
        """The document of one text: a string, or a sequence of strings, which are its tokens."""
        return self.tag([text])[0]

    def tag(
        self,
        texts: Sequence[Text],
        *,
        batch_size: int | None = None,
        documents: Sequence[int | None] | None = None,
    ) -> list[Doc]:
        """The documents of the texts, in their order; all are in memory at once.

        Where texts are the sentences of longer documents, `documents` has the number of each text's document, or None
        for a text that stands alone. With `split_sentences`, each text is a document.
        """
        _check_texts(texts)
        _check_batch_size(batch_size)
        if documents is not None and len(documents) != len(texts):
            raise InputError(f"documents has {len(documents)} numbers, expected one for each of {len(texts)} texts")
        return self._tag([self._tokenized(text) for text in texts], batch_size, documents)

    def pipe(self, texts: Iterable[Text], *, batch_size: int | None = None) -> Iterator[Doc]:
        """The documents of a stream of texts, in its order.

        The stream is read in windows of many texts, small ones first: the first document comes soon, and memory does
        not grow with the stream. What it raises is raised when the documents of the texts before were given.
        """
        _check_texts(texts)
        _check_batch_size(batch_size)
        return chain.from_iterable(
            self._tag(window, batch_size) for window in _windows(map(self._tokenized, texts), batch_size or 0)
        )

    def _tag(
        self,
        texts: Sequence[TokenizedText],
        batch_size: int | None,
        documents: Sequence[int | None] | None = None,
    ) -> list[Doc]:
        docs = self._tag_all(texts, batch_size, documents)
        limits = self.thresholds
        return docs if limits is None else [doc.confident(limits) for doc in docs]

    def _tag_all(
        self, texts: Sequence[TokenizedText], batch_size: int | None, documents: Sequence[int | None] | None
    ) -> list[Doc]:
        if not self._split_sentences:
            return self._annotator.tag(texts, batch_size, documents)
        sentences = [sentences_of(text) for text in texts]
        text_numbers = [number for number, own in enumerate(sentences) for _ in own]
        docs = iter(self._annotator.tag([*chain.from_iterable(sentences)], batch_size, text_numbers))
        return [
            Doc.of_sentences(text, list(islice(docs, len(own)))) for text, own in zip(texts, sentences, strict=True)
        ]

    def _tokenized(self, text: Text) -> TokenizedText:
        if isinstance(text, TokenizedText):
            return text
        if isinstance(text, str):
            return self.tokenize(text)
        tokens = list(text) if isinstance(text, Sequence) and not isinstance(text, bytes | bytearray) else [None]
        if not all(isinstance(token, str) and token for token in tokens):
            raise InputError(
                f"a text is a string, or a sequence of tokens, which are strings that are not empty; got {text!r:.80}"
            )
        return join_tokens(tokens, self._annotator.model.spacing)


def _load_export(paths: Sequence[str]) -> CharacterModel:
    """The model of one export. Raises `InputError` for several paths."""
    if len(paths) > 1:
        raise InputError(
            f"{', '.join(paths)}: an ensemble is made of work folders, and one of these is an export; name work "
            "folders, or export the ensemble with `python -m ner.export --ensemble`"
        )
    if export_description.Description.read(paths[0]).format == export_description.ONNX:
        from ner.inference.models.onnx_session import load_onnx

        return load_onnx(paths[0])
    from ner.devices import use_devices
    from ner.inference.models.saved_model_session import load_saved_model

    use_devices()
    return load_saved_model(paths[0])


def _check_texts(texts: Iterable[Text]) -> None:
    """Raises `InputError` on one text: a string would be as many texts as it has characters."""
    if isinstance(texts, str | TokenizedText):
        raise InputError("one text where several are taken: call the tagger, nlp(text), or give a list, [text]")


def _check_batch_size(batch_size: int | None) -> None:
    if batch_size is not None and batch_size < 1:
        raise InputError(f"batch_size is {batch_size}, must be at least 1")


def _windows(texts: Iterable[TokenizedText], batch_size: int) -> Iterator[list[TokenizedText]]:
    """The stream in lists that grow, of at least `batch_size` texts; where it raises, what came before comes first."""
    window: list[TokenizedText] = []
    size, characters = max(_FIRST_WINDOW_TEXTS, batch_size), 0
    stream, failure = iter(texts), None
    while True:
        try:
            text = next(stream, None)
        except Exception as error:
            text, failure = None, error
        if text is None:
            break
        window.append(text)
        characters += len(text.text)
        if len(window) >= size or characters >= _WINDOW_CHARACTERS:
            yield window
            window, characters = [], 0
            size = min(2 * size, max(_LARGEST_WINDOW_TEXTS, batch_size))
    if window:
        yield window
    if failure is not None:
        raise failure
