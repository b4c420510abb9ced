"""A `Map` whose tasks run in Apache Beam pipelines: here, or on Flink, Spark or Dataflow."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from typing import Any

from data_tools.building.maps.processes import Map
from data_tools.building.maps.task_results import TaskResults
from ner import files
from ner.errors import InputError


def import_beam() -> Any:
    """The module `apache_beam`. Raises `InputError` where it is not installed."""
    try:
        import apache_beam
        import apache_beam.options.pipeline_options
    except ImportError as error:
        raise InputError(f"Apache Beam cannot be imported ({error}): pip install 'character-ner[beam]'") from None
    return apache_beam


def beam_map(scratch: str, options: Sequence[str]) -> Map:
    """A `map` that runs each call as a pipeline with these options of Beam (`["--runner=FlinkRunner", ...]`).

    Results come back as files in `scratch`, which all workers must reach. Raises `InputError` without Beam.
    """
    beam = import_beam()
    calls = count()
    folder = files.join(scratch, "results")
    files.make_folders(folder)

    def run(function: Callable[[Any], Any], tasks: Iterable[Any], /) -> Iterator[Any]:
        results = TaskResults(folder, f"call{next(calls)}")
        numbered = list(enumerate(tasks))
        with beam.Pipeline(options=beam.options.pipeline_options.PipelineOptions(list(options))) as pipeline:
            # Reshuffle: without it, runners fuse all tasks into one piece of work.
            numbers = pipeline | beam.Create(numbered) | beam.Reshuffle()
            _ = numbers | beam.MapTuple(lambda number, task: results.run(function, number, task))
        return map(results.load, range(len(numbered)))

    return run
