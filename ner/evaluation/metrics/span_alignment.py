"""Alignment of gold and predicted entities of a batch of sentences by exact span."""

from typing import NamedTuple

import numpy as np

from ner.text.labels import PADDING_LABEL, UNLABELLED, Labels, split_label


class SpanAlignment(NamedTuple):
    """One entry for each entity, gold or predicted; a gold and a predicted one of the same span share one.

    All int64 [N]. `row` is the sentence, `start` and `end` are words (end exclusive), `gold` and `predicted` type ids:
    K (the number of types) in `gold` marks a spurious entity, in `predicted` a missed one.
    """

    row: np.ndarray
    start: np.ndarray
    end: np.ndarray
    gold: np.ndarray
    predicted: np.ndarray


def align_spans(gold: np.ndarray, predicted: np.ndarray, labels: Labels) -> SpanAlignment:
    """The entities of label ids [B, W], one sentence a row; words with negative gold are ignored.

    As in `conlleval`, only entities of exactly the same span are aligned. Where words have no annotation
    (`UNLABELLED`), entities that may be right or wrong are left out, see `decided`.
    """
    none, width = len(labels.types), max(gold.shape[1], 1)
    gold, predicted = decided(gold, predicted, labels)
    gold_types, gold_ends = _entities(gold, labels)
    predicted_types, predicted_ends = _entities(predicted, labels)
    same = (gold_ends > 0) & (gold_ends == predicted_ends)
    is_gold, spurious = gold_ends > 0, (predicted_ends > 0) & ~same
    starts = np.concatenate([np.flatnonzero(is_gold), np.flatnonzero(spurious)])
    ends = np.concatenate([gold_ends[is_gold], predicted_ends[spurious]])
    row = starts // width
    return SpanAlignment(
        row=row,
        start=starts - row * width,
        end=ends - row * width,
        gold=np.concatenate([gold_types[is_gold], np.full(spurious.sum(), none)]),
        predicted=np.concatenate([np.where(same, predicted_types, none)[is_gold], predicted_types[spurious]]),
    )


def decided(gold: np.ndarray, predicted: np.ndarray, labels: Labels) -> tuple[np.ndarray, np.ndarray]:
    """The same label ids [B, W] with those entities alone of which the annotation says whether they are right.

    A predicted entity that has a word without annotation is neither right nor wrong, and a gold entity that overlaps it
    is neither found nor missed; nor is any other entity that overlaps one of these. Their words, those without
    annotation and padding are O on both sides.

        gold      B-PER -     O    B-LOC        B-PER O   O   B-LOC
        predicted B-PER I-PER O    B-PER  ->    O     O   O   B-PER      here the first entity is left out
    """
    open_words = gold == UNLABELLED
    if open_words.any():
        padded = gold == PADDING_LABEL
        spans = [_spans(np.where((ids < 0) | padded, 0, ids), labels) for ids in (gold, predicted)]
        starts, ends = np.concatenate(spans, axis=1)
        while True:
            wider = _with_touched(open_words, starts, ends)
            if (wider == open_words).all():
                break
            open_words = wider
    left_out = open_words | (gold < 0)
    return np.where(left_out, 0, gold), np.where(left_out, 0, predicted)


def _with_touched(words: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """`words` bool [B, W] and all words of the spans, given in the flattened array, that share one with them."""
    before = np.concatenate(([0], np.cumsum(words)))
    touched = before[ends] > before[starts]
    change = np.zeros(words.size + 1, np.int64)
    np.add.at(change, starts[touched], 1)
    np.add.at(change, ends[touched], -1)
    return words | (np.cumsum(change)[:-1] > 0).reshape(words.shape)


def _spans(label_ids: np.ndarray, labels: Labels) -> np.ndarray:
    """Start and end of each entity as indices into the flattened `label_ids`, int64 [2, N]."""
    _, ends = _entities(label_ids, labels)
    return np.stack([np.flatnonzero(ends), ends[ends > 0]])


def _entities(label_ids: np.ndarray, labels: Labels) -> tuple[np.ndarray, np.ndarray]:
    """Type id (K where none) and end of the entity that starts at each word, both int64 [B, W].

    Ends are indices into the flattened array, so they are unique in the batch; where no entity starts, the end is 0.
    Same rule as `ner.text.spans.spans_of`, for a whole batch at once.
    """
    none = len(labels.types)
    type_of = np.array([none, *(labels.types.index(split_label(name)[1]) for name in labels.names[1:])])
    begins = np.array([name.startswith("B-") for name in labels.names])
    # [B, W] -> [B, W + 2]: no entity before the first word nor after the last
    types = np.pad(type_of[label_ids], ((0, 0), (1, 1)), constant_values=none)
    opens = np.zeros(types.shape, bool)
    opens[:, 1:-1] = begins[label_ids]
    opens[:, 1:] |= types[:, 1:] != types[:, :-1]
    closes = (types[:, :-1] != none) & opens[:, 1:]  # [B, W + 1]; O after an entity "opens" too, and closes it
    starts = (opens & (types != none))[:, 1:-1]
    ends = np.zeros(label_ids.shape, np.int64)
    ends[starts] = np.flatnonzero(closes[:, 1:]) + 1  # entities do not overlap: the nth start has the nth end
    return np.where(starts, types[:, 1:-1], none), ends


def overlaps(alignment: SpanAlignment, num_types: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of a gold and a predicted entity that share words but not the span: two int64 [P] of indices.

    The indices are those of `alignment`, whose entities of one side never overlap each other. Pairs are in the order of
    the gold entity, then of the predicted one.
    """
    width = int(alignment.end.max(initial=1))
    size = width * (int(alignment.row.max(initial=-1)) + 1)
    gold_at, predicted_at = (
        _entity_at_words(alignment, np.flatnonzero(other == num_types), width, size)
        for other in (alignment.predicted, alignment.gold)
    )
    both = (gold_at >= 0) & (predicted_at >= 0)
    pairs = np.unique(np.stack([gold_at[both], predicted_at[both]]), axis=1)
    return pairs[0], pairs[1]


def _entity_at_words(alignment: SpanAlignment, entities: np.ndarray, width: int, size: int) -> np.ndarray:
    """For each word of all sentences, int64 [size], the one of `entities` that it belongs to, or -1."""
    lengths = (alignment.end - alignment.start)[entities]
    first = alignment.row[entities] * width + alignment.start[entities]
    offsets = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    found = np.full(size, -1)
    found[np.repeat(first, lengths) + offsets] = np.repeat(entities, lengths)
    return found
