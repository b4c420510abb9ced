"""Mutants of the NER tab's server and of the evaluations that it reads."""

from tests.benchmarks.mutants.mutant import Mutant

_SAME_SENTENCES = (
    "tests/tensorboard/test_plugin.py::test_only_evaluations_of_the_sentences_that_are_shown_belong_together"
)

TAB = (
    Mutant(
        "a step that is evaluated again shows the earlier evaluation",
        "ner/inference/split_evaluation.py",
        "    event_files.remove_step(files.join(logs, evaluation_run(name)), evaluation.report.step)\n",
        "",
        "tests/inference/test_split_evaluation.py"
        "::test_an_evaluation_of_the_same_step_takes_the_place_of_the_earlier_one",
    ),
    Mutant(
        "an evaluation removes those of other steps",
        "ner/run_dir/event_files.py",
        'if event.step == step and event.HasField("summary"):',
        'if event.HasField("summary"):',
        "tests/run_dir/test_event_files.py",
    ),
    Mutant(
        "a region may have any number of bounds",
        "ner/tensorboard/plugin/data_map.py",
        "if len(numbers) != len(cls._fields):",
        "if False:",
        "tests/tensorboard/test_data_map.py::test_regions_outside_the_map_are_refused",
    ),
    Mutant(
        "history of evaluations of other sentences",
        "ner/tensorboard/plugin/evaluation_store.py",
        'if header.get("fingerprint") == fingerprint]',
        'if "fingerprint" in header]',
        _SAME_SENTENCES,
    ),
    Mutant(
        "correct before in an evaluation of other sentences",
        "ner/tensorboard/plugin/evaluations.py",
        "self._store.of_same_sentences(run, one.step) if each",
        "self._store.of_same_sentences(run, self._store.with_headers(run)[-1][0].step) if each",
        _SAME_SENTENCES,
    ),
)
