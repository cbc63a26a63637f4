"""Questions of `ripple decide`: what they share, from options to the answer on the screen and in a folder."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import click

from sim.cli.faults import SOME_FAILED, Stopped, announce_compiling, say
from sim.cli.options import Folder
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
        type=Folder(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Write decision.json and a CSV file for each table there, and keep the runs: the same command goes on "
        "where it was interrupted, and other questions on the same plans run only what is new. ripple report reads it.",
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
        self._loaded: list[Scenario] = []

    def plans(self, sources: Sequence[str]) -> list[Scenario]:
        """The plans, loaded; the luck is the first one's where not given."""
        from sim.decisions.plans import as_plan

        found = [as_plan(source, self.overrides) for source in sources]
        self.seed = found[0].run.seed if self._seed is None else self._seed
        self._loaded = found
        return found

    def answer(self, question: Callable[[Simulator], Result]) -> None:
        """Run it with progress, tell the answer, leave with 3 if runs failed."""
        from sim.decisions import DecisionError, Memory, Simulator

        if not self.quiet:
            announce_compiling()
        try:
            with contextlib.ExitStack() as stack:
                memory = None if self.out is None else stack.enter_context(Memory(self.out, seed=self.seed))
                progress = stack.enter_context(Progress(quiet=self.quiet or self.as_json))
                self.simulator = Simulator(
                    seed=self.seed, workers=self._workers, report=progress.told, memory=memory
                )
                result = question(self.simulator)
        except KeyboardInterrupt:
            raise Stopped(self._where_it_goes_on()) from None
        except DecisionError:
            self._tell_failures()  # where every run failed, why
            raise
        self.tell(result)
        if self.simulator.recalled and not (self.quiet or self.as_json):
            say(f"{self.simulator.recalled} runs were there already; {self.simulator.ran} were made.")
        if self._tell_failures():
            raise click.exceptions.Exit(SOME_FAILED)

    def _tell_failures(self) -> bool:
        """Say how many runs failed and why most did; whether any did."""
        if self.simulator is None or not self.simulator.failures:
            return False
        reason, number = max(self.simulator.failures.items(), key=lambda item: item[1])
        total = sum(self.simulator.failures.values())
        say(
            f"ripple: {total} of {self.simulator.ran} runs failed and are left out; most often ({number}): {reason}"
        )
        return True

    def _where_it_goes_on(self) -> str:
        if self.out is None:
            return "interrupted; nothing was kept. With --out DIR the same command goes on where it was interrupted"
        ran = self.simulator.ran + self.simulator.recalled if self.simulator is not None else 0
        return f"interrupted; {ran} runs are kept in {self.out}: give the same command again to go on"

    def tell(self, result: Result) -> None:
        """The answer on standard output, and in a folder where asked for."""
        content = self._content(result)
        if self.out is not None:
            _write(self.out, content, result.tables())
            _write_plans(self.out, self._plans(result))
        if self.as_json:
            click.echo(json.dumps(content, ensure_ascii=False, indent=1))
            return
        click.echo("\n".join(self._words(result)))
        if not self.quiet:
            self._show_tables(result)
            if self.out is not None:
                click.echo(f"\nTables   {self.out}")

    def _show_tables(self, result: Result) -> None:
        from sim.cli.decidetables import shown
        from sim.report.answer_tables import heading, titles_of

        titles = titles_of(self._loaded) | dict(getattr(result, "titles", {}))
        currency = self._loaded[0].money.currency if self._loaded else ""
        for name, table in result.tables().items():
            if 0 < len(table) <= _ROWS:
                click.echo(f"\n{heading(name)}\n{shown(name, table, titles, currency)}")
            elif len(table):
                click.echo(f"\n{heading(name)}: {len(table)} rows, in {name}.csv with --out DIR")

    def _plans(self, result: Result) -> list[Scenario]:
        """The plans asked about; what was found comes last, if a plan was."""
        from sim.decisions import BestPlan

        best = result.plan if isinstance(result, BestPlan) else None
        return [*self._loaded, *([best] if best is not None else [])]

    def _subject(self, result: Result) -> str | None:
        """The plan that a brief is about: the one found, the one picked, or the only one asked about."""
        if self.name == "budget":
            return "recommended" if getattr(result, "plan", None) is not None else None
        if self.name == "regret":
            pick = str(result.facts()["pick"])
            return pick if pick in [plan.name for plan in self._loaded] else None
        return self._loaded[0].name if len(self._loaded) == 1 and self._loaded[0].levers else None

    def _content(self, result: Result) -> dict[str, Any]:
        from sim._version import __version__

        return {
            "schema": SCHEMA,
            "version": __version__,
            "decision": self.name,
            "subject": self._subject(result),
            "seed": self.seed,
            "runs": self._runs(),
            "failed": sum(self.simulator.failures.values()) if self.simulator is not None else 0,
            "words": self._words(result),
            "facts": _plain(result.facts()),
            "tables": {name: _plain(table.to_dict("records")) for name, table in result.tables().items()},
        }

    def _words(self, result: Result) -> list[str]:
        """The answer in sentences, plans by their titles: names are for typing."""
        from sim.decisions.plans import titled

        return [titled(line, self._loaded) for line in result.in_words()]

    def _runs(self) -> int:
        return 0 if self.simulator is None else self.simulator.ran + self.simulator.recalled


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


def _write(folder: Path, content: dict[str, Any], tables: dict[str, pd.DataFrame]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    (folder / "decision.json").write_text(
        json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def _write_plans(folder: Path, plans: Sequence[Scenario]) -> None:
    """Each plan as resolved, so that a brief can be made of it."""
    from sim.scenario import resolve

    (folder / "scenarios").mkdir(exist_ok=True)
    for plan in plans:
        path = folder / "scenarios" / f"{plan.name}.toml"
        path.write_text(resolve(plan).source, encoding="utf-8")


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
