from dataclasses import dataclass, field

import pytest

from ner.errors import InputError
from ner.settings import check_settings, expand_path, path_list, setting, settings_of, values_of


@dataclass(frozen=True, kw_only=True)
class Inner:
    rate: float = setting(0.5, "Share.", low=0, below=1, group="inner", changeable=True)


@dataclass(frozen=True, kw_only=True)
class Outer:
    inner: Inner = field(default_factory=Inner)
    folder: str = setting("", "Folder.", missing="name a folder")
    count: int | None = setting(None, "Number.", low=1)
    step: float = setting(1.0, "Step.", above=0)
    share: float = setting(0.0, "Share.", low=0, high=1)
    part: float = setting(1.0, "Part.", above=0, high=1)
    kind: str = setting("a", "Kind.", choices=("a", "b"))
    on: bool = setting(False, "Switch.")
    names: tuple[str, ...] = setting((), "Names.")

    def __post_init__(self):
        check_settings(self)


def test_settings_are_listed_in_order_of_declaration_with_what_they_say():
    settings = settings_of(Outer)
    assert list(settings) == ["rate", "folder", "count", "step", "share", "part", "kind", "on", "names"]
    assert [one.type for one in settings.values()] == [float, str, int, float, float, float, str, bool, tuple]
    assert [one.group for one in settings.values()] == ["inner"] + ["options"] * 8
    assert [name for name, one in settings.items() if one.changeable] == ["rate"]
    assert [name for name, one in settings.items() if one.optional] == ["count"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"folder": ""}, "--folder is missing: name a folder"),
        ({"count": 0}, "--count is 0, expected a whole number, 1 or more"),
        ({"count": 1.0}, "--count is 1.0, expected a whole number, 1 or more"),
        ({"count": True}, "--count is True, expected a whole number"),
        ({"step": 0.0}, "--step is 0.0, expected a number above 0"),
        ({"step": None}, "--step is None, expected a number above 0"),
        ({"step": float("nan")}, "--step is nan, expected a number above 0"),
        ({"step": float("inf")}, "--step is inf, expected a number above 0"),
        ({"share": 1.5}, "--share is 1.5, expected a number from 0 to 1"),
        ({"part": 2.0}, "--part is 2.0, expected a number above 0 and at most 1"),
        ({"count": 2**31}, "--count is 2147483648, expected a whole number, 1 or more, at most 2147483647"),
        ({"kind": "c"}, "--kind is c, expected one of a, b"),
        ({"on": 1}, "--on is 1, expected true or false"),
        ({"names": "a"}, "--names is a, expected names"),
    ],
)
def test_a_value_that_is_not_accepted_is_named_with_its_flag(values, message):
    with pytest.raises(InputError) as caught:
        Outer(**{"folder": "here", **values})
    assert str(caught.value).startswith(message)


def test_the_ends_of_a_range_are_accepted_where_they_belong_to_it():
    Outer(folder="here", count=1, share=1, inner=Inner(rate=0))
    Outer(folder="here", share=0)
    with pytest.raises(InputError, match="--rate is 1, expected a number from 0 to below 1"):
        Outer(folder="here", inner=Inner(rate=1))


def test_values_of_nested_settings_are_flat():
    assert values_of(Outer(folder="x", inner=Inner(rate=0.25))) == {
        **{"rate": 0.25, "folder": "x", "count": None, "step": 1.0},
        **{"share": 0.0, "part": 1.0, "kind": "a", "on": False, "names": ()},
    }


def test_paths_are_expanded_as_a_shell_does_unless_they_exist(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("CORPUS", "/data")
    monkeypatch.chdir(tmp_path)
    assert [expand_path(text) for text in ("~/work", "$CORPUS/x", "${CORPUS}", "a~", "$NONE/x", "gs://b/c")] == [
        *("/home/ada/work", "/data/x", "/data", "a~", "$NONE/x", "gs://b/c"),
    ]
    (tmp_path / "$CORPUS").touch()
    assert expand_path("$CORPUS") == "$CORPUS"


def test_a_list_of_paths_may_hold_a_name_with_commas(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a,b").touch()
    assert path_list(["~/a,b", "c,~/d", ""]) == (f"{tmp_path}/a,b", "c", f"{tmp_path}/d")
