"""What one update makes of given weights and a given batch: log-probabilities, loss and all gradients.

    python -m tests.benchmarks.gpu.one_update JOBS.json

runs each job `{"config", "records", "out"}` and writes its arrays as NPZ. Started where TensorFlow sees no GPU, it
gives the reference that a GPU is compared with.
"""

import json
import sys
from pathlib import Path

import numpy as np

from ner.config import Config
from tests.benchmarks.gpu.session import Session

_WEIGHTS = "weights/"
_ADAM_KEEPS = 0.1  # share of the first gradient in Adam's first moment: 1 - beta_1


def one_update(session: Session, weights: dict[str, np.ndarray] | None = None) -> dict[str, np.ndarray]:
    """Arrays by name: `log_probs` of real characters, `loss`, `gradient/WEIGHT`, and the weights used, `weights/PATH`.

    The gradient is read from Adam's first moment, so that it is the one which an update is made with: with dropout,
    class weights and whatever else the run's flags ask for, but clipping. `weights` are those to begin with.
    """
    if weights is not None:
        session.tagger.set_weights_by_name(weights)
    before = session.tagger.weights_by_name()
    batch = next(iter(session.batches(0)))
    log_probs = session.log_probs(batch)
    session.learn(0, batch, rate=0.0)
    moments = {name: value for name, value in session.arrays().items() if name.endswith("_momentum")}
    return {
        "log_probs": log_probs,
        "loss": np.array(session.take_losses().mean),
        **{f"gradient/{name.rpartition('/')[2]}": value / _ADAM_KEEPS for name, value in moments.items()},
        **{_WEIGHTS + name: value for name, value in before.items()},
    }


def weights_of(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The weights that an update was made from."""
    return {name.removeprefix(_WEIGHTS): value for name, value in arrays.items() if name.startswith(_WEIGHTS)}


def relative_errors(got: dict[str, np.ndarray], wanted: dict[str, np.ndarray]) -> dict[str, float]:
    """Of each array but the weights: norm of the difference by norm of what is wanted; of two zeros, 0."""
    errors = {}
    for name, value in wanted.items():
        if not name.startswith(_WEIGHTS):
            scale = float(np.linalg.norm(value.astype(np.float64)))
            distance = float(np.linalg.norm(got[name].astype(np.float64) - value.astype(np.float64)))
            errors[name] = distance / scale if scale else distance
    return errors


def main() -> None:
    """Does the jobs of the file that the command line names."""
    for job in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")):
        config = Config.from_json(json.dumps(job["config"]), sys.argv[1])
        arrays = one_update(Session(config, job["records"]))
        unfinished = Path(f"{job['out']}.unfinished")
        with unfinished.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        unfinished.rename(job["out"])  # who waits for it reads it whole


if __name__ == "__main__":
    main()
