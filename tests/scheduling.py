"""Which tests run in one process, and which files begin, where pytest-xdist divides them (`--dist=loadscope`).

For `--dist=loadgroup`, pytest-xdist changes the ids of tests, which has no effect with pytest 9.2. Each test then goes
to any process, and all of them make the fixtures of a file.
"""

from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling

# The files that take longest come first: one that begins last runs alone.
LONGEST = (
    *("programs/test_several_workers.py", "launch/test_slurm_scripts.py", "benchmarks_smoke/test_gpu_stages.py"),
    *("tensorboard/test_tab.py", "programs/test_export.py", "training/test_wiring.py", "training/test_loop.py"),
    *("tensorboard/test_tab_layout.py", "saved_model/test_module.py", "training/test_replicated_step.py"),
    *("programs/test_end_to_end.py", "programs/test_killed.py", "training/test_updates.py", "programs/test_tag.py"),
    *(f"benchmarks_smoke/test_{name}.py" for name in ("gpu", "time_to_quality", "training_step", "communication")),
)
APART = ("programs/test_several_workers.py",)  # whose tests share nothing, so that each may run in any process
# They look at one TensorBoard in one browser, the fixture `shared` of `tests/tensorboard`.
_TAB = tuple(f"tensorboard/test_{name}.py" for name in ("tab", "tab_runs", "tab_sentences", "data_map", "explanations"))


def place_of(path: str) -> int:
    """Where a file stands in the order; what is not among the longest comes after them."""
    return next((place for place, name in enumerate(LONGEST) if path.endswith(f"/{name}")), len(LONGEST))


def unit_of(node_id: str) -> str:
    """What a test, by its `tests/DIRECTORY/test_FILE.py::NAME`, stays in one process with."""
    file = node_id.partition("::")[0]
    name = "/".join(PurePosixPath(file).parts[-2:])
    if name in APART:
        return node_id
    return "tab" if name in _TAB else file


class FileScheduling(LoadScopeScheduling):
    """Gives the tests of a unit to one process, and the units in order to whoever is idle."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)
