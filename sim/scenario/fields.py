"""What stands behind a key of a scenario: times, shares, names, and `who`."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from sim.scenario import vocabulary
from sim.scenario.units import years, years_or_never

Level = Literal["executive", "manager", "employee", "learning_leader", "community"]
Layer = Literal["authority", "peers", "mutual", "ripples"]


def _optional_years(value: object) -> float | None:
    return None if value is None else years(value)


_TIME_SCHEMA: Final[dict[str, Any]] = {
    "anyOf": [
        {"type": "number", "minimum": 0, "maximum": 100},
        {"type": "string", "examples": ["3 months", "26 weeks", "month 18"]},
    ]
}
_END_SCHEMA: Final = {"anyOf": [*_TIME_SCHEMA["anyOf"], {"const": "never"}]}
Time = Annotated[float, BeforeValidator(years), WithJsonSchema(_TIME_SCHEMA)]
EndTime = Annotated[float | None, BeforeValidator(years_or_never), WithJsonSchema(_END_SCHEMA)]
OptionalTime = Annotated[float | None, BeforeValidator(_optional_years), WithJsonSchema(_TIME_SCHEMA)]
Part = Annotated[
    float | int,
    BeforeValidator(vocabulary.part),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
                {"type": "integer", "minimum": 1},
            ]
        }
    ),
]
Chance = Annotated[float, Field(ge=0, le=1)]
LeverName = Annotated[
    str,
    AfterValidator(vocabulary.lever_id),
    WithJsonSchema(  # a name of the catalogue, or one of lever_definitions
        {"anyOf": [vocabulary.choices_schema(vocabulary.lever_names()), {"type": "string"}]}
    ),
]
LeverDefinitions = Annotated[dict[str, dict[str, Any]], AfterValidator(vocabulary.defined)]
BarrierName = Annotated[
    str,
    AfterValidator(vocabulary.barrier_id),
    WithJsonSchema(vocabulary.choices_schema(vocabulary.barrier_names())),
]
ParameterName = Annotated[str, AfterValidator(vocabulary.parameter_name)]
ConductName = Annotated[str, AfterValidator(vocabulary.conduct_name)]


class Form(BaseModel):
    """A table of the file: unknown keys, wrong types, NaN and infinity are errors."""

    model_config = ConfigDict(
        extra="forbid",
        allow_inf_nan=False,
        strict=True,
        frozen=True,
        validate_default=False,
        populate_by_name=True,
    )


class Who(Form):
    """Which seats: those that meet every condition given; then, of those, the share chosen."""

    levels: list[Level] | None = Field(
        default=None, min_length=1, description="who sits there: any of these levels"
    )
    tiers: list[Annotated[int, Field(ge=0, le=50)]] | None = Field(
        default=None, min_length=1, description="steps below the top of the reporting tree; 0 is the top"
    )
    departments: list[str] | None = Field(
        default=None, min_length=1, description="any of these departments, by name"
    )
    sites: list[Annotated[int, Field(ge=0)]] | None = Field(
        default=None, min_length=1, description="any of these sites"
    )
    people: list[str] | None = Field(default=None, min_length=1, description="these people, by id")
    most_central: Part | None = Field(
        default=None, description="of those, the most heard: a share (0.05) or a count (3)"
    )
    brokers: Part | None = Field(
        default=None, description="of those, who most stand between others: share or count"
    )
    random: Part | None = Field(default=None, description="of those, a random part: share or count")

    @model_validator(mode="after")
    def _one_choice(self) -> Who:
        named = [name for name in ("most_central", "brokers", "random") if getattr(self, name) is not None]
        if len(named) > 1:
            raise ValueError(f"choose one of {' and '.join(named)}, not several")
        return self


def _who_schema(schema: dict[str, Any]) -> None:
    groups = {"type": "string", "enum": sorted(vocabulary.GROUPS)}
    schema["anyOf"] = [groups, {"type": "array", "items": groups, "minItems": 1}, *schema["anyOf"]]


WhoField = Annotated[Who | None, BeforeValidator(vocabulary.expand_who), Field(json_schema_extra=_who_schema)]
