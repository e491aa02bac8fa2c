"""Which rules a run has looked for where: an entry of a baseline for another one is not gone, only out of sight."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.commands.session import Session
    from devopslint.policy.baseline import Judged


def judged_in(session: Session) -> Judged:
    """Return what says of the id of a rule and a path whether a session looks for the rule in that file.

    A rule that is no more is looked for everywhere: nothing will ever find it again.
    """
    from devopslint.engine.analysis import missing

    def judged(identifier: str, path: str) -> bool:
        rule = session.catalog.rule(identifier)
        if rule is None or identifier.startswith("core/"):
            return True
        selection = session.selection if session.scopes is None else session.scopes.selection(path)
        return selection.runs(rule) and not missing(rule)

    return judged
