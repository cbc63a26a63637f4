"""Options that `ripple sweep` and `ripple sensitivity` share, so that they mean the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from sim.cli.options import Folder


class Shard(click.ParamType):  # type: ignore[type-arg]
    """ "3/8": the third of eight parts."""

    name = "i/n"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Both numbers, or a usage error that quotes what was found."""
        if isinstance(value, tuple):
            return value
        first, slash, second = str(value).partition("/")
        if not (slash and first.isdecimal() and second.isdecimal()) or not 1 <= int(first) <= int(second):
            self.fail(f"'{value}' is not i/n with i from 1 to n, for example 3/8", param, ctx)
        return int(first), int(second)


FACTORS: Final = click.option(
    "--factors", multiple=True, metavar="WHAT",
    help="What varies, chosen by name, pattern, tag or range: contagion, 'grade D', levers, structure, "
    "'parameters.push=0.6..1.8', or a study file (repeatable).",
)  # fmt: skip
SEED: Final = click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), metavar="S", help="Which luck (and which points)."
)
MODEL: Final = (
    click.option(
        "--set", "overrides", multiple=True, metavar="PATH=VALUE",
        help="Change one place of every scenario first (repeatable).",
    ),
    click.option(
        "--offsets", type=click.Choice(("auto", "emulate", "search", "default")), default="auto", show_default=True,
        help="How business as usual is kept steady at each point: from a fitted function, by a short search, or as "
        "without the points.",
    ),
    click.option(
        "--task", default="simulation", metavar="MODULE:FUNCTION", help="Run this function of a point instead."
    ),
)  # fmt: skip
EXECUTION: Final = (
    click.option("--workers", type=click.IntRange(1, 1024), metavar="W", help="Processes; all cores if left out."),
    click.option(
        "--dask", metavar="ADDRESS", help="Use the workers of this Dask scheduler, or 'local' for a cluster here."
    ),
    click.option("--shard", type=Shard(), help="Make the i-th of n parts only; see: ripple results merge."),
    click.option("--retry-failed", is_flag=True, help="Make failed runs again, and nothing else."),
    click.option("--out", type=Folder(path_type=Path), metavar="DIR", help="Results folder."),
    click.option("--log", type=click.Path(path_type=Path), metavar="FILE", help="Also write what happens to FILE."),
    click.option("--dry-run", is_flag=True, help="Say how many runs, seconds and megabytes, and stop."),
    click.option("--yes", is_flag=True, help="Do not ask before storing more than 10 GB."),
    click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output and nothing else."),
)  # fmt: skip
