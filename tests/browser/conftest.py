"""A real browser for the tests marked `browser`: Debian's chromium, headless, with no way out of the machine.

It is looked for as `chromium`, `chromium-browser` and `google-chrome`; the environment variable RIPPLE_CHROMIUM names
another. A test that needs it fails, and says what is missing, where there is none: these tests are asked for by name.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
# No sandbox: a container's root has none. The rest keeps the browser from talking to anybody on its own account.
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
)  # fmt: skip


def chromium_path() -> str:
    """Where the browser is; the test fails with one sentence if there is none."""
    named = os.environ.get("RIPPLE_CHROMIUM")
    if named:
        if not Path(named).is_file():
            pytest.fail(f"RIPPLE_CHROMIUM names {named}, which is no file", pytrace=False)
        return named
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail(
            f"no browser: none of {', '.join(NAMES)} is on the path. Install one (Debian: apt-get install chromium) "
            "or name it in RIPPLE_CHROMIUM",
            pytrace=False,
        )
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a session."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.fail("no playwright: pip install -e '.[test,browser]'", pytrace=False)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a context of its own: no cookies, no storage, nothing of other tests."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()
