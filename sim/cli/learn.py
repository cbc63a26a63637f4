"""`ripple scenarios` and `ripple explain`: what there is, and what stands behind it."""

from __future__ import annotations

import json

import click

SCHEMA = 1


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a list.")
def scenarios(as_json: bool) -> None:
    """List the bundled scenarios, each with the question it asks.

    \b
    Examples
      ripple scenarios
      ripple check stars_align
      ripple compare business_as_usual stars_align
    """
    from sim.scenario.library import folder, names
    from sim.scenario.load import read

    rows = []
    for name in names():
        table = read(folder() / f"{name}.toml")
        rows.append({"name": name, "title": table.get("title", name), "question": table.get("question", "")})
    if as_json:
        click.echo(json.dumps({"schema": SCHEMA, "scenarios": rows}, ensure_ascii=False, indent=1))
        return
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        click.echo(f"{row['name']:<{width}}  {row['question']}")
    click.echo("\nSee one in words: ripple check NAME.  Run two: ripple compare NAME NAME.")


@click.command()
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def explain(name: str | None, as_json: bool) -> None:
    """Explain a lever, barrier or parameter, from the source's sentence to the number.

    Give an id (L01), a name (lead_by_example), a barrier (sponsor_withdraws) or a parameter (susceptibility).
    Without one, everything that can be explained is listed.

    \b
    Examples
      ripple explain
      ripple explain L10
      ripple explain sponsor_withdraws
      ripple explain susceptibility
    """
    if name is None:
        _everything(as_json)
    elif (parameter := _parameter(name)) is not None:
        click.echo(_json(parameter) if as_json else _parameter_text(parameter))
    else:
        _lever_or_barrier(name, as_json)


def _json(parts: dict[str, object]) -> str:
    return json.dumps({"schema": SCHEMA, **_finite(parts)}, ensure_ascii=False, indent=1, default=str)


def _finite(parts: dict[str, object]) -> dict[str, object]:
    """JSON knows no infinity: an end that never comes is null."""
    never = (float("inf"), float("-inf"))
    return {
        key: None if isinstance(value, float) and value in never else value for key, value in parts.items()
    }


def _lever_or_barrier(name: str, as_json: bool) -> None:
    from sim.behaviours.explain import explain as explain_text
    from sim.behaviours.explain import explained
    from sim.behaviours.sources import UnknownNameError
    from sim.cli.faults import BadInput
    from sim.parameters import REGISTER
    from sim.scenario.errors import nearest

    try:
        click.echo(_json(explained(name)) if as_json else explain_text(name), nl=as_json)
    except UnknownNameError as problem:
        also = nearest(name, REGISTER).removeprefix("; did you mean ").rstrip("?")
        more = f" Among parameters: {also}?" if also else ""
        found = str(problem) if str(problem).endswith("?") else f"{problem}."
        raise BadInput(f"{found}{more} `ripple explain` lists everything.") from None


def _everything(as_json: bool) -> None:
    from sim.behaviours.barriers import BARRIERS
    from sim.behaviours.catalogue import CATALOGUE
    from sim.parameters import REGISTER

    levers = {entry.id: entry.name for entry in CATALOGUE.values()}
    barriers = {entry.id: entry.name for entry in BARRIERS.values()}
    parameters = {entry.name: entry.meaning for entry in REGISTER.values()}
    if as_json:
        click.echo(_json({"levers": levers, "barriers": barriers, "parameters": parameters}))
        return
    for title, rows in (
        ("Levers: what leaders can do", levers),
        ("Barriers: what befalls a plan", barriers),
        ("Parameters: what the model believes", parameters),
    ):
        click.echo(title)
        width = max(map(len, rows))
        for key, text in rows.items():
            click.echo(f"  {key:<{width}}  {text}")
        click.echo()
    click.echo("More on one of them: ripple explain NAME")


def _parameter(name: str) -> dict[str, object] | None:
    from sim.parameters import REGISTER

    entry = REGISTER.get(name) or REGISTER.get(name.strip().lower().replace(" ", "_").replace("-", "_"))
    if entry is None:
        return None
    keys = ("name", "symbol", "meaning", "default", "low", "high", "unit", "distribution", "source", "grade")
    return {
        "kind": "parameter",
        **{key: getattr(entry, key) for key in keys},
        "used_in": [f"sim.theory.{file.strip()}" for file in entry.used_in.split(",")],
    }


_GRADES = {
    "A": "meta-analysis or large trial",
    "B": "single good study or official statistic",
    "C": "observational, or mapped from another measure",
    "D": "judgement",
}


def _parameter_text(parts: dict[str, object]) -> str:
    unit = "" if parts["unit"] in ("–", "0–1") else f" {parts['unit']}"
    return "\n".join(
        [
            f"{parts['name']}  {parts['symbol']}",
            f"{str(parts['meaning'])[:1].upper()}{str(parts['meaning'])[1:]}.",
            "",
            f"Default      {parts['default']:g}{unit}",
            f"Range        {parts['low']:g} to {parts['high']:g}{unit}, {parts['distribution']}",
            f"Source       {parts['source']}",
            f"Grade        {parts['grade']}: {_GRADES[str(parts['grade'])]}",
            f"Used in      {', '.join(parts['used_in'])}",  # type: ignore[arg-type]
            f"In a plan    --set parameters.{parts['name']}={parts['default']:g}",
        ]
    )
