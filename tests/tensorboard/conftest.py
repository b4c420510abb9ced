"""A TensorBoard with logs of two runs, and its NER tab in Chromium, shared by all tests of the tab."""

import os

import pytest

from ner.evaluation.reports import report as reports
from tests.served_board import ask, evaluation_at, running_board, wait_until, write_run, write_weights

NO_CHROMIUM = "no Chromium: install Debian's package `chromium`, or Chrome, to see the tab tested in a browser"


@pytest.fixture(scope="package")
def browser():
    from tests.tensorboard.tab_page import CHROMIUM, playwright  # not above: skips where playwright is missing

    if CHROMIUM is None and "CI" not in os.environ:
        pytest.skip(NO_CHROMIUM)
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def logs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("work") / "logs"
    write_weights(folder.parent)
    write_run(folder, "validation")
    write_run(folder, "test", [300])
    reports.write(evaluation_at(300).report, str(folder.parent / "reports"))
    return folder


@pytest.fixture(scope="package")
def shared(browser, logs):
    """A page that all tests of the tab use; `test_plugin.py` asks the server of each of TensorBoard's loaders."""
    from tests.tensorboard.tab_page import Tab

    with running_board(logs) as address:
        assert wait_until(lambda: len(ask(address, "data/plugin/ner/runs")["runs"]) == 2)
        assert wait_until(
            lambda: len(ask(address, "data/plugin/ner/evaluations", run="validation")["evaluations"]) == 3
        )
        yield Tab(browser, address, {"step": 300}, permissions=["clipboard-read", "clipboard-write"])


@pytest.fixture
def tab(shared):
    """The shared page, as when the tab was opened; at the end nothing must have gone wrong in it."""
    shared.show()
    yield shared
    shared.expect_no_troubles()
