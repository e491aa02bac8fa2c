"""Write the table of inputs and Node versions of well known actions, major by major.

Source: `action.yml` in the tags of each action's public repository. Give clones (bare ones will do) as `name=folder`, where
`name` is the action as in `uses`, a path in the repository included:

    python scripts/workflow_actions.py 2026-11-23 actions/checkout=../checkout actions/cache/restore=../cache

Of each major all inputs and outputs that any of its versions had are kept; what is required, deprecated and the Node version
are those of its `newest`; a Node of 0 means a plugin of the first runners. `stale` are those of a clone that is older than a
year, which may lack inputs that there are by now. An action that is not given keeps what the table has of it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

TARGET = Path(__file__).parent.parent / "devopslint" / "artifacts" / "workflow" / "data" / "actions.json"
_TAG = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?\Z")


def git(folder: str, *arguments: str) -> str:
    """Return what git prints; the empty string when it fails."""
    return subprocess.run(["git", "-C", folder, *arguments], capture_output=True, text=True, check=False).stdout


def versions(folder: str) -> list[tuple[tuple[int, int, int], str]]:
    """Return the versions that are tagged, in order, each with its tag."""
    found = []
    for tag in git(folder, "tag").split():
        match = _TAG.match(tag)
        if match:
            found.append(((int(match[1]), int(match[2] or 999), int(match[3] or 999)), tag))
    return sorted(found)


def metadata(folder: str, tag: str, path: str) -> dict[str, Any]:
    """Return an action's metadata at a tag, empty when it has none that can be read."""
    for name in ("action.yml", "action.yaml"):
        text = git(folder, "show", f"{tag}:{path}{name}")
        if text:
            try:
                read = yaml.safe_load(text)
            except yaml.YAMLError:
                return {}
            return read if isinstance(read, dict) else {}
    return {}


def majors(folder: str, path: str, day: str) -> dict[str, Any]:
    """Return what each major of an action takes and gives and runs on."""
    stale = git(folder, "log", "-1", "--format=%cs").strip() < f"{int(day[:4]) - 1}{day[4:]}"
    table: dict[str, Any] = {}
    for version, tag in versions(folder):
        read = metadata(folder, tag, path)
        if not read:
            continue
        inputs = {str(name): config or {} for name, config in (read.get("inputs") or {}).items()}
        entry = table.setdefault(str(version[0]), {"inputs": [], "outputs": []})
        entry["inputs"] = sorted({*entry["inputs"], *(name.lower() for name in inputs)})
        entry["outputs"] = sorted({*entry["outputs"], *(str(name).lower() for name in read.get("outputs") or {})})
        entry["required"] = sorted(
            name
            for name, config in inputs.items()
            if str(config.get("required")).lower() == "true" and "default" not in config
        )
        entry["deprecated"] = sorted(name for name, config in inputs.items() if config.get("deprecationMessage"))
        if "." in tag or "newest" not in entry:
            entry["newest"] = tag.lstrip("v")
        if stale:
            entry["stale"] = True
        runs = read.get("runs") or {}
        node = re.fullmatch(r"node(\d+)", str(runs.get("using")))
        entry["node"] = int(node[1]) if node else 0 if "plugin" in runs else None
    return table


def main() -> None:
    """Write the table from the day and the clones on the command line."""
    actions = json.loads(TARGET.read_text())["actions"]
    for argument in sys.argv[2:]:
        name, folder = argument.split("=", 1)
        path = "/".join(name.split("/")[2:])
        table = majors(folder, path + "/" if path else "", sys.argv[1])
        if table:
            actions[name.lower()] = table
    table = {"source": "action.yml of each action, by tag", "date": sys.argv[1], "actions": actions}
    TARGET.write_text(json.dumps(table, separators=(",", ":"), sort_keys=True) + "\n")
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes, {len(actions)} actions")


if __name__ == "__main__":
    main()
