import dataclasses

import pytest

from ner.config import Config
from ner.config_flags import parse_flags
from ner.errors import InputError
from ner.settings import setting, settings_of
from ner.training.launch_config import ClusterConfig, LaunchConfig


@dataclasses.dataclass(frozen=True, kw_only=True)
class Files:
    files: tuple[str, ...] = setting((), "Files.", group="files")
    shards: int | None = setting(None, "Shards.", low=0, group="files")


def test_without_flags_every_setting_has_its_default():
    assert parse_flags([Config, ClusterConfig, Files], []) == ([Config(), ClusterConfig(), Files()], [])


def other_value(one):
    """The text of a value that a setting accepts and that is not its default."""
    if one.choices:
        return next(choice for choice in one.choices if choice != one.default)
    return {bool: str(not one.default).lower(), int: "16", float: str((one.low or 0) + 0.75), str: "other"}[one.type]


NEEDED = {
    "fold": ["--folds=20"],
    "word_vectors": ["--encoder=hierarchical"],
}  # flags that make sense with another one only


def test_every_flag_reaches_the_setting_of_its_name():
    for kind in (Config, ClusterConfig):
        for name, one in settings_of(kind).items():
            text = other_value(one)
            [config], _ = parse_flags([kind], [*NEEDED.get(name, []), f"--{name}={text}"])
            owner = config if hasattr(config, name) else next(
                part for part in (config.model, config.training) if hasattr(part, name)
            )  # fmt: skip
            assert str(getattr(owner, name)).lower() == text
            assert getattr(owner, name) != one.default


def test_a_flag_given_several_times_is_a_tuple_and_other_arguments_come_back():
    assert parse_flags([Files], ["--files=a,b", "--files=c", "--shards=0", "--", "-x", "y"]) == (
        [Files(files=("a,b", "c"), shards=0)],
        ["-x", "y"],
    )


@pytest.mark.parametrize("first", ["# a comment\n", "// a comment\n", "\n", ""])
def test_a_flag_file_may_begin_with_a_byte_order_mark(tmp_path, first):
    path = tmp_path / "some.flags"
    path.write_text(f"\ufeff{first}--files=a\n--shards=2\n", encoding="utf-8")
    assert parse_flags([Files], [f"--flagfile={path}", "--files=b", "x"]) == (
        [Files(files=("a", "b"), shards=2)],
        ["x"],
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--workdir=w"], "--records is missing: name the folder that data_tools.build wrote"),
        (["--records=r"], "--workdir is missing: name a folder for this run, new or to resume"),
        (["--records=r", "--workdir=w", "--flagfile"], "--flagfile= names no file: name one, or leave it out"),
        (["--records=r", "--workdir=w", "--epochs=0"], "--epochs is 0, expected a whole number, 1 or more"),
        (["--records=r", "--workdir=w", "--epoch=1"], "unknown flag --epoch; the nearest are --epochs"),
        (["--records=r", "--workdir=w", "--profile_steps=10-20"], "--profile_steps is '10-20', expected two numbers"),
    ],
)
def test_a_mistake_is_an_input_error(arguments, message):
    with pytest.raises(InputError) as caught:
        parse_flags([LaunchConfig, Config], arguments)
    assert str(caught.value).startswith(message)
