"""The rules of structure that a machine can hold: imports point one way, programs alone know flags, ..."""

import ast
import sys
from pathlib import Path

import pytest

from ner.config import ENCODERS, HEADS, PRETRAINING_HEADS, Config, ModelConfig
from ner.settings import settings_of
from ner.training.launch_config import ClusterConfig, LaunchConfig

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*ROOT.glob("ner/**/*.py"), *ROOT.glob("data_tools/**/*.py")])

# From top to bottom; a module may import its own layer and the layers below it. Programs are above all of them.
LAYERS = [
    ["data_tools"],
    ["ner.sweeps"],
    ["ner.training"],
    ["ner.exporting"],
    ["ner.saved_model", "ner.onnx_model"],
    ["ner.inference"],
    ["ner.tensorboard"],
    ["ner.evaluation"],
    ["ner.evaluation.metrics"],
    ["ner.run_dir"],
    ["ner.model"],
    ["ner.data"],
    ["ner.devices", "ner.output_folder", "ner.files", "ner.file_names"],
    ["ner.text"],
    ["ner.cluster"],
    ["ner.config", "ner.training_config", "ner.console", "ner.cores", "ner.gpus", "ner.signals", "ner.version"],
    ["ner.help_text"],
    ["ner.settings"],
    ["ner.errors"],
]
WITHOUT_TENSORFLOW = (
    "ner.text",
    "ner.config",
    "ner.training_config",
    "ner.errors",
    "ner.files",
    "data_tools",
    "ner.evaluation.metrics",
    "ner.evaluation.analysis",
    "ner.evaluation.reports.report",
    "ner.cluster",
    "ner.tensorboard.plugin",
    "ner.exporting.comparison",
    "ner.exporting.model_card",
    "ner.exporting.usage",
    "ner.exporting.load_onnx",
    "ner.inference.models.export_description",
    "ner.inference.models.onnx_session",
    "ner.inference.pipeline",
    "ner.inference.inputs.input_text",
    "ner.inference.outputs.rendering",
    "ner.sweeps",
)


TRAIN_SETTINGS = settings_of(LaunchConfig) | settings_of(Config) | settings_of(ClusterConfig)


def module_name(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path, top_level_only=False):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_level_only else list(ast.walk(tree))
    names = []
    for node in nodes:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def is_program(path):
    """Whether `python -m` runs the file."""
    return any("run_program" in ast.unparse(node) for node in ast.parse(path.read_text()).body if is_function(node))


def is_function(node):
    return isinstance(node, ast.FunctionDef) and node.name == "cli"


def layer_of(name):
    """Index into LAYERS; programs and `ner.cli` are above (-1), packages themselves belong nowhere (None)."""
    layers = {prefix: index for index, prefixes in enumerate(LAYERS) for prefix in prefixes}
    parts = name.split(".")
    prefixes = [".".join(parts[:count]) for count in range(len(parts), 0, -1)]  # a room before its house
    return next((layers[prefix] for prefix in prefixes if prefix in layers), -1 if name.startswith("ner.") else None)


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_imports_point_down(path):
    own = -1 if is_program(path) else layer_of(module_name(path))
    for name in imports_of(path):
        if name.startswith(("ner.", "data_tools.")) and own is not None:
            assert layer_of(name) is not None
            assert layer_of(name) >= own or (own == 0 and name == "ner.cli"), f"imports {name} from above"


def test_only_programs_of_ner_import_data_tools_and_its_readers_alone():
    for path in ROOT.glob("ner/**/*.py"):
        found = [name for name in imports_of(path) if name.startswith("data_tools")]
        assert not found or is_program(path), path
        allowed = ("data_tools.readers.", "data_tools.building.one_split.")
        assert all(name.startswith(allowed) for name in found), path


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_flags_are_made_in_one_place(path):
    knows = any(name.startswith("absl.flags") for name in imports_of(path))
    assert not knows or module_name(path) in ("ner.config_flags", "ner.cli")


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_tensorflow_is_imported_late_where_mistakes_must_answer_fast(path):
    name = module_name(path)
    listed = any(name == one or name.startswith(f"{one}.") for one in WITHOUT_TENSORFLOW)
    if is_program(path) or name == "ner.cli" or listed:
        heavy = [one for one in imports_of(path, top_level_only=True) if one.split(".")[0] in ("tensorflow", "keras")]
        assert not heavy


def test_graphs_are_traced_without_autograph():
    """Which would add three seconds to each start of a training, and changes nothing where no loop is over tensors."""
    calls = [node for path in SOURCES for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    graphs = [node for node in calls if ast.unparse(node.func) == "tf.function"]
    assert len(graphs) > 5
    without = [ast.unparse(node) for node in graphs if "autograph=False" not in ast.unparse(node)]
    assert [one for one in without if "**_PLAIN" not in one] == []


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_files_hold_one_concept(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_every_setting_is_read_by_some_code():
    read = {
        node.attr
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }
    assert set(TRAIN_SETTINGS) <= read


def test_every_setting_has_a_help_text_that_is_a_sentence():
    for one in TRAIN_SETTINGS.values():
        assert one.help[0].isupper(), one
        assert one.help.endswith("."), one


def test_a_setting_of_the_model_is_of_every_model_or_of_one_encoder_or_head():
    """A run warns of settings that have no effect by their groups."""
    parts = {*(f"{name} encoder" for name in ENCODERS), *(f"{name} head" for name in (*HEADS, *PRETRAINING_HEADS))}
    for one in settings_of(ModelConfig).values():
        assert one.group in {"model", *parts}, f"--{one.name}: group {one.group!r} is no 'NAME encoder' or 'NAME head'"


def test_every_default_is_accepted():
    for one in TRAIN_SETTINGS.values():
        if not one.missing:
            one.check(one.default)


def test_python_of_this_run_is_one_that_the_project_names():
    assert (3, 10) <= sys.version_info[:2] <= (3, 13)
