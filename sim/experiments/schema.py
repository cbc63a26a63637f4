"""Columns of the stored tables, fixed: names, order, types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from sim.theory.channels import LIT_BY

VERSION: Final = 2
ROW_GROUP: Final = 65_536
RUNS_GROUP: Final = 16_384  # wide rows: a group waits in memory while tables are put together

STAGES: Final = ("unaware", "aware", "interested", "trying", "settled", "championing")

_KEY: Final = (
    ("scenario", pa.string()),
    ("uncertainty", pa.string()),
    ("draw", pa.int32()),
    ("replicate", pa.int32()),
)

OUTCOMES: Final = (
    "share_start", "share_1y", "share_2y", "share_3y", "share_5y", "share_end", "share_change", "unseeded_share",
    "swept", "time_to_25", "time_to_50", "skill_start", "skill_end", "skill_p10_end",
    "skill_equity_start", "skill_equity_end", "enthusiasm_end", "safety_end",
    "mindset_end", "sharing_end", "memory_end", "leader_hours", "learner_hours", "practice_hours",
    "facilitator_hours", "cash", "cost", "leavers_per_year", "turnover_per_year", "leader_load_end",
    "community_share_end", "durability_1y", "durability_2y", "kirkpatrick_reaction", "kirkpatrick_learning",
    "kirkpatrick_behaviour", "kirkpatrick_results", "productivity", "productivity_end", "value_gained",
    "net_present_value",
    *(f"adoptions_{name}" for name in LIT_BY),
)  # fmt: skip

MEASURES: Final = (
    "headcount", "share_practising", "enthusiasm", "safety", "mindset", "skill", "skill_p10", "sharing",
    "time_felt", "leader_load", "memory", *(f"stage_{name}" for name in STAGES),
)  # fmt: skip

SERIES: Final = pa.schema(
    [*_KEY, ("time", pa.float64()), ("kind", pa.string()), ("group", pa.string())]
    + [(name, pa.float32()) for name in MEASURES]
).with_metadata({"ripple.table": "series", "ripple.schema": str(VERSION)})

EVENTS: Final = pa.schema(
    [
        ("scenario", pa.string()),
        ("replicate", pa.int32()),
        ("week", pa.int32()),
        ("kind", pa.string()),
        ("layer", pa.string()),
        ("level", pa.string()),
        ("count", pa.int32()),
    ]
).with_metadata({"ripple.table": "events", "ripple.schema": str(VERSION)})

PEOPLE_EVENTS: Final = pa.schema(
    [
        ("scenario", pa.string()),
        ("replicate", pa.int32()),
        ("week", pa.int32()),
        ("kind", pa.string()),
        ("person", pa.string()),
        ("source", pa.string()),
        ("layer", pa.string()),
    ]
).with_metadata({"ripple.table": "people_events", "ripple.schema": str(VERSION)})


def runs_schema(drawn: Sequence[str], *, numbered: bool = True) -> pa.Schema:
    """Columns of `runs`; drawn parameters come last, prefixed `p.`.

    Args:
        drawn: names of the parameters that are drawn.
        numbered: with the running number `run`, which parts do not have yet.
    """
    columns = [("run", pa.int64())] if numbered else []
    columns += [*_KEY, ("seed", pa.int64()), ("status", pa.string()), ("reason", pa.string())]
    columns += [("alpha_offset", pa.float64())]
    columns += [(name, pa.bool_() if name == "swept" else pa.float64()) for name in OUTCOMES]
    columns += [(f"p.{name}", pa.float64()) for name in drawn]
    return pa.schema(columns).with_metadata({"ripple.table": "runs", "ripple.schema": str(VERSION)})
