import pytest

from ner.errors import InputError
from ner.sweeps.grid import Trial, grid


def test_a_grid_is_every_combination_and_the_last_setting_varies_fastest():
    assert grid(["learning_rate=0.001,0.003", "schedule=linear"], seeds=2) == [
        Trial(
            f"learning_rate={rate},schedule=linear,seed={seed}",
            (f"--learning_rate={rate}", "--schedule=linear", f"--seed={seed}"),
        )
        for rate in ("0.001", "0.003")
        for seed in (0, 1)
    ]


def test_a_flag_file_gives_its_stem_and_stands_before_the_settings_that_win_over_it(tmp_path):
    path = tmp_path / "my, own.flags"
    path.touch()
    assert grid([], flagfiles=[str(path)]) == [Trial("my%2C%20own", (f"--flagfile={path}",))]
    assert grid(["epochs=3"], flagfiles=[str(path)]) == [
        Trial("my%2C%20own,epochs=3", (f"--flagfile={path}", "--epochs=3"))
    ]


def test_values_are_written_in_one_way():
    names = [trial.name for trial in grid(["learning_rate=1e-3,2", "bidirectional=True,false", "epochs=07"])]
    assert names == [f"learning_rate={rate},bidirectional={both},epochs=7"
                     for rate in ("0.001", "2.0") for both in ("true", "false")]  # fmt: skip


def test_seeds_alone_are_a_sweep():
    assert [trial.name for trial in grid([], seeds=2)] == ["seed=0", "seed=1"]


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("small,learning_rate=0.1,seed=3", "small,learning_rate=0.1"),
        ("seed=3,learning_rate=0.1", "learning_rate=0.1"),
        ("seed=3", "as given"),
    ],
)
def test_a_setting_is_the_name_without_the_seed(name, setting):
    assert Trial(name, ()).setting == setting


@pytest.mark.parametrize(
    ("settings", "seeds", "message"),
    [
        ([], None, "nothing to compare: give --grid="),
        (["learning_rates=1"], None, "--grid=learning_rates: no setting of this name; the nearest is learning_rate "),
        (["learning_rate"], None, "--grid=learning_rate: expected NAME=VALUE,VALUE"),
        (["learning_rate=fast"], None, "--grid: --learning_rate is 'fast', expected a number above 0"),
        (["learning_rate=0.1,"], None, "--grid: --learning_rate is '', expected a number"),
        (["epochs=1.5"], None, "--grid: --epochs is '1.5', expected a whole number"),
        (["bidirectional=both"], None, "--grid: --bidirectional is 'both', expected true or false"),
        (["epochs=1", "epochs=2"], None, "epochs is given twice"),
        (["seed=7"], 3, "seed is given twice"),
        (["learning_rate=0.001,1e-3"], None, "2 trials would be called learning_rate=0.001:"),
        ([f"best_metric={'x' * 200}"], None, "too long for a folder"),
    ],
)
def test_a_mistake_is_named(settings, seeds, message):
    with pytest.raises(InputError) as caught:
        grid(settings, seeds)
    assert message in str(caught.value)


def test_flag_files_that_are_missing_or_share_a_name_are_named(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.flags").touch()
    with pytest.raises(InputError, match=r"none\.flags: no such file"):
        grid([], flagfiles=[str(tmp_path / "none.flags")])
    with pytest.raises(InputError, match="2 trials would be called same:"):
        grid([], flagfiles=[str(tmp_path / folder / "same.flags") for folder in ("a", "b")])
