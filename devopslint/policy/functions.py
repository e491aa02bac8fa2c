"""The named functions of conditions: `image_tag: {not_in: [latest]}` looks at the tag of an image reference."""

from __future__ import annotations

import re

from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Function = Callable[[Any], Any]

FUNCTIONS: dict[str, str] = {
    "image_tag": "devopslint.knowledge.images:image_tag",
    "image_name": "devopslint.knowledge.images:image_name",
    "image_registry": "devopslint.knowledge.images:image_registry",
    "image_digest": "devopslint.knowledge.images:image_digest",
    "image_fault": "devopslint.knowledge.images:image_fault",
    "lower": "devopslint.policy.functions:lower",
    "number": "devopslint.policy.functions:number",
    "bytes": "devopslint.policy.functions:bytes_of",
    "cpu": "devopslint.policy.functions:cpu",
    "semver": "devopslint.policy.functions:semver",
    "json": "devopslint.policy.functions:json_value",
    "basename": "devopslint.policy.functions:basename",
}
"""Name in a rule → import path of a function from a value to a value; ValueError and TypeError mean unknown."""

MEASURES = frozenset({"lower", "number", "bytes", "cpu", "semver"})
"""Functions that what a value is compared with goes through as well: `bytes: {max: 1Gi}`, `semver: {min: v1.2}`."""

_UNITS = {
    "": 1, "m": 0.001, "k": 1000, "K": 1000, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18,
    "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60,
}  # fmt: skip
_QUANTITY = re.compile(r"([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)(?:([eE][+-]?\d+)|([a-zA-Z]*))$")
_VERSION = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?")


def load_function(name: str) -> Function:
    """Return the function behind a name in `FUNCTIONS` or an import path `module:function`."""
    from importlib import import_module

    module, _, attribute = FUNCTIONS.get(name, name).partition(":")
    function: Function = getattr(import_module(module), attribute)
    return function


def lower(value: Any) -> Any:
    """Return a string in lower case."""
    return value.lower() if isinstance(value, str) else value


def number(value: Any) -> Any:
    """Return an int or float of a number or of a string that is one; raises ValueError otherwise."""
    if isinstance(value, bool):
        raise ValueError(value)
    if isinstance(value, (int, float)):
        return value
    text = str(value).strip()
    return int(text) if re.fullmatch(r"[+-]?\d+", text) else float(text)


def bytes_of(value: Any) -> float:
    """Return a Kubernetes quantity (`512Mi`, `1e3`, `0.5`) as a number of base units.

    Source: Kubernetes, Resource Management, "Quantity". Raises ValueError when it is none.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    found = _QUANTITY.match(str(value).strip())
    if not found or (found.group(3) or "") not in _UNITS:
        raise ValueError(f"not a quantity: {value}")
    return float(found.group(1) + (found.group(2) or "")) * _UNITS[found.group(3) or ""]


cpu = bytes_of
"""A quantity of cores: `500m` is 0.5."""


def semver(value: Any) -> tuple[int, int, int]:
    """Return `v1.2`, `1.2.3-rc1` as (major, minor, patch); raises ValueError when it is no version."""
    found = _VERSION.match(str(value).strip())
    if not found:
        raise ValueError(f"not a version: {value}")
    major, minor, patch = (int(part or 0) for part in found.groups())
    return major, minor, patch


def json_value(value: Any) -> Any:
    """Return what a JSON string holds; raises ValueError when it is no JSON."""
    if not isinstance(value, str):
        return value
    import json

    try:
        return json.loads(value)
    except RecursionError as error:
        raise ValueError("too deep") from error


def basename(value: Any) -> Any:
    """Return what follows the last `/` of a string."""
    return value.rsplit("/", 1)[-1] if isinstance(value, str) else UNKNOWN
