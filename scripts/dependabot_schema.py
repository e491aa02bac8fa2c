"""Write the table of what may stand in Dependabot's configuration.

Source: `dependabot-2.0.json` of SchemaStore (Apache-2.0), corrected by GitHub Docs, "Dependabot options reference":

    python scripts/dependabot_schema.py ../schemastore/src/schemas/json/dependabot-2.0.json 2026-11-26
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "devopslint" / "artifacts" / "dependabot" / "data" / "schema.json"
KEPT = (
    "type",
    "enum",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
)
MORE_ECOSYSTEMS = ("hex", "mise", "opam")
"""What `dependabot-core` updates and the schema does not have yet."""


def reduced(node: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Return a definition in the words that the walk knows, its references taken in."""
    if "$ref" in node:
        return reduced(definitions[node["$ref"].rsplit("/", 1)[-1]], definitions)
    if "oneOf" in node:
        return {"either": [reduced(one, definitions) for one in node["oneOf"]]}
    found = {key: node[key] for key in KEPT if key in node}
    if "const" in node:
        found["enum"] = [node["const"]]
    if "enum" in found:
        found.setdefault("type", "string" if isinstance(found["enum"][0], str) else "integer")
    if "properties" in node:
        found["properties"] = {name: reduced(one, definitions) for name, one in node["properties"].items()}
    if isinstance(node.get("additionalProperties"), dict):
        found["values"] = reduced(node["additionalProperties"], definitions)
    if "items" in node:
        found["items"] = reduced(node["items"], definitions)
    if "required" in node:
        found["required"] = node["required"]
    if any("required" in one for one in node.get("anyOf", ())):
        found["some_of"] = [one["required"][0] for one in node["anyOf"]]
    return found


def corrected(schema: dict[str, Any], definitions: dict[str, Any]) -> None:
    """Bring in what the documentation says and the schema leaves out, and take out what the checks say themselves."""
    update = schema["properties"]["updates"]["items"]
    schema["properties"]["updates"]["each"] = "an update"
    group = schema["properties"]["multi-ecosystem-groups"]["values"]
    properties = update["properties"]
    properties["reviewers"] = {"type": "array", "items": {"type": "string"}}
    properties["package-ecosystem"]["enum"] = sorted(
        {*definitions["package-ecosystem-values"]["enum"], *MORE_ECOSYSTEMS}
    )
    properties["package-ecosystem"]["type"] = "string"
    for name in ("include", "exclude"):
        properties["cooldown"]["properties"][name]["maxItems"] = 150
    properties["cooldown"]["properties"]["default-days"]["minimum"] = 0  # which switches GitHub's own cooldown off
    for one in (properties, group["properties"]):
        schedule = one["schedule"]["properties"]
        schedule["cronjob"] = {"type": "string"}
        schedule["time"]["form"] = "`05:30`"
        schedule["timezone"] = {"type": "string"}
        one["pull-request-branch-name"]["properties"]["max-length"] = {"type": "integer"}
        del one["pull-request-branch-name"]["required"]
    registry = schema["properties"]["registries"]["values"]
    registry["properties"]["type"]["enum"].append("pub-registry")
    registry["required"] = ["type"]
    update["some_of"] = ["directory", "directories"]


def main() -> None:
    """Write the table from the schema and the day on the command line."""
    read = json.loads(Path(sys.argv[1]).read_text())
    schema = {"type": "object", **reduced(read, read["definitions"])}
    corrected(schema, read["definitions"])
    table = {"source": "SchemaStore, dependabot-2.0.json, and GitHub Docs", "date": sys.argv[2], "schema": schema}
    TARGET.write_text(json.dumps(table, separators=(",", ":"), sort_keys=True) + "\n")
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
