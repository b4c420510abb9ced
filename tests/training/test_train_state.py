import numpy as np
import pytest

from ner.run_dir import checkpoints
from ner.run_dir.checkpoints import Checkpoint
from ner.training.train_metrics import TrainMetrics
from ner.training.train_state import Progress
from tests.training.small_step import make_step, update


@pytest.mark.parametrize("members", [1, 2])
def test_from_checkpoint_inverts_to_checkpoint_through_a_file(tmp_path, members):
    step, other = make_step(ema_decay=0.5, members=members), make_step(ema_decay=0.5, members=members)
    update(step)
    step.state.progress = Progress(step=1, batches=1, sentences=2, best_scores={"entity/micro_f1": 0.25})
    path = str(tmp_path / "state.npz")
    checkpoints.save(path, step.state.to_checkpoint())
    other.state.from_checkpoint(checkpoints.load(path))
    assert other.state.progress == step.state.progress
    assert other.state.metrics.read() == step.state.metrics.read() != TrainMetrics()
    arrays = other.state.arrays()
    assert len(arrays) == 4 * len(step.tagger.trainable_variables) + 2  # averages, both moments; iterations and rate
    assert {name.split("/")[0] for name in arrays} == {"weights", "average", "optimizer"}
    for name, value in step.state.arrays().items():
        np.testing.assert_array_equal(arrays[name], value)


def test_there_is_no_checkpoint_between_the_batches_of_an_update():
    state = make_step().state
    state.pending_batches = 2
    with pytest.raises(RuntimeError, match="2 batches wait for their update: save after it"):
        state.to_checkpoint()


def test_a_checkpoint_with_other_fields_changes_nothing():
    state = make_step().state
    arrays, content = state.to_checkpoint()
    before = state.arrays()
    changed = {name: value + 1 for name, value in arrays.items()}
    for other in ({**content, "mood": 1}, {name: content[name] for name in content if name != "unreported_metrics"}):
        with pytest.raises(ValueError, match=r"the checkpoint's state has other fields: .*(mood|unreported_metrics)"):
            state.from_checkpoint(Checkpoint(changed, other))
    for name, value in state.arrays().items():
        np.testing.assert_array_equal(value, before[name])
