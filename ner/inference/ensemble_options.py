"""The flag that names further models, of all programs that several models predict in together."""

from dataclasses import dataclass

from ner.settings import check_settings, path_list, setting


@dataclass(frozen=True, kw_only=True)
class EnsembleOptions:
    """Models beside that of `--workdir`."""

    ensemble: str = setting(
        "",
        "Further work folders, comma-separated: their models predict together with that of --workdir (the mean of "
        "their log-probabilities).",
        group="model",
    )

    def __post_init__(self) -> None:
        check_settings(self)

    @property
    def folders(self) -> tuple[str, ...]:
        """`ensemble` one by one."""
        return path_list([self.ensemble])
