"""The command itself: its sub-commands, and the promise that nobody ever meets a traceback.

Nothing heavy is imported before a sub-command runs, so that `ripple --help` answers at once.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from sim._version import __version__
from sim.cli import faults
from sim.cli.calibrate import calibrate
from sim.cli.claims import claims
from sim.cli.decide import decide
from sim.cli.desk import desk
from sim.cli.importing import import_
from sim.cli.learn import explain, scenarios
from sim.cli.prepare import check, init
from sim.cli.pulse import pulse
from sim.cli.report import report
from sim.cli.sensitivity import sensitivity
from sim.cli.simulate import compare, run
from sim.cli.stored import results
from sim.cli.sweep import sweep
from sim.cli.termination import EXIT_CODE, termination_interrupts
from sim.cli.validate import validate

_HELP = """How a learning culture spreads through an organisation, and which plan spreads it further.

Not for prediction; for rigorous conversation about plans.

\b
First steps
  ripple scenarios                              what is there to run
  ripple compare from_the_top peer_groups_first  two plans on one organisation, to a page
  ripple report results/...                     a brief on one page of what was compared
  ripple desk                                   the same in the browser, without typing
  ripple init my_firm                           a starter scenario of your own
  ripple check my_firm/my_plan.toml             your plan in words, hours and money
  ripple explain L01                            a lever, from its source's sentence to the number
  ripple sensitivity stars_align --factors levers --method tornado   what a plan's outcome depends on

\b
Exit codes
  0 fine   2 bad input   3 some runs failed
  130 interrupted, 143 ended by SIGTERM (run the same command again to resume)
"""


class Ripple(click.Group):
    """A group that turns every way of failing into one message and an exit code."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> NoReturn:
        """Run the command and leave with one of the exit codes of `sim.cli.faults`."""
        _open_what_is_closed()
        for stream in (sys.stdout, sys.stderr):
            # A terminal that lacks a letter shows a substitute rather than failing.
            with contextlib.suppress(AttributeError, ValueError):
                stream.reconfigure(errors="replace")  # type: ignore[union-attr]
        with termination_interrupts() as termination:
            try:
                code: object = super().main(
                    args=args,
                    prog_name=prog_name or "ripple",
                    complete_var=complete_var,
                    standalone_mode=False,
                    **extra,
                )
                sys.stdout.flush()
            except BrokenPipeError:
                code = _left_early()
            except (Exception, KeyboardInterrupt) as problem:
                code = faults.told(problem)
        if termination.came and code == faults.INTERRUPTED:
            code = EXIT_CODE
        sys.exit(code if isinstance(code, int) else faults.FINE)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the command line; `--help` and `--version` are told here, and their reader may have left as well."""
        try:
            return super().make_context(*args, **extra)
        except BrokenPipeError:
            raise click.exceptions.Exit(_left_early()) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run a sub-command; what click would swallow itself is taken from it here."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as problem:
            raise faults.Stopped(str(problem) or "interrupted") from None
        except BrokenPipeError:
            raise click.exceptions.Exit(_left_early()) from None


def _open_what_is_closed() -> None:
    """Under cron, or after `>&-`, a stream is not there at all: what is said then goes nowhere, and nothing fails."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115


def _left_early() -> int:
    """Whoever read us has had enough (`ripple explain | head`): leave without a second complaint."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return faults.FINE


@click.group(cls=Ripple, help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ripple", message="%(prog)s %(version)s")
def main() -> None:
    """See `_HELP`."""


for _command in (
    init,
    import_,
    check,
    explain,
    scenarios,
    run,
    compare,
    sweep,
    sensitivity,
    results,
    pulse,
    report,
    decide,
    desk,
    validate,
    calibrate,
    claims,
):
    main.add_command(_command)
