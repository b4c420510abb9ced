from dataclasses import dataclass

from ner.config import Config
from ner.help_text import help_text
from ner.settings import setting, settings_of


@dataclass(frozen=True, kw_only=True)
class Example:
    records: str = setting("", "Folder.", missing="name it", group="run")
    rate: float = setting(0.0, "Rate.", low=0, group="optimization")
    kind: str | None = setting(None, "Kind.", choices=("one", "another"), group="optimization")
    fast: bool = setting(True, "Speed.", group="run")


def test_help_shows_groups_in_order_of_declaration_with_defaults(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    text = help_text("ner.x", "Does x.\n", settings_of(Example).values(), "FILE ...")
    assert text.splitlines() == [
        "Does x.",
        "",
        "usage: python -m ner.x [flags] [FILE ...]",
        "",
        "run:",
        "  --records=TEXT            Folder. Required.",
        "  --[no]fast                Speed. Default: true.",
        "",
        "optimization:",
        "  --rate=X                  Rate. Default: 0.",
        "  --kind=one|another        Kind.",
    ]


def test_help_is_as_wide_as_the_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "72")
    text = help_text("ner.train", "Trains.", settings_of(Config).values())
    assert max(map(len, text.splitlines())) <= 72
    groups = [line for line in text.splitlines() if line.endswith(":") and not line.startswith(" ")]
    known = ["model:", "data:", "optimization:", "class imbalance:"]
    assert [group for group in groups if group in known] == known
