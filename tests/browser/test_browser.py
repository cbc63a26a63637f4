"""That there is a browser, and that it prints: what the other browser tests stand on."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_the_browser_shows_and_prints_a_page(page: Page) -> None:
    from pypdf import PdfReader

    page.set_content("<p>one</p><p style='break-before: page'>two</p>")
    assert page.inner_text("p") == "one"
    sheets = PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
    assert [sheet.extract_text().strip() for sheet in sheets] == ["one", "two"]
