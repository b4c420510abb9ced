"""Reports on a trained tagger: `python -m ner.evaluate --workdir=DIR --records=DIR [--split=test]`.

Writes `reports/SPLIT.json`, `SPLIT.txt` and figures into the work folder, the same to TensorBoard, and prints the text.
"""

from absl import flags

from ner.cli import load_tensorflow, run_program
from ner.data import dataset as records_dataset
from ner.run_dir.workdir import WorkDir
from ner.text.decoding import METHODS

_WORKDIR = flags.DEFINE_string("workdir", None, "Folder that ner.train wrote.", required=True)
_RECORDS = flags.DEFINE_string("records", None, "Folder that data_tools.build wrote.", required=True)
_SPLIT = flags.DEFINE_string("split", "test", "Split to report on.")
_DECODING = flags.DEFINE_enum("decoding", METHODS[0], METHODS, "How characters become words.")
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 128, "Sentences predicted at once.", lower_bound=1)


def main() -> None:
    """Checks flags, records and work folder before TensorFlow is imported, then evaluates."""
    work, records, split = WorkDir(_WORKDIR.value), _RECORDS.value, _SPLIT.value
    work.check_trained()
    dataset = records_dataset.load(records)
    work.check_same_encoding(dataset, records)
    records_dataset.check_sizes(dataset, records, (split,))

    load_tensorflow()
    from ner.inference import predict

    predict.evaluate(work, dataset, records, split, batch_size=_BATCH_SIZE.value, decoding=_DECODING.value)


def cli() -> None:
    """Entry point of the console script `ner-evaluate`."""
    run_program(main)


if __name__ == "__main__":
    cli()
