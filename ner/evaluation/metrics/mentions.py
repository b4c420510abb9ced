"""The entities of a training split: which strings occur in it as entities, and of which types."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ner import files
from ner.data.dataset import Dataset
from ner.data.subset import Subset
from ner.evaluation.metrics.span_alignment import align_spans
from ner.run_dir.workdir import WorkDir

FILE_NAME = "mentions.json"
_BATCH_SIZE = 512
SAME_TYPE, OTHER_TYPE, NOT_SEEN = range(3)
ONE_TYPE, SEVERAL_TYPES = range(2)


@dataclass(frozen=True)
class TrainingMentions:
    """Text of an entity -> the types that it has in the training split."""

    types_of: Mapping[str, frozenset[str]]

    @classmethod
    def from_entities(cls, entities: Iterable[tuple[str, str]]) -> "TrainingMentions":
        """The mentions of `(text, type)` pairs."""
        types_of: dict[str, set[str]] = defaultdict(set)
        for text, entity_type in entities:
            types_of[text].add(entity_type)
        return cls({text: frozenset(types) for text, types in types_of.items()})

    @classmethod
    def of_records(cls, dataset: Dataset, records: str, subset: Subset | None = None) -> "TrainingMentions":
        """The mentions of the training split, or of a subset, read once from its shards in the folder `records`."""
        from ner.data.batches import evaluation_batches  # not above: reports need no TensorFlow

        def entities() -> Iterable[tuple[str, str]]:
            for batch in evaluation_batches(dataset, records, "train", _BATCH_SIZE, subset):
                arrays = batch.to_numpy()
                gold = arrays.gold_words()
                found = align_spans(gold, gold, dataset.labels)
                texts = [text.decode() for text in arrays.text]
                firsts, lasts = arrays.starts[found.row, found.start], arrays.ends[found.row, found.end - 1]
                for row, first, last, kind in zip(found.row, firsts, lasts, found.gold, strict=True):
                    yield texts[row][first:last], dataset.labels.types[kind]

        return cls.from_entities(entities())

    @classmethod
    def of_run(cls, work: WorkDir, dataset: Dataset, records: str) -> "TrainingMentions | None":
        """The mentions of what a run was trained on: from its work folder, else from `records`, then stored.

        None where neither has them: a work folder without, and records of another training split.
        """
        path, config, split = files.join(work.path, FILE_NAME), work.config().training, work.dataset().split("train")
        subset = Subset.to_train_on(
            split.sentences, config.train_share, seed=config.seed, fold=config.fold, folds=config.folds
        )
        fingerprint = f"{split.fingerprint}, {subset.name}" if subset else split.fingerprint
        if files.exists(path):
            with files.open_file(path) as file:
                stored = json.loads(file.read())
            if stored["fingerprint"] == fingerprint:
                return cls.from_entities((text, kind) for kind, texts in stored["mentions"].items() for text in texts)
        if "train" not in dataset.splits or dataset.split("train").fingerprint != split.fingerprint:
            return None
        found = cls.of_records(dataset, records, subset)
        content = {"fingerprint": fingerprint, "mentions": found.by_type()}
        files.write_atomically(path, json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        return found

    def by_type(self) -> dict[str, list[str]]:
        """Type -> the texts of its entities, both sorted."""
        texts: dict[str, list[str]] = defaultdict(list)
        for text, types in sorted(self.types_of.items()):
            for kind in types:
                texts[kind].append(text)
        return dict(sorted(texts.items()))

    def novelty(self, text: str, entity_type: str) -> int:
        """`SAME_TYPE`, `OTHER_TYPE` or `NOT_SEEN`: whether training has the entity, and with its type."""
        types = self.types_of.get(text)
        return NOT_SEEN if types is None else SAME_TYPE if entity_type in types else OTHER_TYPE

    def ambiguity(self, text: str) -> int:
        """`ONE_TYPE` or `SEVERAL_TYPES` in training; -1 where it has no such entity."""
        types = self.types_of.get(text)
        return -1 if types is None else SEVERAL_TYPES if len(types) > 1 else ONE_TYPE
