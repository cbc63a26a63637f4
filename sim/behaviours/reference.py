"""The docs made from this room's data: `docs/levers.md` and `docs/traceability.md`.

`write(folder)` makes them; a test checks that they are up to date.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sim.behaviours.barriers import BARRIERS, GOVERNANCE, Barrier
from sim.behaviours.catalogue import CATALOGUE
from sim.behaviours.explain import explained, levels_in_words, shock_in_words, start_in_words
from sim.behaviours.lever import MISUSES, Lever
from sim.behaviours.sources import TITLES
from sim.behaviours.traceability import Switch, mechanisms, structural_options, table, traces


def _cell(words: object) -> str:
    return str(words).replace("|", "\\|").replace("\n", " ")


def _row(*cells: object) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _header(*titles: str) -> list[str]:
    return [_row(*titles), "|" + "---|" * len(titles)]


def _signed(values: Mapping[str, float]) -> str:
    return ", ".join(f"{key} {value:+g}" for key, value in values.items()) or "–"


def _quotations(quotations: Mapping[str, str]) -> list[str]:
    return [f"> “{quotation}” ({row})\n>" for row, quotation in quotations.items()]


def _lever_section(entry: Lever) -> list[str]:
    parts = explained(entry.id)
    price = ", ".join(f"{key.replace('_', ' ')} {value:g}" for key, value in parts["costs"].items() if value)
    misuse = "; ".join(f"`{key}` ({MISUSES[key]})" for key in entry.misuse)
    evidence = ", ".join(f"`{id_}`" for id_ in entry.evidence)
    return [
        f"## {entry.id} {entry.name} (`{entry.slug}`)",
        "",
        entry.summary,
        "",
        *_quotations(entry.quotations),
        "",
        *_header("", ""),
        _row("practised by", ", ".join(entry.practised_by)),
        _row("flows along", ", ".join(entry.flows_along) or "context"),
        _row("fit", _signed(entry.fit)),
        _row("push", _signed(entry.push)),
        _row("felt from leaders", _signed(entry.emits)),
        _row("felt by all covered", _signed(entry.direct)),
        _row("radiated enthusiasm", _signed({k: v for k, v in (("say", entry.say), ("do", entry.do)) if v})),
        _row("ties", entry.ties or "–"),
        _row("acts at once on", ", ".join(entry.acts_on)),
        _row("equations", ", ".join(f"`{equation['name']}`" for equation in parts["equations"]) or "–"),
        _row("price at dose 1", price or "–"),
        _row("stops with the sponsor", "yes" if entry.sponsored else "no"),
        _row("waits for the learning function", "yes" if entry.delivered else "no"),
        _row("evidence", f"grade {entry.grade}: {evidence}"),
        _row("side effect", entry.side_effect),
        _row("harmful use", f"{entry.misuse_text} {misuse}"),
        "",
    ]


def _barrier_section(entry: Barrier) -> list[str]:
    parts = explained(entry.id)
    effects = [*shock_in_words(parts["shock"]), *start_in_words(parts["begins"])]
    return [
        f"### {entry.name} (`{entry.id}`)",
        "",
        entry.summary,
        "",
        *_quotations(entry.quotations),
        "",
        f"Effects at severity 1: {'; '.join(effects)}. Falls on: {levels_in_words(entry.covers)}. "
        f"Answered by: {', '.join(entry.answered_by)}. Grade {entry.grade}.",
        "",
    ]


def levers_page() -> str:
    """The lever reference as Markdown."""
    lines = [
        "# Levers and barriers",
        "",
        "Made from `sim/behaviours/data` by `sim.behaviours.reference.write`; edit the data, not this page.",
        "Effects are log-odds of departure from the person's own usual, before the equations of",
        "`sim.theory`. Grades (A meta-analysis to D judgement) speak of direction and rough size; how an",
        "effect splits over channels is always judgement. Hours are hours a week and money a year's.",
        "",
    ]
    for entry in CATALOGUE.values():
        lines += _lever_section(entry)
    lines += ["## Barriers", ""]
    for obstacle in BARRIERS.values():
        lines += _barrier_section(obstacle)
    lines += [
        "## Who owns learning",
        "",
        *_header("form", "what it means", "capacity", "delay, years", "fading, years"),
    ]
    for form in GOVERNANCE.values():
        begins = form.begins
        lines.append(
            _row(
                f"`{form.id}` {form.name}",
                form.summary,
                begins.capacity_factor,
                begins.delay_mean,
                begins.fade_halflife,
            )
        )
    return "\n".join(lines).rstrip() + "\n"


def _switch_words(switch: Switch) -> str:
    if switch.kind == "parameter":
        return f"`{switch.name} = {switch.value:g}`"
    if switch.kind == "structure":
        return f"{structural_options()[switch.name]} (`{switch.name}`)"
    return f"leave out the row's {switch.kind}"


def traceability_page() -> str:
    """The traceability table as Markdown."""
    ends = sum(bool(entry.boundary) for entry in traces().values())
    lines = [
        "# From the sources to the model",
        "",
        "Made from `sim/behaviours/data` by `sim.behaviours.reference.write`; edit the data, not this page.",
        f"All {len(traces())} rows of the sources; {ends} end at a stated boundary.",
        "Numbers of the sources are survey correlations: they are printed beside our outputs and never fitted.",
        "",
        f"Sources {min(TITLES)} to {max(TITLES)}, as the registers and the claims number them: "
        + "; ".join(f"{number} {title}" for number, title in TITLES.items())
        + ".",
        "",
        *_header(
            "row", "kind", "in the words of the source", "lever or barrier", "mechanism", "output", "scenario"
        ),
    ]
    for row in table():
        quotation = f"“{row['quotation']}”"
        if row["boundary"]:
            lines.append(_row(row["row"], row["tag"], quotation, f"*{row['boundary']}*", "–", "–", "–"))
            continue
        by = " ".join([*row["levers"], *([f"`{row['barrier']}`"] if row["barrier"] else [])]) or "–"
        where = f"`{row['scenario']}`"
        lines.append(_row(row["row"], row["tag"], quotation, by, row["mechanism"], row["output"], where))
    lines += [
        "",
        "## Mechanisms and their switches",
        "",
        *_header("mechanism", "says", "equation", "turned off by"),
    ]
    for entry in mechanisms().values():
        equation = f"`{entry.equation}`" if entry.equation else "bookkeeping"
        lines.append(_row(entry.id, entry.says, equation, _switch_words(entry.switch)))
    return "\n".join(lines) + "\n"


PAGES: Final[Mapping[str, Callable[[], str]]] = MappingProxyType(
    {"levers.md": levers_page, "traceability.md": traceability_page}
)


def write(folder: Path) -> list[Path]:
    """Write every page into `folder`; returns the files."""
    written = []
    for name, page in PAGES.items():
        path = folder / name
        path.write_text(page(), encoding="utf-8")
        written.append(path)
    return written


def stale(folder: Path) -> list[str]:
    """Names of pages in `folder` that are missing or not what the data say."""
    return [
        name
        for name, page in PAGES.items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != page()
    ]
