"""Write the tables of workflow and action keys, events, permissions and contexts.

Source: the npm packages `@actions/workflow-parser` (`dist/workflow-v1.0.min.json`, `dist/action-v1.0.min.json`) and
`@actions/languageservice` (`dist/context-providers/descriptions.min.json`), both by GitHub, MIT. Unpack them
(`npm pack @actions/workflow-parser @actions/languageservice`) and give the two folders:

    python scripts/workflow_schema.py <workflow-parser> <languageservice> 2026-11-23
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

NEWER = {"job-factory": {"cache-mode": "string"}, "workflow-job": {"cache-mode": "string"}}
"""Keys that GitHub's own workflows use and its package does not have yet (actions/setup-java, August 2026)."""
COLOURS = ("black",)
"""Colours of a badge that the marketplace shows (psf/black) and GitHub's package does not have."""
TARGET = Path(__file__).parent.parent / "devopslint" / "artifacts" / "workflow" / "data" / "schema.json"


def without_descriptions(node: Any) -> Any:
    """Return the definitions without their prose, which is GitHub's and which nobody reads at run time."""
    if isinstance(node, dict):
        kept = {}
        for key, value in node.items():
            if key == "properties":
                # Here `description` is a key that people write, and its value the name of a definition.
                kept[key] = {name: without_descriptions(one) for name, one in value.items()}
            elif not (key == "description" and isinstance(value, str)):
                kept[key] = without_descriptions(value)
        return kept
    if isinstance(node, list):
        return [without_descriptions(item) for item in node]
    return node


def reachable(definitions: dict[str, Any], root: str) -> dict[str, Any]:
    """Return the definitions that can be met on the way down from a root."""
    found: dict[str, Any] = {}
    open_names = [root]
    while open_names:
        name = open_names.pop()
        if name in found or name not in definitions:
            continue
        found[name] = definitions[name]
        stack = [definitions[name]]
        while stack:
            node = stack.pop()
            if isinstance(node, dict):
                stack.extend(node.values())
            elif isinstance(node, list):
                stack.extend(node)
            elif isinstance(node, str):
                open_names.append(node)
    return dict(sorted(found.items()))


def main() -> None:
    """Write the table from the folders and the day on the command line."""
    parser, service, day = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    version = json.loads((parser / "package.json").read_text())["version"]
    workflow = without_descriptions(json.loads((parser / "dist/workflow-v1.0.min.json").read_text())["definitions"])
    for name, keys in NEWER.items():
        workflow[name]["mapping"]["properties"].update(keys)
    action = without_descriptions(json.loads((parser / "dist/action-v1.0.min.json").read_text())["definitions"])
    action["branding-color"]["allowed-values"].extend(COLOURS)
    descriptions = json.loads((service / "dist/context-providers/descriptions.min.json").read_text())
    names = {
        context: sorted({name.split(".")[0] for name in descriptions[context]})
        for context in ("github", "job", "runner", "strategy", "steps")
    }
    table = {
        "source": f"npm @actions/workflow-parser {version} and @actions/languageservice, MIT, GitHub",
        "date": day,
        "workflow": reachable(workflow, "workflow-root-strict"),
        "action": reachable(action, "action-root-strict"),
        "contexts": names,
    }
    TARGET.write_text(json.dumps(table, separators=(",", ":"), sort_keys=True) + "\n")
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
