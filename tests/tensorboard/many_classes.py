"""Logs with many entity types, and of many runs: what the NER tab is hardest to read with."""

import random

from ner.tensorboard import plugin_data
from ner.tensorboard.writer import make_writer, recording
from ner.text.labels import Labels
from tests.predicted import evaluation_of, predictions_of

FEW = ("LOC", "MISC", "ORG", "PER")
MANY = (
    "Administrative-region", "Animal", "Award", "Building", "Chemical-substance", "Disease", "Event", "Facility", "GPE",
    "Language", "Law", "Location", "Money", "Musical-work", "Organization", "Percent", "Person", "Product", "Quantity",
    "Work-of-art",
)  # fmt: skip
STEPS = (200, 400, 600, 800)
NUM_TRIALS = 40


def labels_of(types):
    return Labels(("O", *(f"{prefix}-{name}" for name in types for prefix in "BI")))


def invented_evaluation(types, step, quality, split="validation"):
    """Of 150 sentences with two entities; each is correct with the probability `quality`, wrong ones in all ways."""
    chance = random.Random(f"{len(types)} {step} {quality}")  # gold differs by its own seed below
    return evaluation_of(
        predictions_of([_sentence(types, number, quality, chance) for number in range(150)], labels=labels_of(types)),
        split=split,
        step=step,
        labels=labels_of(types),
    )


def _sentence(types, number, quality, chance):
    gold = random.Random(number)
    words = []
    for _ in range(2):
        kind, length = gold.choice(types), gold.randint(1, 3)
        name = [gold.choice(("Tarvel", "Ostrel", "Upper", "Selk", "Brin", "Mora")) for _ in range(length)]
        tags = [f"B-{kind}", *[f"I-{kind}"] * (length - 1)]
        confidence = 0.5 + chance.random() / 2
        words += list(zip(name, tags, _predicted(types, tags, quality, chance), [confidence] * length, strict=True))
        for word in gold.sample(("then", "went", "to", "and", "saw", "the", "old", "town"), 4):
            is_spurious = chance.random() < (1 - quality) / 10
            words.append((word, "O", f"B-{chance.choice(types)}" if is_spurious else "O", 0.9))
    return words


def _predicted(types, tags, quality, chance):
    if chance.random() < quality:
        return tags
    kind = chance.choice(types)
    other = [f"B-{kind}", *[f"I-{kind}"] * (len(tags) - 1)]
    return chance.choice([other, ["O"] * len(tags), [*tags[:-1], "O"], [*other[:-1], "O"]])


def write_tab_data(logs, run, evaluations):
    """Writes what the tab reads, and nothing else."""
    writer = make_writer(str(logs), run)
    with recording(writer):
        for one in evaluations:
            plugin_data.write(one)
    writer.close()


def write_many_classes(logs):
    """A run with 20 types (41 labels), and 40 runs with 4 types."""
    evaluations = [invented_evaluation(MANY, step, 0.3 + step / 2000) for step in STEPS]
    write_tab_data(logs, "wide/validation", evaluations)
    for trial in range(NUM_TRIALS):
        name = f"sweep/learning_rate=0.{trial:03d},lstm_units=96,seed={trial % 4}/logs/validation"
        write_tab_data(logs, name, [invented_evaluation(FEW, 400, round(0.5 + trial / 100, 2))])
