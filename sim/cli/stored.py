"""`ripple results`: what was found before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from sim.cli.faults import BadInput

SCHEMA = 1


@click.group()
def results() -> None:
    """List stored experiments, or show one again.

    \b
    Examples
      ripple results list
      ripple results show results/from_the_top-vs-peer_groups_first-1a2b3c4d
    """


@results.command("list")
@click.argument("folder", required=False, default="results", metavar="[DIR]", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a list.")
def list_results(folder: Path, as_json: bool) -> None:
    """List the experiments in DIR (results, if left out)."""
    if not folder.is_dir():
        if folder != Path("results") or folder.exists():
            raise BadInput(f"{folder} is not a folder; name the folder that holds your results")
        rows: list[dict[str, Any]] = []
    else:
        rows = [row for path in sorted(folder.iterdir()) if path.is_dir() and (row := _row(path)) is not None]
    if as_json:
        click.echo(json.dumps({"schema": SCHEMA, "results": rows}, ensure_ascii=False, indent=1))
        return
    if not rows:
        click.echo(f"No experiments in {folder} yet. Make one: ripple compare from_the_top peer_groups_first")
        return
    for row in rows:
        state = "finished" if row["finished"] else "not finished"
        failed = f", {row['failed']} runs failed" if row["failed"] else ""
        click.echo(
            f"{row['folder']}\n  {' against '.join(row['scenarios'])}; seed {row['seed']}; {state}{failed}"
        )


def _row(path: Path) -> dict[str, Any] | None:
    from sim.experiments.errors import StoreError
    from sim.experiments.store import read_manifest, read_plan

    try:
        plan = read_plan(path)
    except StoreError:
        return None
    manifest = read_manifest(path)
    return {
        "folder": str(path),
        "scenarios": [row["name"] for row in plan.get("scenarios", [])],
        "seed": plan.get("seed"),
        "finished": bool(manifest.get("finished")),
        "failed": int(manifest.get("failed", 0)),
        "made": manifest.get("made"),
        "report": str(path / "report.html") if (path / "report.html").is_file() else None,
    }


@results.command("show")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def show_result(folder: Path, as_json: bool) -> None:
    """Show the end table of the experiment in DIR; its page is written if it is missing."""
    from sim.cli import endtable
    from sim.experiments import Experiment
    from sim.report.build import findings
    from sim.report.page import write_page

    found = findings(Experiment(folder))
    report = folder / "report.html"
    if not report.is_file():
        write_page(found, folder)
    if as_json:
        click.echo(json.dumps(endtable.as_data(found, folder, report), ensure_ascii=False, indent=1))
    else:
        endtable.show(found, folder, report)
