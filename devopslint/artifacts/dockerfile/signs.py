"""What is seen of an instruction at a glance: its signs, by which rules are spared those that have nothing for them.

A sign is never lacking where a rule that asks for it (`signs` of the rule) finds something.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.artifacts.dockerfile.instruction import Instruction

_OF_NAMES = {name: frozenset({name.lower()}) for name in ("ADD", "COPY", "USER")}
_NONE: frozenset[str] = frozenset()


def signs_of(instruction: Instruction, *, credential: bool) -> frozenset[str]:
    """Return the signs of an instruction.

    `credential` (one may stand in it), `flags`, `heredoc`, `lines` (several, joined by an escape character), `json` (it has
    that form), `bracket` (it begins with one, and has another form), and `add`, `copy` or `user` for those.
    """
    found = ["credential"] if credential else []
    if instruction.flags:
        found.append("flags")
    if instruction.heredocs:
        found.append("heredoc")
    if len(instruction.fragment.pieces) > 1:
        found.append("lines")
    if instruction.json:
        found.append("json")
    elif instruction.text and instruction.text[0] == "[":
        found.append("bracket")
    own = _OF_NAMES.get(instruction.name, _NONE)
    return own.union(found) if found else own
