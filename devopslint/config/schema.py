"""What is wrong with a configuration against its schema, and where."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def schema_fault(root: Any) -> tuple[int, str] | None:
    """Return the first fault of a configuration against its schema, as offset and message; `None` for a good one."""
    import json
    from importlib import resources

    from devopslint.engine.artifacts import artifacts
    from devopslint.policy.schema_faults import schema_faults

    schema = json.loads(resources.files("devopslint.config").joinpath("config.schema.json").read_text("utf-8"))
    schema["properties"]["kinds"]["propertyNames"] = {"enum": ["none", *artifacts()]}
    return next(iter(schema_faults(root, schema, "setting")), None)
