"""What `ripple init` writes: a firm and a plan to edit and, if asked for, the files of a tiny firm."""

from __future__ import annotations

from typing import Final

_FIRM_HEAD: Final = """\
# Your organisation as it is today, for Ripple: business as usual, with which plans are compared.
# Lines that begin with # are notes.

name = "my_firm"
title = "Business as usual"
question = "What happens if our leaders change nothing?"
"""

_GENERATED: Final = """
[organization]
people = 120        # a stand-in for your firm is generated: staff,
tiers = 4           # tiers of the reporting tree, the top included,
span = 5.0          # mean direct reports of a leader,
departments = 4     # and departments, fewer only in a tiny firm: a leader's people stay together
seed = 1            # which of the many such firms
# To use your own people instead, remove the lines above and name your files, relative to this one:
#   people_file = "people.csv"    (columns id, manager_id; department, level, site, tenure_years if you have them)
#   ties_file = "ties.csv"        (columns source, target; layer and weight if you have them)
# `ripple init DIR --files` writes a tiny example of both.
"""

_IMPORTED: Final = """
[organization]
people_file = "people.csv"    # relative to this file; ids become pseudonyms before anything is stored
ties_file = "ties.csv"

# What each layer of ties.csv means: authority, peers, mutual, ripples or ignore; and which way influence flows.
# Where the source *asks* the target for advice, influence flows back: target_to_source.
[organization.layers.advice]
target = "peers"
influence = "target_to_source"
"""

_RUN: Final = """
[run]
years = 3
replicates = 40     # runs, each with its own luck; plans that are compared live through the same luck
seed = 1
"""

PLAN: Final = """\
# A plan for Ripple: what leaders do differently.  Everything that is not said here is as in my_firm.toml.
#
#   ripple check my_plan.toml                   the plan in words, hours and money
#   ripple compare my_firm.toml my_plan.toml    what it changes, with a page to read

name = "my_plan"
title = "My plan"
question = "Does a learning culture spread further if our leaders learn visibly and give people time?"
extends = "my_firm.toml"

# What leaders do.  `ripple explain` lists all levers; `ripple explain L04` says what one of them is.
[[levers]]
lever = "L01"             # lead by example
who = "leaders"           # executives and managers; or "executives", "managers", { departments = ["Sales"] }, …
ramp = "3 months"         # to reach the full dose
stop = "2 years"          # remove this line for "never"

[[levers]]
lever = "L04"             # give time and space
who = "managers"
dose = 0.5                # half of the usual dose
start = "month 3"
stop = "2 years"

# What may go wrong.  Remove the # signs to see whether the plan survives it.
# [[shocks]]
# barrier = "sponsor_withdraws"
# at = "month 9"
"""

FIRM: Final = _FIRM_HEAD + _GENERATED + _RUN
FIRM_WITH_FILES: Final = _FIRM_HEAD + _IMPORTED + _RUN

# Departments of the tiny firm with the number of people under each of their managers.
_TINY_FIRM: Final = (("Sales", (4, 4)), ("Service", (5, 3)), ("Workshop", (4,)))


def _people() -> list[tuple[str, str, int, str]]:
    """Id, id of the manager ("" at the top), level (1 the most senior) and department of everybody."""
    rows = [("p01", "", 1, "Board")]
    for department, teams in _TINY_FIRM:
        head = f"p{len(rows) + 1:02d}"
        rows.append((head, "p01", 2, department))
        for size in teams:
            lead = f"p{len(rows) + 1:02d}"
            rows.append((lead, head, 3, department))
            for _ in range(size):
                rows.append((f"p{len(rows) + 1:02d}", lead, 4, department))
    return rows


def people_csv() -> str:
    """`people.csv` of the tiny firm: a board, three departments, five teams."""
    lines = ["id,manager_id,level,department"]
    lines += [f"{identity},{boss},{level},{unit}" for identity, boss, level, unit in _people()]
    return "\n".join(lines) + "\n"


def ties_csv() -> str:
    """`ties.csv` of the tiny firm: who asks whom for advice, in a team and now and then across teams."""
    rows = _people()
    lines = ["source,target,layer"]
    for number, (identity, _, level, _unit) in enumerate(rows):
        if level < 3:
            continue
        for step in (1, 2, 7):
            other, _, other_level, _ = rows[(number + step) % len(rows)]
            if other_level >= 3 and other != identity:
                lines.append(f"{identity},{other},advice")
    return "\n".join(lines) + "\n"
