"""Write what the documents can take from the code: generated blocks of the protocol, and two registers."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sim.behaviours.catalogue import conduct
from sim.engine.schedule import SCHEDULE
from sim.theory.channels import CHANNELS, CONDUCT, LAYERS, N_FELT
from sim.validation.registers import assumptions_page, parameters_page
from sim.validation.symbols import SYMBOLS

_MARKED: Final = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def _symbols() -> str:
    rows = [f"| `{one.name}` | {one.meaning} | {one.unit} | {one.usual} | {one.source} |" for one in SYMBOLS]
    return "\n".join(["| symbol | meaning | unit | usual | source |", "|---|---|---|---|---|", *rows])


def _channels() -> str:
    rows = []
    for number, name in enumerate(CHANNELS):
        by = "leaders and programmes" if number < N_FELT else "programmes alone"
        label = "MUTUAL_WORK" if name == "mutual" else name.upper()
        rows.append(f"| {number} | {name} | `{label}` | {by} |")
    return "\n".join(["| number | channel | in equations | comes from |", "|--:|---|---|---|", *rows])


def _schedule() -> str:
    return "\n".join(f"{line.split(' ', 1)[0]}. {line.split(' ', 1)[1]}" for line in SCHEDULE)


def _conduct() -> str:
    lines = [
        f"| m | behaviour | say | do | emits | {' | '.join(LAYERS)} |",
        "|--:|---|--:|--:|---|" + "--:|" * len(LAYERS),
    ]
    for number, name in enumerate(CONDUCT):
        entry = conduct(name)
        emits = ", ".join(f"{channel} {size:g}" for channel, size in entry.emits.items())
        fit = " | ".join(f"{entry.fit[layer]:g}" for layer in LAYERS)
        lines.append(f"| {number} | {name} {entry.name} | {entry.say:g} | {entry.do:g} | {emits} | {fit} |")
    return "\n".join(lines)


BLOCKS: Final[dict[str, Callable[[], str]]] = {
    "symbols": _symbols, "channels": _channels, "schedule": _schedule, "conduct": _conduct,
}  # fmt: skip


def filled(text: str) -> str:
    """A page with its generated blocks made anew.

    Raises:
        ValueError: a mark that names no block.
    """

    def block(match: re.Match[str]) -> str:
        if match[2] not in BLOCKS:
            raise ValueError(f"no generated block is called {match[2]!r}; there are {', '.join(BLOCKS)}")
        return f"{match[1]}{BLOCKS[match[2]]()}\n{match[3]}"

    return _MARKED.sub(block, text)


def pages(folder: Path) -> dict[Path, str]:
    """What `docs/odd.md`, `docs/parameters.md` and `docs/assumptions.md` in a folder should say now."""
    protocol = folder / "odd.md"
    return {
        protocol: filled(protocol.read_text("utf-8")),
        folder / "parameters.md": parameters_page(),
        folder / "assumptions.md": assumptions_page(),
    }


def write(folder: Path) -> list[Path]:
    """Write those that have changed; returns their paths."""
    changed = []
    for path, text in pages(folder).items():
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            changed.append(path)
    return changed
