"""A setting, written once: a dataclass field with its default, help, range or choices, and group.

    @dataclass(frozen=True, kw_only=True)
    class OptimizerConfig:
        clip_norm: float = setting(1.0, "Clip the global gradient norm to this; 0 disables.", low=0, group="optimizer")

        def __post_init__(self) -> None:
            check_settings(self)

Flags and `--help` (`ner.config_flags`), checks of values, what a resumed run may change, and the types of a sweep's
grid are made from this.
"""

import dataclasses
import math
import os
import types
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ner.errors import InputError

T = TypeVar("T")

_BOOLEANS = {"true": True, "false": False}
_LARGEST = 2**31 - 1  # whole number that an int32 tensor holds
_NOUNS = {bool: "true or false", int: "a whole number", float: "a number", str: "text", tuple: "names"}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a dataclass field says about itself. `low` and `high` may be reached, `above` and `below` may not.

    `type` is bool, int, float, str or tuple (of str); `optional` says whether None is a value too. Where `missing` is
    not empty, the setting has no default, and the text says what to give. `path`: it names a file or folder.
    """

    name: str
    type: type
    optional: bool
    default: Any
    help: str
    low: float | None
    high: float | None
    above: float | None
    below: float | None
    choices: tuple[str, ...]
    group: str
    changeable: bool
    missing: str
    path: bool

    @property
    def expected(self) -> str:
        """The values that are accepted, in words: `a number from 0 to below 1`, `one of constant, linear, cosine`."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        noun = _NOUNS[self.type]
        if self.low is not None:
            end = f"to {self.high}" if self.high is not None else f"to below {self.below}"
            return f"{noun}, {self.low} or more" if self.high is self.below is None else f"{noun} from {self.low} {end}"
        limits = {"above": self.above, "below": self.below, "at most": self.high}
        stated = [f"{words} {limit}" for words, limit in limits.items() if limit is not None]
        return f"{noun} {' and '.join(stated)}" if stated else noun

    def check(self, value: object) -> None:
        """Raises `InputError` unless `value` has the type, is in the range and is one of the choices."""
        if self.missing and value == self.default:
            raise InputError(f"--{self.name} is missing: {self.missing}")
        if not (self.optional and value is None) and not self._accepts(value):
            shown = value if isinstance(value, (str, int, float)) else repr(value)
            raise InputError(f"--{self.name} is {shown}, expected {self.expected}")
        if self.type is int and isinstance(value, int) and abs(value) > _LARGEST:
            raise InputError(f"--{self.name} is {value}, expected {self.expected}, at most {_LARGEST}")

    def read(self, text: str) -> Any:
        """The value that a text stands for: `"1e-3"` is 0.001, `"True"` is True. Raises `InputError` as `check`."""
        try:
            value = _BOOLEANS[text.lower()] if self.type is bool else self.type(text)
        except (KeyError, ValueError):
            raise InputError(f"--{self.name} is {text!r}, expected {self.expected}") from None
        self.check(value)
        return value

    def _accepts(self, value: Any) -> bool:
        kinds: Any = (int, float) if self.type is float else self.type
        if not isinstance(value, kinds) or isinstance(value, bool) != (self.type is bool):
            return False
        return (
            not (isinstance(value, float) and not math.isfinite(value))
            and not (self.low is not None and value < self.low)
            and not (self.high is not None and value > self.high)
            and not (self.above is not None and value <= self.above)
            and not (self.below is not None and value >= self.below)
            and not (self.choices and value not in self.choices)
        )


def setting(  # noqa: PLR0913 - one keyword for each thing that a setting says about itself
    default: T,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    below: float | None = None,
    choices: Sequence[str] = (),
    group: str = "options",
    changeable: bool = False,
    missing: str = "",
    path: bool = False,
) -> T:
    """A dataclass field with metadata, as `Setting` describes it. `changeable`: a resumed run may change it."""
    limits = {"low": low, "high": high, "above": above, "below": below, "choices": tuple(choices)}
    uses = {"help": help, "group": group, "changeable": changeable, "missing": missing, "path": path}
    field: T = dataclasses.field(default=default, metadata={**limits, **uses})
    return field


def expand_path(text: str) -> str:
    """A path with `~` and `$NAME` replaced as a shell does, also after the = of a flag; one that exists stays."""
    return text if os.path.exists(text) else os.path.expandvars(os.path.expanduser(text))  # noqa: PTH110, PTH111


def path_list(texts: Sequence[str]) -> tuple[str, ...]:
    """The paths in flags that were given several times, or once with commas; a file's name may hold commas itself."""
    names = (name for text in texts for name in ([text] if os.path.exists(expand_path(text)) else text.split(",")))  # noqa: PTH110
    return tuple(expand_path(name) for name in names if name)


def settings_of(kind: Any) -> dict[str, Setting]:
    """Name -> setting of a dataclass, in order of declaration; fields that are dataclasses give theirs."""
    settings: dict[str, Setting] = {}
    for field in dataclasses.fields(kind):
        if dataclasses.is_dataclass(field.type):
            settings.update(settings_of(field.type))
        else:
            parts = typing.get_args(field.type) if isinstance(field.type, types.UnionType) else (field.type,)
            [plain] = [part for part in parts if part is not types.NoneType]
            settings[field.name] = Setting(
                name=field.name,
                type=typing.get_origin(plain) or plain,
                optional=len(parts) > 1,
                default=field.default,
                **field.metadata,
            )
    return settings


def check_settings(config: Any) -> None:
    """Raises `InputError`, naming the flag, on the first value of a dataclass of settings that is not accepted."""
    settings = settings_of(type(config))
    for name, value in values_of(config).items():
        settings[name].check(value)


def values_of(config: Any) -> dict[str, Any]:
    """Name -> value of every setting of a dataclass; fields that are dataclasses give theirs."""
    values: dict[str, Any] = {}
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        values.update(values_of(value) if dataclasses.is_dataclass(value) else {field.name: value})
    return values
