"""Write the table of the commits that versions of well known actions stand for.

Source: the tags of each action's public repository. Give clones (bare ones will do) as `name=folder`:

    python scripts/workflow_commits.py 2026-11-26 actions/checkout=../checkout docker/login-action=../login-action

Kept are the first twelve digits of a commit and the tags that are versions and name it. An action that is not given keeps
what the table has of it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "devopslint" / "artifacts" / "workflow" / "data" / "commits.json"
_TAG = re.compile(r"v?\d+(?:\.\d+){0,2}\Z")
_MOST_TAGS = 250


def commits(folder: str) -> dict[str, str]:
    """Return the first digits of each commit that a version names, with its fullest version."""
    listed = subprocess.run(
        ["git", "-C", folder, "for-each-ref", "refs/tags", "--format=%(refname:short) %(objectname) %(*objectname)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found: dict[str, str] = {}
    for line in listed.splitlines():
        tag, *shas = line.split()
        if _TAG.match(tag) and tag.count(".") == 2:
            found.setdefault(shas[-1][:12], tag.lstrip("v"))
    return found if len(found) <= _MOST_TAGS else {}


def main() -> None:
    """Write the table from the day and the clones on the command line."""
    actions = json.loads(TARGET.read_text())["actions"] if TARGET.exists() else {}
    for argument in sys.argv[2:]:
        name, folder = argument.split("=", 1)
        found = commits(folder)
        if found:
            actions["/".join(name.lower().split("/")[:2])] = found
    table = {"source": "tags of each action's repository", "date": sys.argv[1], "actions": actions}
    TARGET.write_text(json.dumps(table, separators=(",", ":"), sort_keys=True) + "\n")
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes, {len(actions)} actions")


if __name__ == "__main__":
    main()
