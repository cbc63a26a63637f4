"""Who lit whom, as a graph: an arc from the one who lit to the one who began to practise.

Made from the events of one run.  Nodes are seats; a person may lapse and be lit again, and a seat may change hands, so
there can be several arcs between two seats.  It is the model's cause, on made-up luck: it says how a culture spreads
in such an organisation, and nothing about a person.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from sim.organization.networks_out import people_frame
from sim.organization.people import Organization
from sim.theory.channels import EVENT_KINDS, LIT_BY

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

ADOPT: Final = EVENT_KINDS.index("adopt")


def event_table(events: npt.NDArray[np.int32]) -> pd.DataFrame:
    """Events of a run with their names: week, seat, kind, source (seat, -1 for nobody), layer ("" unless an adoption).

    Args:
        events: `RunRecord.events`, shape (events, 5).
    """
    import pandas as pd

    week, seat, kind, source, layer = events.T if len(events) else np.zeros((5, 0), dtype=np.int32)
    adopted = kind == ADOPT
    return pd.DataFrame(
        {
            "week": week,
            "seat": seat,
            "kind": [EVENT_KINDS[number] for number in kind],
            "source": np.where(adopted, source, -1),
            "layer": [LIT_BY[number] if yes else "" for number, yes in zip(layer, adopted)],
        }
    )


def lighting_graph(
    events: npt.NDArray[np.int32], organization: Organization, *, since: int = 0
) -> nx.MultiDiGraph:
    """Everybody, and an arc for every adoption that somebody lit.

    Nodes (seats) carry id, level, department, manager, tenure, and how they began to practise: `first` (week, -1 where
    they never did since then), `adoptions`, `spontaneous` (of their own accord), `mixed` (chance contacts) and `lit`
    (arcs that go out).  Arcs carry week and layer.

    Args:
        events: `RunRecord.events` of a run with `events=True`.
        since: first week that counts, ≥ 0; week 0 is the start of the scenario.
    """
    import networkx as nx

    graph = nx.MultiDiGraph(name=f"who lit whom in {organization.name}")
    rows = events[(events[:, 2] == ADOPT) & (events[:, 0] >= max(0, since))].tolist()
    times, alone, mixed, lit = Counter[int](), Counter[int](), Counter[int](), Counter[int]()
    first: dict[int, int] = {}
    for week, seat, _, source, layer in rows:
        times[seat] += 1
        first.setdefault(seat, week)
        alone[seat] += LIT_BY[layer] == "spontaneous"
        mixed[seat] += LIT_BY[layer] == "mixed"
        lit[source] += source >= 0
    people = people_frame(organization)[["id", "level", "department", "manager", "tenure"]]
    for seat, row in enumerate(people.to_dict("records")):
        who = {str(name): value for name, value in row.items()}
        graph.add_node(
            seat, **who, first=first.get(seat, -1), adoptions=times[seat], spontaneous=alone[seat],
            mixed=mixed[seat], lit=lit[seat],
        )  # fmt: skip
    for week, seat, _, source, layer in rows:
        if source >= 0:
            graph.add_edge(source, seat, week=week, layer=LIT_BY[layer])
    return graph


def cascades(graph: nx.MultiDiGraph) -> pd.DataFrame:
    """A row a person who lit somebody: how many directly, how many in the end, and over how many generations.

    Counted along first adoptions: everybody has at most one lighter, the one who lit them first.
    """
    import pandas as pd

    parent: dict[int, tuple[int, int]] = {}
    for source, seat, week in graph.edges(data="week"):
        if week == graph.nodes[seat]["first"]:
            parent[seat] = (week, source)
    children: dict[int, list[int]] = {}
    for seat, (_, source) in parent.items():
        children.setdefault(source, []).append(seat)
    rows: list[dict[str, Any]] = []
    for seat in sorted(children):
        size, depth, layer, seen = 0, 0, children[seat], {seat}
        while layer:
            layer = [one for one in layer if one not in seen]
            seen.update(layer)
            size, depth = size + len(layer), depth + bool(layer)
            layer = [child for one in layer for child in children.get(one, [])]
        rows.append(
            {
                "seat": seat, "level": graph.nodes[seat]["level"], "department": graph.nodes[seat]["department"],
                "directly": len(children[seat]), "in_all": size, "generations": depth,
            }
        )  # fmt: skip
    columns = ["seat", "level", "department", "directly", "in_all", "generations"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["in_all", "seat"], ascending=[False, True], ignore_index=True)
