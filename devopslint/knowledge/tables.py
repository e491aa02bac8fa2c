"""Dated tables of facts: JSON files in the `data` folder of the package that they belong to."""

from __future__ import annotations

import os
from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HOUSE = os.path.dirname(os.path.dirname(__file__))


@cache
def read_table(package: str, name: str) -> dict[str, Any]:
    """Return the table `<package>/data/<name>.json`, as in `artifacts/workflow`; it is read once, and not to be changed."""
    import json

    with open(os.path.join(_HOUSE, package, "data", f"{name}.json"), encoding="utf-8") as file:
        table: dict[str, Any] = json.load(file)
    return table
