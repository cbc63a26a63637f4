"""`ripple calibrate`: which parameters the fitted patterns do not rule out."""

from __future__ import annotations

import json
from pathlib import Path

import click

from sim.cli.faults import BadInput, Stopped, say
from sim.cli.options import Folder


@click.command()
@click.option(
    "--out",
    type=Folder(path_type=Path, file_okay=False),
    default=Path("results/calibration"),
    show_default=True,
    metavar="DIR",
    help="Where the bank of simulations, the sample and the account go.",
)
@click.option(
    "--first",
    type=click.IntRange(16, 100_000),
    default=64,
    show_default=True,
    help="Points of the whole prior.",
)
@click.option(
    "--second",
    type=click.IntRange(16, 100_000),
    default=96,
    show_default=True,
    help="Points between prior and defaults.",
)
@click.option(
    "--later",
    type=click.IntRange(16, 100_000),
    default=160,
    show_default=True,
    help="Points of each later wave.",
)
@click.option("--waves", type=click.IntRange(3, 12), default=5, show_default=True, help="Waves in all.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, show_default=True, help="Which points.")
@click.option(
    "--workers", type=click.IntRange(1, 1024), metavar="W", help="Points at a time; one a core if left out."
)
@click.option("--quiet", is_flag=True, help="Only the path of the account.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output and nothing else.")
def calibrate(
    out: Path,
    first: int,
    second: int,
    later: int,
    waves: int,
    seed: int,
    workers: int | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Find the parameters that the fitted patterns do not rule out: history matching in waves.

    Recovers known worlds first and says which parameters are identified.  Writes DIR/plausible.csv (whole points to draw
    from), DIR/calibration.md (the account) and the bank of simulations; interrupted, the same command goes on.  Changes no
    default.  Needs the extra `calibration` (scikit-learn).

    \b
    Examples
      ripple calibrate --out results/calibration
      ripple calibrate --out small --first 32 --second 48 --later 32 --waves 3
    """
    from importlib.util import find_spec

    if find_spec("sklearn") is None:  # said before the first waves are simulated, not after them
        raise BadInput(
            "calibrating needs scikit-learn; install it with: pip install -e '.[calibration]' in the folder of Ripple"
        )
    from sim.calibration.account import markdown
    from sim.calibration.calibrate import calibrate as whole
    from sim.calibration.calibrate import write_sample
    from sim.experiments.errors import ExperimentInterrupted

    silent = quiet or as_json
    try:
        found = whole(
            out, first=first, second=second, later=later, waves=waves, seed=seed, workers=workers,
            say=None if silent else say,
        )  # fmt: skip
    except (KeyboardInterrupt, ExperimentInterrupted):
        raise Stopped(f"interrupted; the same command again goes on from {out}") from None
    write_sample(found, out / "plausible.csv")
    account = out / "calibration.md"
    account.write_text("# Calibration\n\n" + markdown(found), "utf-8")
    identified = [one.name for one in found.recovered if one.identified]
    if as_json:
        summary = {
            "points": len(found.bank), "sample": len(found.sample), "identified": identified,
            "implausibility_of_the_defaults": round(float(found.defaults.max()), 2), "account": str(account),
        }  # fmt: skip
        click.echo(json.dumps(summary, ensure_ascii=False))
    elif quiet:
        click.echo(str(account))
    else:
        click.echo(
            f"{len(found.sample)} of {len(found.bank)} points are in the sample; identified: {', '.join(identified) or 'none'}"
        )
        click.echo(f"Implausibility of the defaults: {found.defaults.max():.1f} at worst (3 rules out)")
        click.echo(f"The account: {account}")
