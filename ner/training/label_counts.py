"""The counts of labels of a run's training split, counted once and kept in its work folder."""

from ner.records import files, label_counts
from ner.records.dataset import Dataset
from ner.records.label_counts import LabelCounts
from ner.records.verification import naming_damaged_shards
from ner.training.workdir import WorkFolder


def load_or_count(work: WorkFolder, dataset: Dataset, records: str) -> LabelCounts:
    """How often labels occur in training. Raises `DamagedShardError` naming a shard that cannot be counted."""
    if files.exists(work.label_counts):
        with files.open_file(work.label_counts, "r") as file:
            return LabelCounts.from_json(file.read(), work.label_counts)
    with naming_damaged_shards(dataset, records, "train") as shards:
        counts = label_counts.count_labels(dataset, records)
        shards.waive()  # training goes through all of them
    if files.is_folder(work.path):  # a dry run has made none
        files.write_atomically(work.label_counts, counts.to_json().encode())
    return counts
