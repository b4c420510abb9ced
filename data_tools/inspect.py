"""Checks records against their `dataset.json` and shows what they hold; exit status 1 where anything is damaged.

python -m data_tools.inspect --records=records [--split=train] [--examples=3]
"""

from absl import flags

from data_tools.inspection.report import describe
from data_tools.inspection.verify import inspect_records
from ner.cli import run_program
from ner.data.dataset import SPLITS

_RECORDS = flags.DEFINE_string("records", None, "Folder that data_tools.build wrote.", required=True)
_SPLIT = flags.DEFINE_enum("split", None, SPLITS, "The only split to be read. Default: all.")
_EXAMPLES = flags.DEFINE_integer("examples", 3, "Sentences of each split that are shown.", lower_bound=0)
_WORKERS = flags.DEFINE_integer("workers", None, "Processes that read. Default: one for each core.", lower_bound=1)


def main() -> int:
    """Prints the tables and returns 0, or prints the damage and returns 1."""
    inspection = inspect_records(_RECORDS.value, _SPLIT.value, _EXAMPLES.value, _WORKERS.value)
    if inspection.damage:
        print("\n".join(inspection.damage))
        print(f"{_RECORDS.value}: damaged, see {len(inspection.damage)} lines above; build the records again")
        return 1
    print(describe(inspection.found, inspection.dataset.labels))
    print(f"\n{_RECORDS.value}: every shard is as it was built")
    return 0


def cli() -> None:
    """The console script."""
    run_program(main)


if __name__ == "__main__":
    cli()
