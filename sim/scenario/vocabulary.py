"""The names a scenario may use for levers, barriers, behaviours, parameters and groups of people."""

from __future__ import annotations

from typing import Any, Final

from sim.behaviours.barriers import BARRIERS
from sim.behaviours.catalogue import CATALOGUE, conduct
from sim.behaviours.lever import Lever, slug
from sim.behaviours.own import define_levers, own_levers
from sim.parameters import REGISTER
from sim.scenario.errors import nearest, shown
from sim.theory.channels import CONDUCT

# Shorthands for `who`, by the levels they mean.
STAFF: Final = ("executive", "manager", "employee", "learning_leader")
GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "everyone": STAFF,
    "executives": ("executive",),
    "managers": ("manager",),
    "leaders": ("executive", "manager"),
    "employees": ("employee",),
    "learning_leaders": ("learning_leader",),
    "community": ("community",),
}
TELLING: Final = "telling"  # a behaviour, not a lever; a plan may use less of it


def _lever_table() -> dict[str, str]:
    names = {slug(key): key for key in CATALOGUE}
    names |= {item.slug: key for key, item in CATALOGUE.items()}
    return {**names, TELLING: TELLING}


def _barrier_table() -> dict[str, str]:
    rows = {slug(row): key for key, item in reversed(list(BARRIERS.items())) for row in item.rows}
    names = {slug(item.name): key for key, item in BARRIERS.items()}
    return {**rows, **names, **{slug(key): key for key in BARRIERS}}


_LEVERS: Final = _lever_table()
_BARRIERS: Final = _barrier_table()


def lever_names() -> list[str]:
    """Names of levers as editors offer them: ids, then slugs, then telling."""
    return [*CATALOGUE, *(item.slug for item in CATALOGUE.values()), TELLING]


def barrier_names() -> list[str]:
    """Ids of barriers as editors offer them."""
    return list(BARRIERS)


def lever_id(name: str) -> str:
    """The id of a lever given as id, name or slug; also "telling".

    Raises:
        ValueError: no such lever, with the nearest names.
    """
    found = _LEVERS.get(slug(name))
    if found is not None:
        return found
    for id_, own in own_levers().items():
        if slug(name) in (slug(id_), own.slug):
            return id_
    raise ValueError(f"there is no lever {shown(name)}{nearest(name, [*lever_names(), *own_levers()])}")


def defined(definitions: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The definitions themselves, once they are levers.

    Raises:
        ValueError: a definition that cannot be used.
    """
    define_levers(definitions)
    return definitions


def barrier_id(name: str) -> str:
    """The id of a barrier given as id, name or row of the sources.

    Raises:
        ValueError: no such barrier, with the nearest names.
    """
    found = _BARRIERS.get(slug(name))
    if found is None:
        raise ValueError(f"there is no barrier {shown(name)}{nearest(name, BARRIERS)}")
    return found


def entry_of(id_: str) -> Lever:
    """The entry of a lever id: the catalogue's, telling's, or one's own."""
    if id_ == TELLING:
        return conduct(TELLING)
    return CATALOGUE[id_] if id_ in CATALOGUE else own_levers()[id_]


def parameter_name(name: str) -> str:
    """The name itself, if the register has it.

    Raises:
        ValueError: no such parameter, with the nearest names.
    """
    if name not in REGISTER:
        raise ValueError(f"there is no parameter {shown(name)}{nearest(name, REGISTER)}")
    return name


def conduct_name(name: str) -> str:
    """A behaviour that leaders carry: a conduct lever, or telling.

    Raises:
        ValueError: no such behaviour.
    """
    found = _LEVERS.get(slug(name), "")
    if found not in CONDUCT:
        raise ValueError(f"{shown(name)} is no behaviour that leaders carry; one of {', '.join(CONDUCT)}")
    return found


def expand_who(value: Any) -> Any:
    """Shorthands of `who` in full: "executives" or ["executives", "managers"] becomes a table of levels.

    Raises:
        ValueError: an unknown shorthand.
    """
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        return value
    levels: list[str] = []
    for item in value:
        group = slug(item) if slug(item) in GROUPS else f"{slug(item)}s"
        if group not in GROUPS:
            advice = nearest(item, GROUPS) or f"; one of {', '.join(GROUPS)}"
            raise ValueError(f"there is no group {shown(item)}{advice} (or write a table of conditions)")
        levels += [level for level in GROUPS[group] if level not in levels]
    return {"levels": levels}


def part(value: Any) -> Any:
    """A share in (0, 1] as a float, or a count of 1 or more as a whole number.

    Raises:
        ValueError: neither.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"expected a share such as 0.05 or a count such as 3, found {shown(value)}")
    if isinstance(value, int) and value < 1:
        raise ValueError(f"expected a count of 1 or more, found {value}")
    if isinstance(value, float) and not 0.0 < value <= 1.0:
        raise ValueError(f"expected a share above 0 and at most 1, found {value}; a count is a whole number")
    return value


def choices_schema(names: list[str]) -> dict[str, Any]:
    """JSON Schema of text that is one of `names`, for editors to offer."""
    return {"type": "string", "enum": names}
