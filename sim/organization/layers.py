"""What a layer of ties in a file means: which relationship, which way influence flows, from what strength on.

`layers.csv` says whether a layer is directed and from which weight a tie is strong; the scenario may say
the rest; for layers with well-known names a table gives the usual reading.  A layer that neither names is
reported, not used.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sim.organization.csvfile import Source, Table, read_table
from sim.organization.errors import OrganizationError
from sim.theory.channels import LAYERS

IGNORE: Final = "ignore"
MEANS: Final[Mapping[str, str]] = {
    "peers": "colleagues who talk, ask or trust each other",
    "mutual": "people who work on something together, above all leader and report",
    "ripples": "looser contacts, such as mails or knowing of each other",
    "authority": "the reporting line",
    IGNORE: "leave it out",
}  # what each relationship is, for those who have to choose
INFLUENCES: Final = ("source_to_target", "target_to_source", "both")
KINDS: Final = ("fixed", "informal")


@dataclass(frozen=True, slots=True)
class LayerRule:
    """How one layer of a file is used.

    Attributes:
        target: one of `sim.theory.channels.LAYERS`, or "ignore".
        influence: "source_to_target", "target_to_source" (the source asks the target, so hears it) or "both".
        threshold: weight from which a tie counts; None takes that of `layers.csv`, else every tie above 0.
        kind: "informal" (people make and drop it) or "fixed" (it comes with the seat).
    """

    target: str
    influence: str = "both"
    threshold: float | None = None
    kind: str = "informal"

    def __post_init__(self) -> None:
        for name, value, known in (
            ("target", self.target, (*LAYERS, IGNORE)),
            ("influence", self.influence, INFLUENCES),
            ("kind", self.kind, KINDS),
        ):
            if value not in known:
                near = difflib.get_close_matches(str(value), known, 1)
                hint = f"did you mean {near[0]!r}?" if near else "use one of " + ", ".join(known)
                raise OrganizationError(f"layer rule: {name} is {value!r}: {hint}")
        if self.threshold is not None and not (
            isinstance(self.threshold, (int, float)) and math.isfinite(self.threshold)
        ):
            raise OrganizationError(f"layer rule: threshold is {self.threshold!r}: give a number")


# Layers by their usual names.  Asking brings influence from the asked; a mail or a report goes to its reader.
KNOWN: Final[Mapping[str, LayerRule]] = {
    "advice": LayerRule("peers", "target_to_source"),
    "info": LayerRule("peers", "target_to_source"),
    "information": LayerRule("peers", "target_to_source"),
    "discussion": LayerRule("peers", "both"),
    "friendship": LayerRule("peers", "target_to_source"),
    "lunch": LayerRule("peers", "both"),
    "face_to_face": LayerRule("peers", "both"),
    "cowork": LayerRule("mutual", "both"),
    "work": LayerRule("mutual", "both"),
    "coauthor": LayerRule("mutual", "both"),
    "email": LayerRule("ripples", "source_to_target"),
    "value": LayerRule("ripples", "target_to_source"),
    "aware": LayerRule("ripples", "target_to_source"),
    "awareness": LayerRule("ripples", "target_to_source"),
    "leisure": LayerRule("ripples", "both"),
    "facebook": LayerRule("ripples", "both"),
}
REPORTING: Final = ("reports_to",)  # the reporting line: the tree, not a layer of its own
_WAVE = re.compile(r"^(.*)_t(\d+)$")


@dataclass(frozen=True, slots=True)
class LayerFacts:
    """What `layers.csv` says of one layer: `directed` and `threshold`, None where it says nothing."""

    directed: bool | None = None
    threshold: float | None = None


def read_layers(path: Source | None) -> dict[str, LayerFacts]:
    """`layers.csv` by layer name; empty without a file.  Columns: layer, directed (0/1), tie_threshold, any
    others.
    """
    if path is None:
        return {}
    table = read_table(path, required=("layer",))
    facts: dict[str, LayerFacts] = {}
    for row in table.rows:
        name = table.text(row, "layer")
        if not name:
            raise table.error(row, "layer", "give the name of the layer")
        if name in facts:
            raise table.error(row, "layer", "the layer is there twice; keep one line")
        threshold = table.number(row, "tie_threshold", low=-1e12, high=1e12, what="a number or nothing")
        facts[name] = LayerFacts(
            _yes_or_no(table, row.line, table.text(row, "directed")),
            None if math.isnan(threshold) else threshold,
        )
    return facts


def _yes_or_no(table: Table, line: int, text: str) -> bool | None:
    if not text:
        return None
    if text.lower() in ("1", "true", "yes", "y"):
        return True
    if text.lower() in ("0", "false", "no", "n"):
        return False
    raise OrganizationError(f"{table.file}, line {line}, column 'directed': found {text!r}; write 1 or 0")


def rules_for(names: Iterable[str], mapping: Mapping[str, LayerRule] | None) -> dict[str, LayerRule | None]:
    """The rule of each layer: the scenario's, else the usual one, else None (unmapped).

    Raises:
        OrganizationError: the scenario maps a layer that the file does not have.
    """
    present = sorted(set(names))
    for name in mapping or {}:
        if name not in present:
            near = difflib.get_close_matches(name, present, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(present) or 'no layers'}"
            raise OrganizationError(f"organization.layers: the ties file has no layer {name!r}: {hint}")
    return {name: (mapping or {}).get(name) or usual_rule(name) for name in present}


def usual_rule(name: str) -> LayerRule | None:
    """The usual reading of a layer's name; of several waves (`advice_t1`, `advice_t2`, ...) only the first
    is used.
    """
    plain = "_".join(name.lower().replace("-", " ").replace("_", " ").split())
    if plain in REPORTING or plain.startswith("same_"):
        return LayerRule(IGNORE)
    wave = _WAVE.match(plain)
    if wave and wave[1] in KNOWN:
        return KNOWN[wave[1]] if int(wave[2]) == 1 else LayerRule(IGNORE)
    return KNOWN.get(plain)
