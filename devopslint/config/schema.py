"""What is wrong with a configuration by itself, and where."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def schema_fault(root: Any) -> tuple[int, str] | None:
    """Return the first fault of a configuration or of its globs, as offset and message; `None` for a good one."""
    import json
    from importlib import resources

    from devopslint.engine.artifacts import artifacts
    from devopslint.policy.schema_faults import schema_faults

    schema = json.loads(resources.files("devopslint.config").joinpath("config.schema.json").read_text("utf-8"))
    schema["properties"]["kinds"]["propertyNames"] = {"enum": ["none", *artifacts()]}
    return next(iter(schema_faults(root, schema, "setting")), None) or _glob_fault(root)


def _glob_fault(root: Any) -> tuple[int, str] | None:
    from devopslint.config.glob_faults import glob_fault, globs_of
    from devopslint.syntax.tree import locate

    for path, glob in globs_of(root):
        message = glob_fault(glob)
        if message is not None:
            return (locate(root, path, "value") or (0, 0))[0], message
    return None
