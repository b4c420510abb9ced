"""What a run is made of: frozen dataclasses of settings, and their JSON.

A new setting is one field here or in `ner.training_config`, and the code that reads it: its flag, its check and its
place in `--help` follow. One that a single encoder or head reads has the group `NAME encoder` or `NAME head`, so that a
run can warn where it has no effect.
"""

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any

from ner.errors import InputError
from ner.settings import check_settings, setting, values_of
from ner.training_config import TrainingConfig

# Name -> module and class in ner.model.encoders and ner.model.heads: strings, because settings need no TensorFlow.
ENCODERS = {
    "lstm": "lstm.LSTMEncoder",
    "gru": "gru.GRUEncoder",
    "hierarchical": "hierarchical.HierarchicalEncoder",
}
HEADS = {
    "softmax": "softmax.SoftmaxHead",
    "crf": "crf.CRFHead",
}
# Settings of earlier versions: the value with which a run is as one of this version, and what takes their place.
_REMOVED = {"exchange_mentions": 0.0}
_RENAMED = {"tune_outside_bias": "tune_type_biases"}
PRETRAINING_HEADS = {"masked_words": "masked_words.MaskedWordsHead"}  # learn from text without annotation


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """The tagger's architecture. Sizes of vocabulary and labels come from the data. A resumed run has the same."""

    encoder: str = setting("lstm", "Characters to features.", choices=tuple(ENCODERS), group="model")
    head: str = setting(
        "softmax", "Features to labels, and the loss.", choices=(*HEADS, *PRETRAINING_HEADS), group="model"
    )
    members: int = setting(
        1,
        "Networks that are trained together and predict together. Their random initial weights differ; what "
        "--init_from takes from fewer networks is the same in several, which then differ by dropout.",
        low=1,
        group="model",
    )
    embedding_size: int = setting(64, "Size of the character embedding.", low=1, group="model")
    lstm_units: int = setting(256, "Units of each layer over characters, per direction.", low=1, group="model")
    lstm_layers: int = setting(2, "Number of layers over characters.", low=1, group="model")
    bidirectional: bool = setting(True, "Run each layer in both directions.", group="model")
    dropout: float = setting(
        0.3, "Dropout rate before each layer over characters and before the head.", low=0, below=1, group="model"
    )
    char_dropout: float = setting(
        0.02, "Probability that a training character is replaced by the unknown one.", low=0, below=1, group="model"
    )
    padding_output: bool = setting(
        False, "Add an output for padding that no character has, as the 2019 model did.", group="model"
    )
    ngram_size: int = setting(64, "Size of the embeddings of hashed n-grams.", low=1, group="hierarchical encoder")
    ngram_rows: int = setting(
        131_072, "Rows of the table of n-gram embeddings, a power of 2.", low=2, group="hierarchical encoder"
    )
    ngram_dropout: float = setting(
        0.3, "Probability that one n-gram of a character is dropped.", low=0, below=1, group="hierarchical encoder"
    )
    word_dropout: float = setting(
        0.5, "Probability that all n-grams of a word are hidden.", low=0, below=1, group="hierarchical encoder"
    )
    word_units: int = setting(
        256, "Units of each LSTM layer over words, per direction.", low=1, group="hierarchical encoder"
    )
    word_layers: int = setting(1, "Number of LSTM layers over words.", low=1, group="hierarchical encoder")
    word_level_dropout: float = setting(
        0.5, "Dropout rate before each layer over words.", low=0, below=1, group="hierarchical encoder"
    )
    word_vectors: str = setting(
        "",
        "File of word vectors in word2vec's text or binary (.bin) format, such as data_tools.word_vectors writes, also "
        "compressed (.gz). The encoder reads the vector of each word, and training does not change it.",
        path=True,
        group="hierarchical encoder",
    )
    max_word_vectors: int = setting(
        200_000, "Words of --word_vectors to use, the first ones.", low=1, group="hierarchical encoder"
    )
    char_loss_weight: float = setting(
        0.2, "Weight of the characters' cross-entropy beside the CRF's loss.", low=0, group="crf head"
    )
    masked_share: float = setting(
        0.2, "Share of the words that are hidden and have to be predicted.", above=0, below=1, group="masked_words head"
    )

    @property
    def learns_labels(self) -> bool:
        """Whether the head learns the labels of annotated text; else it is pretrained on text without annotation."""
        return self.head in HEADS

    def __post_init__(self) -> None:
        check_settings(self)
        if self.ngram_rows & (self.ngram_rows - 1):
            raise InputError(f"--ngram_rows={self.ngram_rows}: expected a power of 2, such as 131072")
        if self.head == "masked_words" and self.encoder != "hierarchical":
            raise InputError(
                f"--head=masked_words --encoder={self.encoder}: expected hierarchical, whose n-grams it compares"
            )
        if self.word_vectors and self.encoder != "hierarchical":
            raise InputError(f"--word_vectors --encoder={self.encoder}: expected hierarchical, which reads words")
        if self.encoder == "hierarchical" and not self.bidirectional:
            raise InputError("--encoder=hierarchical reads in both directions: leave --nobidirectional out")
        if self.head == "masked_words" and self.padding_output:
            raise InputError("--head=masked_words has no outputs of labels: leave --padding_output out")


@dataclass(frozen=True, kw_only=True)
class Config:
    """A run's configuration, saved as `config.json` in its work folder."""

    model: ModelConfig = field(default_factory=ModelConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)

    def to_json(self) -> str:
        """The text of `config.json`."""
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"

    def to_settings(self) -> str:
        """All settings as one flat JSON object."""
        return json.dumps(values_of(self))

    @classmethod
    def from_json(cls, text: str, where: str) -> "Config":
        """The configuration that `to_json` wrote. Raises `InputError` naming `where` on any other text."""
        try:
            content = json.loads(text)
            model, training = (_of_this_version(content[part]) for part in ("model", "training"))
            return cls(model=ModelConfig(**model), training=TrainingConfig(**training))
        except (AttributeError, KeyError, TypeError, ValueError) as error:  # InputError is one
            raise InputError(f"{where}: not a config.json of this version ({error!r}); use another --workdir") from None


def _of_this_version(settings: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in settings.items() if (name, value) not in _REMOVED.items()}
    return {_RENAMED.get(name, name): value for name, value in kept.items()}


def differences(before: object, after: object) -> dict[str, tuple[Any, Any]]:
    """Fields of two dataclasses of one kind that differ: name -> (before, after)."""
    old, new = dataclasses.asdict(before), dataclasses.asdict(after)  # type: ignore[call-overload]
    return {name: (old[name], new[name]) for name in old if old[name] != new[name]}
