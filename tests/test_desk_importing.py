"""What a person types where a file leaves something open: the words of the message, read back."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from sim.desk.errors import DeskError
from sim.desk.importing import _said
from sim.organization.layers import LayerRule


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", {}),
        ('--map id="Staff no" --map tenure=hired', {"columns": {"id": "Staff no", "tenure": "hired"}}),
        (
            "--layer advice=peers:target_to_source",
            {"layers": {"advice": LayerRule("peers", "target_to_source")}},
        ),
        ("--layer 'a = b=mutual'", {"layers": {"a = b": LayerRule("mutual", "both")}}),
        ("--as-of 2026-01-31", {"as_of": datetime.date(2026, 1, 31)}),
        ("'--as-of 31.01.2026'", {"as_of": datetime.date(2026, 1, 31)}),
        ("--scale 1,5", {"scale": (1.0, 5.0)}),
        ("--scale 0;2.5", {"scale": (0.0, 2.5)}),
        (
            "--sheet People --survey-sheet 'Who with whom'",
            {"sheet": "People", "survey_sheet": "Who with whom"},
        ),
    ],
)
def test_what_the_message_asks_for_can_be_typed(text: str, read: dict[str, Any]) -> None:
    assert _said(text) == read


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('--map id="Staff', "a quotation mark that is not closed"),
        ("--as-of yesterday", "--as-of yesterday: write what is asked"),
        ("--scale five", "--scale five: write what is asked"),
        ("--map id", "--map id: write what is asked"),
        ("--sheet", "--sheet : write what is asked"),
        ("--salt pepper", "with --map, --layer, --as-of, --scale, --sheet, --survey-sheet"),
    ],
)
def test_what_is_none_of_it_is_said_back(text: str, says: str) -> None:
    with pytest.raises(DeskError) as caught:
        _said(text)
    assert says in str(caught.value)
