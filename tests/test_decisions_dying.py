"""Where it dies: a level that shows nothing is not where it stops, and cures are tried on luck of their own."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest
from decisions_lab import Film, plan

from sim.decisions import where_it_dies
from sim.decisions.dying import Dying, _stops_at
from sim.decisions.futures import Future
from sim.decisions.statistics import Estimate
from sim.scenario import Scenario
from sim.scenario.schema import LeverUse


def levels(**found: str) -> pd.DataFrame:
    """A table of levels, of each what is shown: "reached", "behind", both or neither."""
    rows = [
        {"kind": "level", "group": name, "reached": "reached" in words, "behind": "behind" in words}
        for name, words in found.items()
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("executive", "manager", "employee", "stop"),
    [
        ("reached", "", "reached", ""),  # of managers nothing is shown, and it got past them
        ("reached", "", "", "managers"),
        ("reached", "reached", "", "employees"),
        ("reached", "reached", "reached and behind", "employees"),
        ("reached", "behind", "", "managers"),
        ("", "", "reached", ""),
        ("", "reached", "reached", ""),
        ("reached and behind", "", "", ""),  # it began nowhere
    ],
)
def test_it_stops_where_a_level_is_behind_or_none_below_is_reached(
    executive: str, manager: str, employee: str, stop: str
) -> None:
    assert _stops_at(levels(executive=executive, manager=manager, employee=employee)) == stop


def test_a_level_of_which_nothing_is_shown_is_said_so() -> None:
    groups, none = levels(executive="reached", manager="", employee="reached"), pd.DataFrame()
    found = Dying("p", Estimate(0.2, 0.1, 0.3, 9), groups, _stops_at(groups), pd.DataFrame({"shown": []}).astype(bool),
                  ("", ""), none, "USD")  # fmt: skip
    text = " ".join(found.in_words())
    assert "No level is shown to be where it stops" in text and "stops at the level" not in text
    assert "a gain is shown for the level of executives and employees; for managers" in text


GROUPS = (("all", "all"), ("department", "Sales"), ("department", "Works"))


class Unlucky(Film):
    """Works has bad luck with the plan in the first six replicates; levers aimed at a group add nothing."""

    def trace(
        self, plans: Sequence[Scenario], futures: Sequence[Future], replicates: Sequence[int]
    ) -> pd.DataFrame:
        table = super().trace(plans, futures, replicates)
        bad = (table["plan"] == "p") & (table["group"] == "Works") & (table["replicate"] < 6)
        return table.assign(share_practising=table["share_practising"] - 0.3 * bad)


def test_cures_that_add_nothing_are_not_credited_with_the_bad_luck_of_the_group() -> None:
    film = Unlucky(
        lambda scenario, *_: {"share_practising": 0.4 if scenario.levers else 0.1},
        groups=GROUPS,
        every=0.5,
        jitter=0.01,
    )
    cures = [LeverUse(lever=lever) for lever in ("L04", "L10")]
    found = where_it_dies(plan("p", "L01"), evaluate=film, unblockers=cures, replicates=6)
    assert found.weakest == ("department", "Works")
    assert found.unblocks["group_gain"].abs().max() < 0.02 and not found.unblocks["shown"].any()
    assert "None of the levers tried there is shown to help" in found.in_words()[-1]
