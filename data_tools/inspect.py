"""Checks records against their `dataset.json` and shows what they hold; exit status 1 where anything is damaged.

python -m data_tools.inspect --records=records [--split=train] [--examples=3]
"""

from dataclasses import dataclass

from data_tools.inspection.report import describe
from data_tools.inspection.verify import inspect_records
from ner.cli import run_program
from ner.data.dataset import SPLITS
from ner.settings import check_settings, setting


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is checked and shown."""

    records: str = setting(
        "", "Folder that data_tools.build wrote.", missing="name the folder that data_tools.build wrote", path=True
    )
    split: str | None = setting(None, "Read this split only. Default: all.", choices=SPLITS)
    examples: int = setting(3, "Number of sentences of each split to show.", low=0)
    workers: int | None = setting(None, "Processes that read. Default: one for each core.", low=1)

    def __post_init__(self) -> None:
        check_settings(self)


def main(options: Options) -> int:
    """Prints the tables and returns 0, or prints the damage and returns 1."""
    inspection = inspect_records(options.records, options.split, options.examples, options.workers)
    if inspection.damage:
        print("\n".join(inspection.damage))
        print(f"{options.records}: damaged, see {len(inspection.damage)} lines above; build the records again")
        return 1
    print(describe(inspection.found, inspection.dataset.labels))
    print(f"\n{options.records}: every shard is as it was built")
    return 0


def cli() -> None:
    """The console script."""
    run_program(main, Options)


if __name__ == "__main__":
    cli()
