"""What the chief and another worker tell each other when they connect, and a check that their settings match."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ner.errors import InputError

PROTOCOL = 1

_REMEDIES = {
    "code": "install the same version on every node",
    "records": "every worker must see the same --records",
    "settings": "start every worker with the same flags",
    "addresses": "give every worker the same list in TF_CONFIG",
}
_MAX_QUOTED = 80  # characters of a value in a message


@dataclass(frozen=True)
class WorkerInfo:
    """A worker: its index, the number of workers it was given, its host name and its port for TensorFlow.

    `must_match` are named texts that must be equal on all workers. `failure` says why this worker cannot take part, ""
    if it can.
    """

    index: int
    num_workers: int
    host: str
    port: int
    must_match: Mapping[str, str]
    failure: str = ""

    def __str__(self) -> str:
        return f"worker {self.index} ({self.host})"

    def to_bytes(self) -> bytes:
        """JSON, as `from_bytes` reads it."""
        return json.dumps({"protocol": PROTOCOL, **asdict(self)}).encode()

    @classmethod
    def from_bytes(cls, payload: bytes) -> "WorkerInfo":
        """Raises `ValueError` if `payload` does not describe a worker, `InputError` if another version wrote it."""
        try:
            content = json.loads(payload)
        except RecursionError:
            raise ValueError("not a worker's description") from None
        if not isinstance(content, dict) or "protocol" not in content:
            raise ValueError("not a worker's description")
        if content["protocol"] != PROTOCOL:
            raise InputError(
                f"worker {content.get('index')} ({content.get('host')}) runs another version of the program than "
                f"worker 0; {_REMEDIES['code']}"
            )
        names = ("index", "num_workers", "host", "port", "must_match", "failure")
        fields = {name: content.get(name) for name in names}
        must_match = fields["must_match"]
        if not (
            all(type(fields[name]) is int for name in ("index", "num_workers", "port"))
            and all(isinstance(fields[name], str) for name in ("host", "failure"))
            and isinstance(must_match, dict)
            and all(isinstance(text, str) for text in must_match.values())
        ):
            raise ValueError("not a worker's description")
        return cls(**fields)  # type: ignore[arg-type]  # checked above


@dataclass(frozen=True)
class Membership:
    """The names and addresses (`host:port`) of all workers, in order of index; the chief sends it last."""

    names: tuple[str, ...]
    addresses: tuple[str, ...]

    def to_bytes(self) -> bytes:
        """JSON, as `from_bytes` reads it."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, payload: bytes) -> "Membership":
        """Reads what `to_bytes` of the same version wrote."""
        content = json.loads(payload)
        return cls(tuple(content["names"]), tuple(content["addresses"]))


def name_workers(indices: Sequence[int]) -> str:
    """`[1] -> "worker 1"`, `[1, 2, 3] -> "workers 1, 2 and 3"`."""
    *others, last = map(str, indices)
    return f"workers {', '.join(others)} and {last}" if others else f"worker {last}"


def check_matching(chief: WorkerInfo, others: Sequence[WorkerInfo]) -> None:
    """Raises `InputError` unless `must_match` of all workers equals the chief's; the message names both values."""
    differing = [other for other in others if other.must_match != chief.must_match]
    if not differing:
        return
    first = differing[0]
    all_names = {**chief.must_match, **first.must_match}
    names = [name for name in all_names if first.must_match.get(name) != chief.must_match.get(name)]
    more = f" (and {len(differing) - 1} more workers differ)" if len(differing) > 1 else ""
    raise InputError("; ".join(_difference(name, chief, first) for name in names) + more)


def _difference(name: str, chief: WorkerInfo, other: WorkerInfo) -> str:
    mine, theirs = chief.must_match.get(name), other.must_match.get(name)
    one, two = _object(mine), _object(theirs)
    if (
        one
        and two
        and (keys := [key for key in {**one, **two} if one.get(key) != two.get(key) or (key in one) != (key in two)])
    ):
        found = ", ".join(f"{key} {_shown(two, key)} there, {_shown(one, key)} on worker 0" for key in keys)
    else:
        found = f"{_shortened(theirs)} there, {_shortened(mine)} on worker 0"
    remedy = _REMEDIES.get(name, f"{name} must be the same on every worker")
    return f"{other} has other {name} than worker 0: {found}; {remedy}"


def _object(text: str | None) -> dict[str, Any]:
    """The values of a JSON object; empty if `text` is something else."""
    try:
        value = json.loads(text or "")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _shown(values: dict[str, Any], key: str) -> str:
    return _shortened(json.dumps(values[key], ensure_ascii=False)) if key in values else "not set"


def _shortened(text: str | None) -> str:
    if text is None:
        return "nothing"
    return text if len(text) <= _MAX_QUOTED else f"{text[:_MAX_QUOTED]}..."
