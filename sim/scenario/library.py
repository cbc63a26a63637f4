"""The bundled scenarios: where they are and what they are called."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Final

import sim
from sim.scenario.errors import ScenarioError, nearest

SUFFIX: Final = ".toml"
LIMITS: Final = "limits"  # folder of scenarios whose outcome is known exactly


def folder(package: Path | None = None) -> Path:
    """The folder of bundled scenarios: inside the package once installed, beside it in a checkout.

    Args:
        package: folder of the package; the one that runs if left out.

    Raises:
        ScenarioError: the installation has lost its scenarios.
    """
    home = Path(sim.__file__).resolve().parent if package is None else package
    for candidate in (home / "_scenarios", home.parent / "scenarios"):
        if candidate.is_dir():
            return candidate
    raise ScenarioError(f"no folder of bundled scenarios at {home / '_scenarios'}; install the package again")


def names() -> list[str]:
    """Names of the bundled scenarios, in alphabetical order."""
    return sorted(path.stem for path in folder().glob(f"*{SUFFIX}"))


def limits() -> list[str]:
    """Names of the bundled limits in closed form ("limits/bass"), in alphabetical order."""
    return sorted(f"{LIMITS}/{path.stem}" for path in (folder() / LIMITS).glob(f"*{SUFFIX}"))


def bundled(name: str) -> Path | None:
    """The file of a bundled scenario or limit, None if there is none of that name."""
    path = folder() / f"{name}{SUFFIX}"
    # A name is not a path: "../x" must not leave the folder.
    known = limits() if name.startswith(f"{LIMITS}/") else names()
    return path if name in known and path.is_file() else None


def find(source: str, *, beside: Path | None = None) -> Path:
    """The file that a text names: a path, or the name of a bundled scenario, from any folder.

    A text that ends in .toml or holds a separator is a path, unless it names a bundled limit ("limits/bass");
    anything else is looked up among the bundled names first, then as a file.

    Args:
        source: path or bundled name.
        beside: folder from which relative paths start; the working folder if left out.

    Raises:
        ScenarioError: neither a file nor a bundled scenario.
    """
    if "\0" in source or not source.strip():
        raise ScenarioError(f"{source!r} names no scenario; give a file or one of: {', '.join(names())}")
    looks_like_path = source.endswith(SUFFIX) or "/" in source or "\\" in source
    named = source.startswith(f"{LIMITS}/") and not source.endswith(SUFFIX)
    if (named or not looks_like_path) and (path := bundled(source)) is not None:
        return path
    path = (beside or Path()) / Path(source)
    try:
        if path.is_dir():
            raise ScenarioError(f"'{source}' is a folder; give a scenario file inside it")
        if path.is_file():
            return path
        if not looks_like_path and path.with_name(path.name + SUFFIX).is_file():
            return path.with_name(path.name + SUFFIX)
    except ScenarioError:
        raise
    except (OSError, ValueError) as problem:
        raise ScenarioError(f"'{source[:80]}' cannot be looked up: {problem}") from None
    kind = "file" if looks_like_path else "file or bundled scenario"
    advice = _beside(path) if looks_like_path else ""
    advice = advice or nearest(Path(source).stem, names())
    more = "" if advice else f"; bundled scenarios: {', '.join(names())}"
    raise ScenarioError(f"no {kind} named '{source}'{advice}{more}")


def _beside(path: Path) -> str:
    """Advice from the scenario files that stand where `path` was looked for."""
    try:
        there = sorted(file.stem for file in path.parent.glob(f"*{SUFFIX}"))
    except OSError:
        return ""
    close = get_close_matches(path.stem, there, n=2)
    return "; did you mean " + " or ".join(f"'{stem}{SUFFIX}'" for stem in close) + "?" if close else ""
