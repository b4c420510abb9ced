"""Batches of a split in which sentences with rare entity types are repeated."""

import math
from collections import Counter

import numpy as np
import pytest

from ner.data.batches import training_batches
from ner.data.label_counts import PHASES, phases
from ner.data.sampling import SamplingPlan
from tests.conftest import invented_sentences, write_records
from tests.data.batch_texts import texts_of


class Oversampled:
    """Records of 40 sentences of which those with places or names of two words are repeated."""

    def __init__(self, folder):
        self.dataset = write_records(folder, {"train": invented_sentences(40)})
        self.folder = str(folder)
        ids = self.dataset.labels.ids
        counts = self.dataset.label_counts
        factors = [1.0] * len(ids)
        factors[ids["I-LOC"]], factors[ids["I-PER"]] = 1.5, 2.25
        sentences = Counter()
        for (label_ids, phase), number in counts.sentences.items():
            sentences[max(factors[label] for label in label_ids), phase / PHASES] += number
        self.plan = SamplingPlan(dict(sentences), tuple(factors))

    def factor_of(self, sentence):
        return max(self.plan.factors[self.dataset.labels.ids[tag]] for tag in sentence.tags)

    def phase_of(self, sentence):
        line = int(sentence.tokens[0]) + 1  # as `invented_sentences` and `write_records` count
        return int(phases(np.int64(0), np.int64(line))) / PHASES

    def batches(self, start=0, **options):
        settings = {"batch_size": 8, "seed": 1, "start": start, "plan": self.plan, **options}
        return training_batches(self.dataset, self.folder, **settings)


@pytest.mark.parametrize("window", [12, 16_384])
@pytest.mark.parametrize("batching", [{}, {"batch_size": 1, "max_batch_characters": 200}], ids=str)
def test_repeated_sentences_occur_as_often_as_told_in_each_epoch(tmp_path, monkeypatch, window, batching):
    monkeypatch.setattr("ner.data.batches.WINDOW_SENTENCES", window)
    monkeypatch.setattr("ner.data.batches.WINDOW_BATCHES", 1)
    monkeypatch.setattr("ner.data.chunks.CHUNK_SENTENCES", 5)
    made = Oversampled(tmp_path)
    stream = iter(made.batches(**batching))
    for epoch in range(5):
        expected = Counter()
        for sentence in invented_sentences(40):
            factor = made.factor_of(sentence)
            phase = made.phase_of(sentence)
            expected[sentence.text] += math.floor((epoch + 1) * factor + phase) - math.floor(epoch * factor + phase)
        size = made.plan.before(epoch + 1) - made.plan.before(epoch)
        assert sum(expected.values()) == size
        seen = Counter()
        while sum(seen.values()) < size:
            seen.update(*texts_of(made.dataset, [next(stream)]))
        assert seen == expected


def test_a_later_start_among_repeated_sentences_gives_exactly_the_later_batches(tmp_path, monkeypatch):
    monkeypatch.setattr("ner.data.batches.WINDOW_SENTENCES", 12)
    monkeypatch.setattr("ner.data.batches.WINDOW_BATCHES", 1)
    made = Oversampled(tmp_path)
    all_batches = texts_of(made.dataset, made.batches().take(30))
    for number in (1, 5, 12, 20):
        seen = sum(map(len, all_batches[:number]))
        assert texts_of(made.dataset, made.batches(start=seen).take(30 - number)) == all_batches[number:]
