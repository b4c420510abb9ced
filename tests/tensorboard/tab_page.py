"""The NER tab in a page of headless Chromium, as tests look at it.

Everything that is read waits until it is as expected (`expect` of Playwright, `eventually`): an action ends before the
page has been redrawn.
"""

import re
import shutil
import time
from contextlib import contextmanager
from importlib import resources
from urllib.parse import urlsplit

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install '.[test]'")
expect = playwright.expect
_MILLISECONDS = 60_000  # on a machine with much else to do
expect.set_options(timeout=_MILLISECONDS)

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_TEXT_WITHOUT_CHIPS = """all => all.map(one =>
    [...one.childNodes].filter(node => !node.className?.includes('chip')).map(node => node.textContent).join(''))"""
_COUNTS = """rows => rows.map(row => [...row.querySelectorAll('td:not(.support)')].map(
    cell => Number(cell.innerText.replaceAll(',', '') || 0)))"""
_VIOLATIONS = """axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations'],
}).then(({violations}) => violations.map(({id, nodes}) => [
    id, ...nodes.slice(0, 5).map(({target, any}) => `${target}: ${any.map(({message}) => message)}`),
]))"""


class Tab:
    """The tab in a page of its own, and what went wrong in it since `expect_no_troubles` was last called."""

    def __init__(self, browser, address, settings=None, **context):
        self.page = browser.new_context(viewport={"width": 1400, "height": 900}, **context).new_page()
        self.page.set_default_timeout(_MILLISECONDS)
        self.address = address
        self.settings = {"order": "ranked", "level": "entity"} | (settings or {})
        self.troubles = []
        self.page.on("console", lambda line: line.type == "error" and self.troubles.append(line.text))
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("request", self._check)
        self.show()

    def _check(self, request):
        if urlsplit(request.url).hostname not in ("localhost", None):
            self.troubles.append(f"request to {request.url}")

    def show(self, **state):
        """Goes to the address of `state` and of the page's own settings, as a link would."""
        # The tab removes settings with their default from the address as soon as it has read it.
        settings = self.settings | state
        self.page.goto(self.address + "&".join(["#ner", *(f"p.ner.{name}={one}" for name, one in settings.items())]))
        if settings["order"] == "ranked":
            expect(self.page).not_to_have_url(re.compile("p.ner.order=ranked"))
        self.frame = self.page.frame_locator("iframe")
        expect(self.frame.locator("main:not([aria-busy]):not([hidden]), .notice:not(:empty)").first).to_be_visible()

    def expect_no_troubles(self):
        """Fails where something went wrong, and forgets it: the next test begins without."""
        found, self.troubles = self.troubles, []
        assert found == [], found

    def run(self, script):
        """The value of a script in the tab's own frame."""
        return self.page.frames[-1].evaluate(script)

    @contextmanager
    def answered_by(self, script):
        """Context manager in which `async (url, ask) => Response` answers the tab; `ask(url)` asks the server.

        The tab forgets the answers that it has, and at the end those that it got.
        """
        self.run(f"""{{
            const [answer, ask] = [{script}, window.fetch];
            window.fetch = url => answer(new URL(url), ask);
            import("/data/plugin/ner/static/model.js").then(one => one.clearCache());
        }}""")
        try:
            yield
        finally:
            self.page.reload()
            expect(self.frame.locator("main:not([aria-busy]):not([hidden])")).to_be_visible()

    def accessibility_violations(self):
        """Rules of WCAG 2 (A, AA) that axe-core finds broken, each with the places; skips where it is not installed."""
        axe = pytest.importorskip("axe_playwright_python", reason="axe is not installed: pip install '.[test]'")
        self.run(resources.files(axe).joinpath("axe.min.js").read_text(encoding="utf-8"))
        return self.run(_VIOLATIONS)

    def cell(self, gold, predicted):
        return self.frame.locator(f"td [aria-label^='gold {gold}, predicted {predicted}:']")

    def counts(self):
        """The matrix as it stands in the table, where cells show counts; 0 where a cell is empty."""
        return self.frame.get_by_role("grid").locator("tbody tr").evaluate_all(_COUNTS)

    def expect_counts(self, counts):
        eventually(self.counts, counts)

    def expect_texts(self, texts):
        """Waits until these sentences are listed, told without the names of entities."""
        eventually(lambda: self.frame.locator("p.sentence").evaluate_all(_TEXT_WITHOUT_CHIPS), texts)

    def expect_setting(self, setting):
        """Waits until the address has `setting`, such as `step=200`."""
        expect(self.page).to_have_url(re.compile(re.escape(f"p.ner.{setting}") + "(&|$)"))


def eventually(read, expected):
    """Waits until `read()` returns `expected`; fails with what it returned last."""
    deadline = time.monotonic() + 60
    while (found := read()) != expected and time.monotonic() < deadline:
        time.sleep(0.05)
    assert found == expected
