"""What workers say when they meet, and in what they differ that must not."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ner.errors import InputError

GREETING = b"ner.cluster: welcome, wait for the others"  # the chief's first words to a worker
PROTOCOL = 1

_REMEDIES = {
    "code": "install the same version on every node",
    "records": "every worker must see the same --records",
    "settings": "start every worker with the same flags",
    "addresses": "give every worker the same list in TF_CONFIG",
}
_QUOTED = 80  # characters of a value


@dataclass(frozen=True)
class Introduction:
    """A worker: its number, of how many, the name of its host, the port that it has for TensorFlow.

    `texts` are what must be the same on all workers, by name. `failure` says why this worker cannot take part.
    """

    index: int
    num_workers: int
    host: str
    port: int
    texts: Mapping[str, str]
    failure: str = ""

    def __str__(self) -> str:
        return f"worker {self.index} ({self.host})"

    def to_bytes(self) -> bytes:
        """As `from_bytes` reads it."""
        return json.dumps({"protocol": PROTOCOL, **asdict(self)}).encode()

    @classmethod
    def from_bytes(cls, payload: bytes) -> "Introduction":
        """Raises `ValueError` where `payload` is no introduction, `InputError` where another version wrote it."""
        try:
            said = json.loads(payload)
        except RecursionError:
            raise ValueError("no introduction") from None
        if not isinstance(said, dict) or "protocol" not in said:
            raise ValueError("no introduction")
        if said["protocol"] != PROTOCOL:
            raise InputError(
                f"worker {said.get('index')} ({said.get('host')}) has another version of the program than worker 0; "
                f"{_REMEDIES['code']}"
            )
        fields = {name: said.get(name) for name in ("index", "num_workers", "host", "port", "texts", "failure")}
        texts = fields["texts"]
        if not (
            all(type(fields[name]) is int for name in ("index", "num_workers", "port"))
            and all(isinstance(fields[name], str) for name in ("host", "failure"))
            and isinstance(texts, dict)
            and all(isinstance(text, str) for text in texts.values())
        ):
            raise ValueError("no introduction")
        return cls(**fields)  # type: ignore[arg-type]  # looked at above


@dataclass(frozen=True)
class Welcome:
    """What the chief tells every worker when all are there: their names, and where each has its port (`host:port`)."""

    names: tuple[str, ...]
    addresses: tuple[str, ...]

    def to_bytes(self) -> bytes:
        """As `from_bytes` reads it."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, payload: bytes) -> "Welcome":
        """What a chief that gave `GREETING` said next."""
        said = json.loads(payload)
        return cls(tuple(said["names"]), tuple(said["addresses"]))


def check_same(chief: Introduction, others: Sequence[Introduction]) -> None:
    """Raises `InputError` where the texts of another worker are not the chief's; says whose, which and what to do."""
    differing = [other for other in others if other.texts != chief.texts]
    if not differing:
        return
    first = differing[0]
    names = [name for name in {**chief.texts, **first.texts} if first.texts.get(name) != chief.texts.get(name)]
    more = f" (and {len(differing) - 1} more workers differ)" if len(differing) > 1 else ""
    raise InputError("; ".join(_difference(name, chief, first) for name in names) + more)


def _difference(name: str, chief: Introduction, other: Introduction) -> str:
    mine, theirs = chief.texts.get(name), other.texts.get(name)
    one, two = _object(mine), _object(theirs)
    if (
        one
        and two
        and (keys := [key for key in {**one, **two} if one.get(key) != two.get(key) or (key in one) != (key in two)])
    ):
        found = ", ".join(f"{key} {_shown(two, key)} there, {_shown(one, key)} on worker 0" for key in keys)
    else:
        found = f"{_short(theirs)} there, {_short(mine)} on worker 0"
    remedy = _REMEDIES.get(name, f"{name} must be the same on every worker")
    return f"{other} has other {name} than worker 0: {found}; {remedy}"


def _object(text: str | None) -> dict[str, Any]:
    """The values of a JSON object; none where `text` is something else."""
    try:
        value = json.loads(text or "")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _shown(values: dict[str, Any], key: str) -> str:
    return _short(json.dumps(values[key], ensure_ascii=False)) if key in values else "not set"


def _short(text: str | None) -> str:
    if text is None:
        return "nothing"
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}..."
