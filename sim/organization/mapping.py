"""Whose column is which: proposing, by names and contents, what the columns of somebody's own file mean.

Nothing is settled silently: every choice carries its reason, what is not used is listed, and where a choice is open
there is a question with the words that settle it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sim.organization.csvfile import Table
from sim.organization.errors import OrganizationError
from sim.organization.peoplefile import SURVEY

# "Vorgesetzte/r", "Mitarbeiter:innen", "Teilnehmer(in)": one word, whoever holds the place.
_GENDERED: Final = re.compile(r"(?<=\w)[/:*(]-?(?:innen|in|r|n|e|euse|rice)\b\)?")
NOTHING: Final = "-"  # `--map level=-`: the file has no such column

# What columns are called, plain (see `plain`).  The first of each is our own name, which needs no second look.
PEOPLE: Final[Mapping[str, tuple[str, ...]]] = {
    "id": (
        "id", "employee id", "emp id", "employee number", "employee no", "emp no", "staff id", "staff no", "staff number",
        "person id", "person number", "personnel number", "personnel no", "worker id", "user id", "payroll number",
        "associate id", "mitarbeiter id", "mitarbeiternummer", "mitarbeiternr", "mitarbeiter nr", "ma nr", "personalnummer",
        "personalnr", "personal nr", "pers nr", "persnr",
        "personeelsnummer", "medewerker id", "matricule", "numero de matricule", "id empleado", "numero de empleado",
    ),
    "manager_id": (
        "manager id", "manager", "line manager", "line manager id", "reports to", "reports to id", "reporting to",
        "supervisor", "supervisor id", "boss", "manager employee id", "manager number", "manager name", "manager email",
        "supervisor name", "vorgesetzter", "vorgesetzte", "vorgesetzter id", "fuhrungskraft", "direkte fuhrungskraft",
        "direkter vorgesetzter", "direkte vorgesetzte", "disziplinarischer vorgesetzter",
        "direct manager", "reporting manager", "leidinggevende",
        "responsable", "superieur hierarchique", "n 1", "jefe", "jefe directo",
    ),
    "department": (
        "department", "dept", "department name", "division", "business unit", "unit", "org unit", "organisation unit",
        "organizational unit", "function", "abteilung", "bereich", "afdeling", "departement", "service", "departamento",
    ),
    "level": (
        "level", "grade", "job level", "job grade", "band", "career level", "management level", "hierarchy level",
        "ebene", "hierarchieebene", "niveau", "nivel",
    ),
    "site": (
        "site", "office", "location", "work location", "office location", "city", "plant", "standort", "werk",
        "vestiging", "lieu de travail", "sede", "centro de trabajo",
    ),
    "tenure_years": (
        "tenure years", "tenure", "years of service", "length of service", "years in company", "service years",
        "dienstjahre", "betriebszugehorigkeit", "dienstjaren", "anciennete", "antiguedad",
    ),
    "start_date": (
        "start date", "hire date", "date of hire", "original hire date", "joining date", "date joined", "entry date",
        "employment start", "eintrittsdatum", "eintritt", "einstellungsdatum", "datum in dienst", "date d embauche",
        "date d entree", "fecha de ingreso", "fecha de alta",
    ),
    "enthusiasm": ("enthusiasm", "engagement", "engagement score", "work engagement"),
    "safety": ("safety", "psychological safety", "psychological safety score"),
    "mindset": ("mindset", "growth mindset"),
    "skill": ("skill", "skill level", "skill score"),
    "practising": ("practising", "practicing"),
}  # fmt: skip
TIES: Final[Mapping[str, tuple[str, ...]]] = {
    "source": (
        "source", "from", "from id", "respondent", "respondent id", "respondent email", "ego", "ego id", "rater", "asker",
        "submitted by", "von", "befragter", "befragte", "befragte person", "teilnehmer", "participant", "van", "de",
    ),
    "target": (
        "target", "to", "to id", "alter", "alter id", "nominee", "nominee id", "named", "named person", "contact",
        "colleague", "colleague id", "ratee", "an", "genannt", "kollege", "kollegin", "genannte person", "naar", "a",
    ),
    "layer": ("layer", "question", "relation", "relationship", "network", "tie type", "frage", "vraag", "pregunta"),
    "weight": (
        "weight", "strength", "frequency", "score", "value", "rating", "tie strength", "haufigkeit", "wert", "gewicht",
        "frequence", "frecuencia",
    ),
}  # fmt: skip
# Words that make a column personal: it may help to recognise people here, and is never written.
PERSONAL: Final = frozenset(
    {
        "name", "names", "firstname", "lastname", "forename", "surname", "vorname", "nachname", "voornaam", "achternaam",
        "prenom", "nom", "nombre", "apellido", "apellidos", "email", "mail", "phone", "telephone", "mobile", "telefon",
        "handy", "birth", "birthday", "birthdate", "dob", "geburtsdatum", "geboortedatum", "age", "alter", "gender", "sex",
        "geschlecht", "geslacht", "sexe", "genero", "nationality", "ethnicity", "race", "religion", "disability", "health",
        "marital", "salary", "pay", "wage", "bonus", "compensation", "gehalt", "lohn", "salaire", "salario", "address",
        "adresse", "street", "postcode", "zip", "ssn", "iban", "bank", "passport", "tax", "photo", "comment", "comments",
        "notes", "remarks",
    }
)  # fmt: skip
NAMED: Final = ("email", "mail", "name")  # by these people may be recognised, the most certain first
# A column called like this holds names of people, if anything.
PERSON: Final = frozenset(
    (
        "mitarbeiter",
        "mitarbeiterin",
        "beschaftigte",
        "employee",
        "person",
        "medewerker",
        "collaborateur",
        "salarie",
        "empleado",
    )
)
MEANING: Final[Mapping[str, str]] = {
    "id": "who somebody is",
    "manager_id": "whom they report to",
    "department": "the department",
    "level": "the level, 1 the most senior",
    "site": "the place of work",
    "tenure_years": "years in the firm",
    "start_date": "the day they joined (gives tenure)",
    **{name: f"measured {name}, a survey score" for name in SURVEY},
    "source": "who answers",
    "target": "whom they name",
    "layer": "the question or relationship",
    "weight": "how strong the tie is",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What a column is taken for, and why."""

    column: str
    why: str


@dataclass(slots=True)
class Proposal:
    """What the columns of a file are taken for.

    Attributes:
        choices: by our name for the column.
        questions: what is open, each with the words that settle it.
        personal: columns that are never written; unused: others that mean nothing to us.
    """

    choices: dict[str, Choice] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)
    personal: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()

    def column(self, name: str) -> str | None:
        """The file's column for one of ours, None without."""
        choice = self.choices.get(name)
        return None if choice is None else choice.column

    def settled(self, file: str) -> Proposal:
        """Itself, if nothing is open.

        Raises:
            OrganizationError: with every question, and how to answer.
        """
        if self.questions:
            listed = "; ".join(self.questions)
            raise OrganizationError(f"{file}: {listed}")
        return self


def plain(name: str) -> str:
    """A column's name without case, accents and signs: "Führungskraft-ID" is "fuhrungskraft id"."""
    letters = unicodedata.normalize("NFKD", _GENDERED.sub("", name.casefold()))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", bare).split())


def is_personal(column: str) -> bool:
    """Whether a column's name says that its contents are about a private person."""
    return plain(column) in PERSON or bool(PERSONAL & set(plain(column).split()))


def propose(
    table: Table,
    vocabulary: Mapping[str, tuple[str, ...]],
    given: Mapping[str, str],
    fits: Callable[[str, str], str | None],
    needed: Sequence[str] = (),
) -> Proposal:
    """What the columns of a table mean.

    Args:
        table: as read.
        vocabulary: `PEOPLE` or `TIES`.
        given: the customer's own word, by our name; `NOTHING` for no such column.
        fits: says why a column's contents cannot be what our name says, None where they can.
        needed: our names without which nothing goes.

    Raises:
        OrganizationError: `given` names what there is not.
    """
    found = Proposal()
    taken = _given(table, vocabulary, given)
    for name, column in taken.items():
        if column != NOTHING:
            found.choices[name] = Choice(column, "as you said")
    for name, words in vocabulary.items():
        if name not in taken:
            _by_name(table, name, words, found, fits, needed)
    used = {choice.column for choice in found.choices.values()}
    rest = [column for column in table.columns if column not in used]
    found.personal = tuple(column for column in rest if is_personal(column))
    found.unused = tuple(column for column in rest if column not in found.personal)
    for name in needed:
        if name not in found.choices and not any(f"{name}=" in text for text in found.questions):
            open_ = [column for column in rest if column in found.unused or plain(column) in PERSON]
            could = [column for column in open_ or rest if fits(name, column) is None]
            found.questions.append(
                f"no column is called like {MEANING[name]}; say which: {say(name, could or found.unused or rest)}"
            )
    return found


def say(name: str, columns: Iterable[str]) -> str:
    """The words that settle a question."""
    return " or ".join(f'--map {name}="{column}"' for column in list(columns)[:6])


def _given(
    table: Table, vocabulary: Mapping[str, tuple[str, ...]], given: Mapping[str, str]
) -> dict[str, str]:
    by_plain = {plain(column): column for column in table.columns}
    taken: dict[str, str] = {}
    for name, told in given.items():
        if name not in vocabulary:
            raise OrganizationError(f"--map {name}={told}: use one of {', '.join(vocabulary)}")
        if told != NOTHING and plain(told) not in by_plain:
            raise OrganizationError(
                f"--map {name}={told}: {table.file} has no such column; it has {', '.join(table.columns)}"
            )
        taken[name] = NOTHING if told == NOTHING else by_plain[plain(told)]
    return taken


def _by_name(
    table: Table,
    name: str,
    words: Sequence[str],
    found: Proposal,
    fits: Callable[[str, str], str | None],
    needed: Sequence[str],
) -> None:
    """Settle one of our names, or ask."""
    used = {choice.column for choice in found.choices.values()}
    called = [column for column in table.columns if plain(column) in words and column not in used]
    reasons = {column: fits(name, column) for column in called}
    fitting = [column for column in called if reasons[column] is None]
    ours = [column for column in fitting if plain(column) == words[0]]
    if ours or len(fitting) == 1:
        column = (ours or fitting)[0]
        others = [other for other in fitting if other != column]
        also = f"; {', '.join(repr(other) for other in others)} would do too" if others else ""
        found.choices[name] = Choice(column, f"by its name and contents{also}")
    elif fitting:
        found.questions.append(
            f"{' and '.join(repr(column) for column in fitting)} could each be {MEANING[name]}; "
            f"say which: {say(name, fitting)}"
        )
    elif called:
        column = called[0]
        if name == "id":
            found.questions.append(
                f"{column!r} is called like {MEANING[name]}, but {reasons[column]}; mend these lines, or say which other "
                "column it is (--map id=...)"
            )
            return
        none = "" if name in needed else f", or --map {name}={NOTHING} to go without"
        found.questions.append(
            f"{column!r} is called like {MEANING[name]}, but {reasons[column]}; say which column it is: "
            f'--map {name}="{column}" if it is all the same{none}'
        )
