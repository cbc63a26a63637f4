"""Questions of `ripple decide`: what they share, from options to the answer on the screen and in a folder."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import click

from sim.cli.faults import SOME_FAILED, Stopped, announce_compiling, say
from sim.cli.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

    from sim.decisions import Simulator
    from sim.scenario import Scenario

SCHEMA: Final = 1
_ROWS: Final = 30  # longer tables are left to the folder
F = TypeVar("F", bound=Callable[..., Any])


class Result(Protocol):
    def tables(self) -> dict[str, pd.DataFrame]: ...
    def facts(self) -> dict[str, Any]: ...
    def in_words(self) -> list[str]: ...


_COMMON: Final = (
    click.option(
        "--replicates",
        type=click.IntRange(2, 100_000),
        metavar="N",
        help="Runs of each plan, each with its own luck.",
    ),
    click.option(
        "--seed",
        type=click.IntRange(0, 2**63 - 1),
        metavar="S",
        help="Which luck; the plan's own if left out.",
    ),
    click.option(
        "--workers",
        type=click.IntRange(1, 1024),
        metavar="W",
        help="How many runs at once; all cores if left out.",
    ),
    click.option(
        "--set",
        "overrides",
        multiple=True,
        metavar="PATH=VALUE",
        help="Change one place of every plan, e.g. organization.people=500 (repeatable).",
    ),
    click.option(
        "--out",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Write decision.json and a CSV file for each table there.",
    ),
    click.option(
        "--json", "as_json", is_flag=True, help="One JSON object on standard output and nothing else."
    ),
    click.option("--quiet", is_flag=True, help="Sentences only: no tables, no progress."),
)

GOAL: Final = click.option(
    "--goal",
    "outcome",
    metavar="OUTCOME",
    default="share_end",
    show_default=True,
    help="What plans are for: share_end, share_mean, share_1y, skill_end, enthusiasm_end, safety_end, …",
)


def common_options(function: F) -> F:
    for option in reversed(_COMMON):
        function = option(function)
    return function


class Asked:
    """What every question shares: its options, a simulator, and how its answer is told."""

    def __init__(self, name: str, options: dict[str, Any]) -> None:
        self.name = name
        self.replicates: int | None = options["replicates"]
        self.overrides: tuple[str, ...] = options["overrides"]
        self.out: Path | None = options["out"]
        self.as_json: bool = options["as_json"]
        self.quiet: bool = options["quiet"]
        self._seed: int | None = options["seed"]
        self._workers: int | None = options["workers"]
        self.seed = 0
        self.simulator: Simulator | None = None

    def plans(self, sources: Sequence[str]) -> list[Scenario]:
        """The plans, loaded; the luck is the first one's where not given."""
        from sim.decisions.plans import as_plan

        found = [as_plan(source, self.overrides) for source in sources]
        self.seed = found[0].run.seed if self._seed is None else self._seed
        return found

    def answer(self, question: Callable[[Simulator], Result]) -> None:
        """Run it with progress, tell the answer, leave with 3 if runs failed."""
        from sim.decisions import Simulator

        if not self.quiet:
            announce_compiling()
        try:
            with Progress(quiet=self.quiet or self.as_json) as progress:
                self.simulator = Simulator(seed=self.seed, workers=self._workers, report=progress.told)
                result = question(self.simulator)
        except KeyboardInterrupt:
            raise Stopped("interrupted; nothing was written. Fewer --replicates are quicker") from None
        self.tell(result)
        if self.simulator.failures:
            reason, number = max(self.simulator.failures.items(), key=lambda item: item[1])
            total = sum(self.simulator.failures.values())
            say(
                f"ripple: {total} of {self.simulator.ran} runs failed and are left out; most often ({number}): {reason}"
            )
            raise click.exceptions.Exit(SOME_FAILED)

    def tell(self, result: Result) -> None:
        """The answer on standard output, and in a folder where asked for."""
        content = self._content(result)
        if self.out is not None:
            _write(self.out, content, result.tables())
        if self.as_json:
            click.echo(json.dumps(content, ensure_ascii=False, indent=1))
            return
        click.echo("\n".join(result.in_words()))
        if not self.quiet:
            for name, table in result.tables().items():
                if 0 < len(table) <= _ROWS:
                    click.echo(f"\n{name.replace('_', ' ')}\n{_shown(table)}")
                elif len(table):
                    click.echo(f"\n{name.replace('_', ' ')}: {len(table)} rows, in {name}.csv with --out DIR")
            if self.out is not None:
                click.echo(f"\nTables   {self.out}")

    def _content(self, result: Result) -> dict[str, Any]:
        from sim._version import __version__

        return {
            "schema": SCHEMA,
            "version": __version__,
            "decision": self.name,
            "seed": self.seed,
            "runs": self.simulator.ran if self.simulator is not None else 0,
            "failed": sum(self.simulator.failures.values()) if self.simulator is not None else 0,
            "words": result.in_words(),
            "facts": _plain(result.facts()),
            "tables": {name: _plain(table.to_dict("records")) for name, table in result.tables().items()},
        }


def _plain(value: Any) -> Any:
    """For JSON: neither NaN nor infinity, nor numbers of NumPy."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value


def _shown(table: pd.DataFrame) -> str:
    hidden = [
        name for name in table.columns if str(name).endswith(("_low", "_high")) and len(table.columns) > 9
    ]
    return str(
        table.drop(columns=hidden).to_string(index=False, float_format=lambda x: f"{x:,.3f}", max_colwidth=60)
    )


def _write(folder: Path, content: dict[str, Any], tables: dict[str, pd.DataFrame]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    (folder / "decision.json").write_text(
        json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def given(**options: Any) -> dict[str, Any]:
    """Options that were given; the tool's own defaults hold for the rest."""
    return {name: value for name, value in options.items() if value is not None}


class Several:
    """Answers to one question asked of several things."""

    def __init__(self, parts: dict[str, Any]) -> None:
        self.parts: dict[str, Result] = parts

    def tables(self) -> dict[str, pd.DataFrame]:
        if len(self.parts) == 1:
            return next(iter(self.parts.values())).tables()
        return {
            f"{name}_{label}": table
            for label, part in self.parts.items()
            for name, table in part.tables().items()
        }

    def facts(self) -> dict[str, Any]:
        return {label: part.facts() for label, part in self.parts.items()}

    def in_words(self) -> list[str]:
        return [line for part in self.parts.values() for line in part.in_words()]
