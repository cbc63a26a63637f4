"""Options in common: those that `ripple run` and `ripple compare` share, and numbers that are numbers."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from sim.cli.faults import BadInput

UNCERTAINTY: Final = ("luck", "assumptions", "both")


class Share(click.ParamType):  # type: ignore[type-arg]
    """A finite number above 0 and below 1; click's own ranges let NaN through."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number, or a usage error that quotes what was found."""
        try:
            number = float(value)
        except (TypeError, ValueError):
            self.fail(f"'{value}' is not a number; 0.02 means two points", param, ctx)
        if not math.isfinite(number) or not 0.0 < number < 1.0:
            self.fail(f"'{value}' is not between 0 and 1; 0.02 means two points", param, ctx)
        return number


class Day(click.ParamType):  # type: ignore[type-arg]
    """A day, as 2027-01-31 or as 31.01.2027."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime.date:
        """The day, or a usage error that shows how days are written."""
        if isinstance(value, datetime.date):
            return value
        for form in ("%Y-%m-%d", "%d.%m.%Y"):
            try:
                return datetime.datetime.strptime(str(value).strip(), form).date()
            except ValueError:
                continue
        self.fail(f"'{value}' is not a day; write it as 2027-01-31", param, ctx)


class Folder(click.Path):  # type: ignore[type-arg]
    """A folder to write to.  An empty text, an unset variable of a shell, would be the folder one stands in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The folder.

        Raises:
            BadInput: no name.
        """
        if isinstance(value, str) and not value.strip():
            raise BadInput("--out is empty; name a folder, for example --out results/mine")
        return super().convert(value, param, ctx)


DAY: Final = Day()
_OPTIONS: Final = (
    click.option(
        "--replicates",
        type=click.IntRange(1, 1_000_000),
        metavar="N",
        help="Runs of each plan, each with its own luck; as the (first) scenario says if left out.",
    ),
    click.option(
        "--precision",
        type=Share(),
        metavar="P",
        help="Instead of a fixed number: run until the interval is P wide on either side (0.02 is two points).",
    ),
    click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="S", help="Which luck."),
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
        help="Change one place of every scenario, e.g. organization.people=500 (repeatable).",
    ),
    click.option(
        "--strict", is_flag=True, help="Refuse files with missing parts instead of generating them."
    ),
    click.option(
        "--uncertainty",
        type=click.Choice(UNCERTAINTY),
        default="both",
        show_default=True,
        help="What bands contain: luck alone, or assumptions too.",
    ),
    click.option(
        "--assumptions",
        type=click.Choice(("ranges", "plausible")),
        default="ranges",
        show_default=True,
        help="Where assumptions are drawn from: each parameter's range, or points that fit the patterns (ripple calibrate).",
    ),
    click.option(
        "--out",
        type=Folder(path_type=Path),
        metavar="DIR",
        help="Where results and the page go; results/NAMES-HASH if left out.",
    ),
    click.option("--quiet", is_flag=True, help="Only the path of the page."),
    click.option(
        "--json", "as_json", is_flag=True, help="One JSON object on standard output and nothing else."
    ),
    click.option(
        "--figures", is_flag=True, help="Also write each figure of the page as SVG and PNG to DIR/figures."
    ),
    click.option(
        "--retry-failed", is_flag=True, help="Of a finished experiment, make again what holds failed runs."
    ),
    click.option("--person-level", is_flag=True, help="Also write tables with a row a person (pseudonyms)."),
)


def with_options(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A decorator that adds options, in the order in which the help lists them."""

    def add(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return add


experiment_options: Final = with_options(*_OPTIONS)
