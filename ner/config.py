"""What a run is made of: frozen dataclasses and their JSON. Programs turn their flags into these."""

import dataclasses
import json
import math
from dataclasses import dataclass, field
from typing import Any

from ner.errors import InputError

PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
SCHEDULES = ("constant", "linear", "cosine")
CLASS_WEIGHTINGS = ("none", "inverse_sqrt", "effective_number")

CHOICES = {"precision": PRECISIONS, "schedule": SCHEDULES, "class_weighting": CLASS_WEIGHTINGS}


def _require_finite(settings: object) -> None:
    for name, value in dataclasses.asdict(settings).items():  # type: ignore[call-overload]
        _require(not isinstance(value, float) or math.isfinite(value), name, value, "a finite number")


def _require(condition: bool, name: str, value: object, wanted: str) -> None:
    if not condition:
        raise InputError(f"--{name} is {value}, wanted {wanted}")


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """The tagger's shape. Sizes of vocabulary and labels come from the data.

    `padding_output` adds one output that no character ever has, as the 2019 model had for its padding class.
    """

    embedding_size: int = 64
    lstm_units: int = 256
    lstm_layers: int = 2
    bidirectional: bool = True
    dropout: float = 0.3
    char_dropout: float = 0.02
    padding_output: bool = False

    def __post_init__(self) -> None:
        _require_finite(self)
        for name in ("embedding_size", "lstm_units", "lstm_layers"):
            _require(getattr(self, name) > 0, name, getattr(self, name), "a positive number")
        for name in ("dropout", "char_dropout"):
            _require(0 <= getattr(self, name) < 1, name, getattr(self, name), "a share from 0 to below 1")


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """How the tagger is trained, in steps of one optimizer update.

    0 means off; for `validate_every` it means every epoch. `max_batch_characters`, if not 0, takes the place of
    `batch_size`: so many characters, padding included, are the most that a batch has. `best_metric` is the tag of a
    validation's score, the higher the better.
    """

    epochs: int = 20
    batch_size: int = 64
    max_batch_characters: int = 0
    accumulate_steps: int = 1
    learning_rate: float = 2e-3
    schedule: str = "cosine"
    warmup_steps: int = 100
    weight_decay: float = 0.0
    clip_norm: float = 1.0
    ema_decay: float = 0.0
    class_weighting: str = "none"
    logit_adjustment: float = 0.0
    focal_gamma: float = 0.0
    oversample: float = 0.0
    precision: str = "float32"
    deterministic: bool = False
    seed: int = 0
    validate_every: int = 0
    best_metric: str = "entity/micro_f1"
    patience: int = 0
    checkpoint_every: int = 500
    keep_checkpoints: int = 2
    log_every: int = 50

    def __post_init__(self) -> None:
        _require_finite(self)
        positive = ("epochs", "batch_size", "accumulate_steps", "learning_rate")
        for name in (*positive, "keep_checkpoints", "checkpoint_every", "log_every"):
            _require(getattr(self, name) > 0, name, getattr(self, name), "a positive number")
        not_negative = ("max_batch_characters", "warmup_steps", "weight_decay", "clip_norm", "focal_gamma")
        for name in (*not_negative, "validate_every", "patience", "seed"):
            _require(getattr(self, name) >= 0, name, getattr(self, name), "0 or more")
        _require(0 <= self.ema_decay < 1, "ema_decay", self.ema_decay, "a share from 0 to below 1")
        _require(0 <= self.logit_adjustment <= 1, "logit_adjustment", self.logit_adjustment, "a share from 0 to 1")
        _require(0 <= self.oversample <= 1, "oversample", self.oversample, "a share of sentences from 0 to 1")
        for name, choices in CHOICES.items():
            value = getattr(self, name)
            _require(value in choices, name, value, f"one of {', '.join(choices)}")


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
        return json.dumps(dataclasses.asdict(self.model) | dataclasses.asdict(self.training))

    @classmethod
    def from_json(cls, text: str, where: str) -> "Config":
        """The configuration that `to_json` wrote. Raises `InputError` naming `where` on any other text."""
        try:
            content = json.loads(text)
            return cls(model=ModelConfig(**content["model"]), training=TrainingConfig(**content["training"]))
        except (KeyError, TypeError, json.JSONDecodeError) as error:
            raise InputError(f"{where}: not a config.json of this version ({error!r}); use another --workdir") from None


def differences(before: object, after: object) -> dict[str, tuple[Any, Any]]:
    """Fields of two dataclasses of one kind that differ: name -> (before, after)."""
    old, new = dataclasses.asdict(before), dataclasses.asdict(after)  # type: ignore[call-overload]
    return {name: (old[name], new[name]) for name in old if old[name] != new[name]}
