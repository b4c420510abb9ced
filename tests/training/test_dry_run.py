from pathlib import Path

import pytest

from ner.config import Config, ModelConfig
from ner.run_dir.workdir import WorkDir
from ner.training import launch
from ner.training_config import TrainingConfig


@pytest.mark.parametrize(
    ("training", "there", "validations"),
    [
        ({"batch_size": 16, "validate_every": 2}, False, 5),  # at 2, 4, 6 and 8 of the 9 steps, and at the end
        ({"max_batch_characters": 500, "oversample": 0.5, "accumulate_steps": 2}, True, 3),
    ],
    ids=["new folder", "folder that is there"],
)
def test_a_dry_run_tells_memory_and_time_and_writes_nothing(tmp_path, records, capsys, training, there, validations):
    folder, dataset = records
    if there:
        (tmp_path / "work").mkdir()
    work = WorkDir(str(tmp_path / "work"))
    config = Config(
        model=ModelConfig(embedding_size=4, lstm_units=6, lstm_layers=1, bidirectional=False),
        training=TrainingConfig(epochs=3, **training),
    )
    spec = launch.RunSpec(config, dataset, folder, work, work.check(config, dataset, folder))
    assert launch.dry_run(spec) == 0
    shown = capsys.readouterr().out
    assert "GiB at the most, on the largest batch" in shown
    assert "training    about 0:0" in shown
    assert f"validation  {validations} times about 0:0" in shown
    assert Path(work.path).exists() == there
    assert not list(Path(work.path).glob("*"))
