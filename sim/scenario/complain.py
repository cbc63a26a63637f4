"""From what the validator found to sentences that a person can act on."""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from sim.scenario.errors import nearest, shown

_KINDS = {
    "bool_type": "true or false",
    "dict_type": "a table",
    "float_type": "a number",
    "int_type": "a whole number",
    "list_type": "a list in square brackets",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "string_type": "text in quotes",
}


def problems_of(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """One sentence for each thing the validator found, with its place in the file."""
    return [_sentence(dict(detail), model) for detail in error.errors(include_url=False)]


def _sentence(detail: dict[str, Any], model: type[BaseModel]) -> str:
    location: tuple[str | int, ...] = detail["loc"]
    kind: str = detail["type"]
    value = detail.get("input")
    context = detail.get("ctx", {})
    place = _place(location)
    if kind == "extra_forbidden" and location[-1] == "owner" and location[0] == "levers":
        return f"{place}: unknown key 'owner'; say who owns it in its label: label = \"… (name)\""
    if kind == "extra_forbidden":
        return (
            f"{place}: unknown key '{location[-1]}'{nearest(str(location[-1]), _keys(model, location[:-1]))}"
        )
    if kind == "missing":
        return f"{place}: is missing; every {_owner(location)} needs it"
    if kind == "literal_error":
        advice = nearest(value, _literals(context)) if isinstance(value, str) else ""
        return f"{place}: expected {context.get('expected')}, found {shown(value)}{advice}"
    if kind == "value_error":
        return f"{place}: {context.get('error', detail['msg'])}"
    if kind == "finite_number":
        return f"{place}: expected a finite number, found {shown(value)}"
    if kind in _KINDS:
        return f"{place}: expected {_KINDS[kind]}, found {shown(value)}"
    message = str(detail["msg"]).removeprefix("Input ").removeprefix("Value ")
    return f"{place}: {message}, found {shown(value)}"


def _place(location: Sequence[str | int]) -> str:
    text = ""
    for step in location:
        if step == "[key]":
            continue
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text or "the scenario"


def _owner(location: Sequence[str | int]) -> str:
    named = [step for step in location[:-1] if isinstance(step, str)]
    return f"entry of {named[-1]}" if named else "scenario"


def _literals(context: dict[str, Any]) -> list[str]:
    expected = str(context.get("expected", "")).replace(" or ", ", ")
    return [part.strip(" '") for part in expected.split(",")]


def _keys(model: type[BaseModel], location: Sequence[str | int]) -> list[str]:
    """The keys that are valid at a place, found by walking the models."""
    here: type[BaseModel] | None = model
    for step in location:
        if here is None:
            return []
        if isinstance(step, int):
            continue
        field = here.model_fields.get(step)
        if field is not None:
            here = _model_in(field.annotation)
    return list(here.model_fields) if here is not None else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (list, dict, tuple, Union, types.UnionType):
        for part in get_args(annotation):
            if (found := _model_in(part)) is not None:
                return found
    return None
