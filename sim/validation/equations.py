"""Read the equations out of the protocol, and hold them to the code.

A fenced block marked `equation` holds lines `name(arguments) = expression`: the function of that name in `sim/theory`, in an
expression that Python can evaluate.  A block marked `update` holds assignments whose names must all be declared.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import math
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import sim.theory
from sim.parameters import REGISTER
from sim.theory.channels import CHANNELS
from sim.validation.symbols import SYMBOLS

_BLOCK: Final = re.compile(r"```(equation|update)\n(.*?)```", re.DOTALL)
_MATHS: Final = frozenset({"exp", "log", "sqrt", "max", "min", "abs", "sum"})
_ALIASES: Final = {"MUTUAL_WORK"}  # the channel "mutual", whose name a layer has too
# Plumbing of the generator of luck and helpers that the text states in words.
IN_WORDS: Final = frozenset(
    {"philox", "draw", "keys", "uniform", "normal", "expected_response", "stage", "usual_tenure"}
)


@dataclass(frozen=True, slots=True)
class Equation:
    """One line of an `equation` block: the function it names, its arguments, its expression."""

    name: str
    arguments: tuple[str, ...]
    expression: str


def theory_functions() -> dict[str, Callable[..., Any]]:
    """Every public function of `sim/theory` by name."""
    found: dict[str, Callable[..., Any]] = {}
    for module in pkgutil.iter_modules(sim.theory.__path__):
        room = importlib.import_module(f"sim.theory.{module.name}")
        for name, value in vars(room).items():
            if inspect.isfunction(value) and value.__module__ == room.__name__ and not name.startswith("_"):
                found[name] = value
    return found


def blocks(text: str, kind: str) -> list[str]:
    """Lines of all fenced blocks of a kind."""
    return [
        line
        for mark, body in _BLOCK.findall(text)
        if mark == kind
        for line in body.splitlines()
        if line.strip()
    ]


def equations(text: str) -> list[Equation]:
    """Every equation of the page.

    Raises:
        ValueError: a line that is not `name(arguments) = expression`.
    """
    found = []
    for line in blocks(text, "equation"):
        match = re.fullmatch(r"(\w+)\(([^)]*)\) = (.+)", line)
        if match is None:
            raise ValueError(f"not an equation: {line!r}; write name(arguments) = expression")
        arguments = tuple(name.strip() for name in match[2].split(","))
        found.append(Equation(match[1], arguments, match[3]))
    return found


def callables(found: list[Equation]) -> dict[str, Callable[..., Any]]:
    """The equations as functions, each made of its text alone (and of other equations of the page)."""
    scope: dict[str, Any] = {name: getattr(math, name) for name in ("exp", "log", "sqrt")}
    scope |= {"max": max, "min": min, "abs": abs, "__builtins__": {}}
    for one in found:
        scope[one.name] = eval(f"lambda {', '.join(one.arguments)}: {one.expression}", scope)
    return {one.name: scope[one.name] for one in found}


def declared() -> dict[str, str]:
    """Every name that an update may use, and where it is declared."""
    names = {symbol.name: "symbols" for symbol in SYMBOLS}
    names |= {name: "register" for name in REGISTER}
    names |= {name.upper(): "channels" for name in CHANNELS if name != "mutual"}
    names |= {name: "channels" for name in _ALIASES}
    names |= {name: "theory" for name in theory_functions()}
    names |= {name: "mathematics" for name in _MATHS}
    return names


def undeclared(text: str) -> list[str]:
    """Names in `update` blocks that are declared nowhere, with their line.

    Raises:
        ValueError: a line that is not an assignment.
    """
    known = declared()
    found = []
    for line in blocks(text, "update"):
        try:
            tree = ast.parse(line)
        except SyntaxError:
            raise ValueError(f"not an assignment: {line!r}") from None
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id not in known:
                found.append(f"{node.id} in: {line}")
    return found


def used(text: str) -> set[str]:
    """Names in `update` blocks."""
    return {
        node.id
        for line in blocks(text, "update")
        for node in ast.walk(ast.parse(line))
        if isinstance(node, ast.Name)
    }
