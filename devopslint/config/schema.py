"""What is wrong with a configuration by itself, and where."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


def config_faults(root: Any) -> list[tuple[int, str]]:
    """Return the faults of a configuration, or of the globs of one that has none, as offsets and messages."""
    import json
    from importlib import resources

    from devopslint.engine.artifacts import artifacts
    from devopslint.policy.schema_faults import schema_faults

    schema = json.loads(resources.files("devopslint.config").joinpath("config.schema.json").read_text("utf-8"))
    schema["properties"]["kinds"]["propertyNames"] = {"enum": ["none", *artifacts()]}
    return schema_faults(root, schema, "setting") or sorted(_glob_faults(root))


def _glob_faults(root: Any) -> Iterator[tuple[int, str]]:
    from devopslint.config.glob_faults import glob_fault, globs_of
    from devopslint.syntax.tree import locate

    for path, glob in globs_of(root):
        message = glob_fault(glob)
        if message is not None:
            yield (locate(root, path, "value") or (0, 0))[0], message
