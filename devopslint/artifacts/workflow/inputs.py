"""What a step hands to an action under `with`: names that do not mind case, and switches in all their spellings."""

from __future__ import annotations

from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class InputName(str):
    """The name of an input as it is written, equal to its spellings in other cases, and kept where the lower case is.

    An action gets its inputs as variables of the environment in capitals, `INPUT_FETCH-DEPTH`.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and self.lower() == other.lower()

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.lower())


def inputs_of(step: Map, inputs: Map) -> Map:
    """Return the `with` of a step, with names that do not mind case: look them up in lower case.

    A mapping that has names with capitals is replaced in the step too, so that every path leads to it.
    """
    if "".join(inputs).islower() or not inputs:
        return inputs
    found = Map(inputs.start, inputs.end)
    found.header, found.duplicates, found.open = inputs.header, inputs.duplicates, inputs.open
    found.merged = frozenset(map(InputName, inputs.merged))
    for key, value in inputs.items():
        name = InputName(key)
        found[name] = value
        found.at[name] = inputs.at[key]
    step["with"] = found
    return found


def switch(value: Any) -> bool | None:
    """Return what an input that is true or false says, in the spellings that actions take; `None` of anything else.

    Whatever is written under `with` reaches the action as a text.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return None


def keeps_credentials(inputs: Map) -> bool | None:
    """Say whether `actions/checkout`, with these inputs, leaves the token where git finds it; `None` when not known.

    It does unless it is told something else than `true`, whatever that is.
    """
    value = inputs.get("persist-credentials", True)
    if isinstance(value, str) and "${{" in value:
        return None
    return switch(value) is True
