"""Weights from one tagger to another that may have other characters, labels, encoder or head.

Weights are matched by name, the indices of an axis by what they stand for: the row of `a` in one embedding becomes the
row of `a` in the other, whatever its id. What the other tagger does not have keeps its value.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:  # it imports this module
    from ner.model.network import Network
    from ner.model.tagger import Tagger

TAKEN = "taken"  # the outcome of a weight of which nothing is left out
_SHOWN = 12


class Axis(NamedTuple):
    """What the indices of an axis of a weight stand for: `noun` is the kind, `values` has one name for each index."""

    noun: str
    values: tuple[str, ...]


Axes = tuple[Axis | None, ...]  # None: an axis whose indices mean nothing outside the tagger, such as units


class WeightTransfer(NamedTuple):
    """What became of a weight: whether any of it was taken, and the outcome in words."""

    name: str
    taken: bool
    outcome: str


def transfer_weights(source: "Tagger", target: "Tagger") -> list[WeightTransfer]:
    """Sets the weights of `target` from `source` as far as they match; an entry for each weight of the two.

    Network i of an ensemble takes those of network i of the source. Where the source has fewer, it begins with its
    first network again.
    """
    networks, others = target.networks, source.networks
    results = [
        entry
        for index, network in enumerate(networks)
        for entry in _transfer_network(others[index % len(others)], network)
    ]
    unused = [path for network in others[len(networks) :] for path in network.weights_by_name()]
    return results + [WeightTransfer(path, False, "not used: fewer members here") for path in unused]


def _transfer_network(source: "Network", target: "Network") -> list[WeightTransfer]:
    values = source.weights_within()
    axes = {source.path_within(path): axes for path, axes in source.axes().items()}
    own_axes = {target.path_within(path): axes for path, axes in target.axes().items()}
    results = []
    for variable in target.trainable_variables:
        name, shape = target.path_within(variable.path), tuple(variable.shape)
        unnamed = (None,) * len(shape)
        if name not in values:
            results.append(WeightTransfer(variable.path, False, "not taken: missing there"))
            continue
        value, there, here = values[name], axes.get(name, unnamed), own_axes.get(name, unnamed)
        if not _fit(value.shape, there, shape, here):
            outcome = f"not taken: shape {_shown(value.shape)} there, {_shown(shape)} here"
            results.append(WeightTransfer(variable.path, False, outcome))
            continue
        pairs = [_matching(size, *both) for size, both in zip(shape, zip(there, here, strict=True), strict=True)]
        merged = variable.numpy()
        merged[np.ix_(*[to for _, to in pairs])] = value[np.ix_(*[from_ for from_, _ in pairs])]
        variable.assign(merged)
        results.append(WeightTransfer(variable.path, all(to.size for _, to in pairs), _outcome(there, here)))
    names = {target.path_within(variable.path) for variable in target.trainable_variables}
    unused = [path for path in source.weights_by_name() if source.path_within(path) not in names]
    return results + [WeightTransfer(path, False, "not used: missing here") for path in unused]


def _fit(there_shape: tuple[int, ...], there: Axes, here_shape: tuple[int, ...], here: Axes) -> bool:
    """Whether both have the same kinds of axes, and those whose indices have no names the same sizes."""
    kinds, own_kinds = ([axis.noun if axis else None for axis in axes] for axes in (there, here))
    return kinds == own_kinds and all(
        before == now for before, now, kind in zip(there_shape, here_shape, kinds, strict=True) if kind is None
    )


def _matching(size: int, there: Axis | None, here: Axis | None) -> tuple[np.ndarray, np.ndarray]:
    """Indices of the same values, int64 [N] there and [N] here."""
    if there is None or here is None:
        return np.arange(size), np.arange(size)
    index_there = {value: index for index, value in enumerate(there.values)}
    pairs = [(index_there[value], index) for index, value in enumerate(here.values) if value in index_there]
    found = np.array(pairs, np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def _outcome(there: Axes, here: Axes) -> str:
    """`taken`, or for each kind of value that is new here how many are not: `taken for 80 of 82 characters; ...`."""
    partial: dict[str, str] = {}
    for before, now in zip(there, here, strict=True):
        if before is None or now is None:
            continue
        new = [value for value in now.values if value not in before.values]
        if new:
            shown = " ".join(new[:_SHOWN]) + (" ..." if len(new) > _SHOWN else "")
            known, size = len(now.values) - len(new), len(now.values)
            partial[now.noun] = f"taken for {known:,} of {size:,} {now.noun}s; new: {shown}"
    return ", ".join(partial.values()) or TAKEN


def _shown(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
