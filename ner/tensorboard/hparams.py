"""A run's settings and best scores for TensorBoard's HParams tab: one row a run.

Settings and metrics are not declared (`hparams_config`): TensorBoard finds out which settings differ between runs and
shows these first.
"""

from collections.abc import Mapping

from tensorboard.plugins.hparams import api as hparams

from ner.config import Config
from ner.settings import values_of

BEST_SCORES = ("entity/micro_f1", "entity/macro_f1", "word/macro_f1", "character/macro_f1")


def write(config: Config, trial_id: str) -> None:
    """Writes settings into the default writer. `trial_id` keeps runs with equal settings in separate rows."""
    hparams.hparams(values_of(config), trial_id=trial_id)


def best_scalars(step: int, scores: Mapping[str, float]) -> dict[str, float]:
    """Tag -> value of the metrics of a run: the `scores` of its best validation, at `step`."""
    return {"trial/best_step": step, **{f"trial/best/{tag}": value for tag, value in scores.items()}}
