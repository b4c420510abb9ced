"""What the speed of a step is measured on: presets, precisions, sizes of batches, in the order of their value."""

import itertools
from typing import NamedTuple

from ner.config import Config
from tests.benchmarks.gpu.context import Context
from tests.benchmarks.gpu.presets import load_preset, present, recommended, shrunk, with_training

# Name in the results: Keras dtype policy, whether TF32 is on, and the ceiling that its products are compared with.
MODES = {
    "float32": ("float32", False, "float32"),
    "tf32": ("float32", True, "tf32"),
    "bfloat16": ("mixed_bfloat16", True, "bfloat16"),
    "float16": ("mixed_float16", True, "float16"),
}
BATCH_SIZES = (32, 64, 128, 256, 512)
BATCH_CHARACTERS = (16_384, 65_536, 262_144)
UPDATES_PER_CALL = (8, 32)  # multiples of the batches that are timed


class Case(NamedTuple):
    """One measurement. `batch` names the size of its batches; `alone` is whether PyTorch is not measured beside it."""

    preset: str
    mode: str
    batch: str
    config: Config
    alone: bool

    @property
    def name(self) -> str:
        """As it stands in the results."""
        updates = self.config.training.steps_per_call
        return f"{self.preset} {self.mode} {self.batch}" + (f", {updates} a call" if updates > 1 else "")


def all_cases(context: Context) -> list[Case]:
    """The cases of this machine; without a GPU a few small ones."""
    if not context.gpus:
        small = with_training(shrunk(load_preset(recommended())), batch_size=16)
        several = with_training(small, steps_per_call=2)
        return [_case(recommended(), "float32", config) for config in (small, several)]
    best, cases = load_preset(recommended()), []
    for modes in (("float32", "bfloat16"), ("tf32", "float16")):
        for name in dict.fromkeys(["original", recommended(), *present()]):
            cases += [_case(name, mode, load_preset(name)) for mode in modes]
    for name, updates in itertools.product(present(("fast", "best")), UPDATES_PER_CALL):
        config = with_training(load_preset(name), steps_per_call=updates)
        cases.append(_case(name, "bfloat16", config, alone=True))
    for size in BATCH_SIZES:
        config = with_training(best, batch_size=size, max_batch_characters=0)
        cases.append(_case(recommended(), "bfloat16", config))
    for size in BATCH_CHARACTERS:
        config = with_training(best, max_batch_characters=size)
        cases.append(_case(recommended(), "bfloat16", config, alone=True))
    config = with_training(load_preset("original"), batch_size=512)
    return cases + [_case("original", mode, config, alone=True) for mode in ("float32", "bfloat16")]


def _case(preset: str, mode: str, config: Config, alone: bool = False) -> Case:
    training = config.training
    within = training.max_batch_characters
    batch = f"{within // 1024}k characters" if within else f"{training.batch_size} sentences"
    return Case(preset, mode, batch, with_training(config, precision=MODES[mode][0]), alone)
