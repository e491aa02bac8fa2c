"""JSON that is nested deeper than Python reads it: nothing is told of it, and no rule breaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import findings, write

from devopslint.policy.functions import json_value

DEEP = "[" * 5000 + "]" * 5000
WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v6\n"


@pytest.mark.parametrize(
    ("step", "manifest"),
    [(f"echo ${{{{ fromJSON('{DEEP}') }}}}", "{}"), ("npm run build", f'{{"scripts": {DEEP}}}')],
)
def test_deep_json(step: str, manifest: str, tmp_path: Path) -> None:
    files = {".github/workflows/ci.yml": f"{WORKFLOW}      - run: {step}\n", "package.json": manifest}
    write(tmp_path, {**files, "README.md": "# A\n", "a.js": "a()\n"})
    assert [one for one in findings(cwd=tmp_path) if one["rule"].startswith("core/")] == []


def test_the_function_json() -> None:
    assert json_value('{"a": [1]}') == {"a": [1]}
    with pytest.raises(ValueError, match="too deep"):
        json_value(DEEP)
