"""The JSON Schema of scenario files, for editors."""

from __future__ import annotations

import json
from typing import Any, get_args

from sim.scenario.schema import ListName, Scenario


def json_schema() -> dict[str, Any]:
    """JSON Schema of a scenario file: descriptions, ranges, and the names that are valid.

    It differs from that of a checked scenario in what is settled before checking: `extends`, `add_to`, the
    file's name as `name`, `[start]` for one starting condition, and `at` for `start` in shocks.
    """
    schema: dict[str, Any] = _without_null(Scenario.model_json_schema())
    own = schema["properties"]
    own["start"] = {**own["start"], "type": ["array", "object"]}
    own["start"].update(
        {"additionalProperties": False, "properties": schema["$defs"]["StartCondition"]["properties"]}
    )
    schema["properties"] = {**_settled_before(), **own}
    schema["required"] = []
    shock = schema["$defs"]["Shock"]["properties"]
    shock["at"] = {**shock["start"], "description": "the same as start"}
    schema["title"] = "Ripple scenario"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """The JSON Schema as the text of `scenarios/schema.json`."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def _settled_before() -> dict[str, Any]:
    return {
        "extends": {
            "type": "string",
            "description": "another scenario (bundled name or file) that this one starts from",
        },
        "add_to": {
            "type": "array",
            "items": {"enum": list(get_args(ListName))},
            "description": "lists of the extended scenario that ours are added to; the others replace",
        },
    }


def _without_null(schema: Any) -> Any:
    """TOML has no null: a key is there or it is not."""
    if isinstance(schema, list):
        return [_without_null(part) for part in schema if part != {"type": "null"}]
    if not isinstance(schema, dict):
        return schema
    kept = {
        key: _without_null(part) for key, part in schema.items() if not (key == "default" and part is None)
    }
    options = kept.get("anyOf")
    if isinstance(options, list) and len(options) == 1:
        del kept["anyOf"]
        kept = {**options[0], **kept}
    return kept
