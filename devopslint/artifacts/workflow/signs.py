"""What is seen of a step at a glance: its signs, by which rules are spared the steps that have nothing for them.

A sign is told by the text of `uses` or `run` alone, so that steps with the same text share their signs. It may be there for
nothing; it is never lacking where a rule that asks for it (`signs` of the rule) finds something.
"""

from __future__ import annotations

from functools import lru_cache

from devopslint.artifacts.workflow import known_actions as known
from devopslint.artifacts.workflow.actions import OFFICIAL, hides_path, is_short_sha, parse_uses
from devopslint.artifacts.workflow.known_permissions import WRITING
from devopslint.artifacts.workflow.published import REF_SAYS_WHAT, load_actions, meant_by, move_of
from devopslint.artifacts.workflow.shells import GIVES_CODE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from devopslint.artifacts.workflow.actions import ActionRef
    from devopslint.artifacts.workflow.model import Step

_OFTEN = 4000
"""Characters of a script that is likely to be met again."""
_NAMES = frozenset(
    {
        "actions/checkout", "actions/upload-artifact", "docker/build-push-action", "docker/metadata-action",
        "aquasecurity/trivy-action", "anchore/scan-action", "aws-actions/configure-aws-credentials",
        "google-github-actions/auth", "azure/login",
    }
)  # fmt: skip
"""Actions whose names are signs, for some rules are about them alone."""
_WORDS = ("|", "${{", "docker", "gh", "push", "cosign", "--provenance", "eval", "publish", "twine", "nuget", "gem")
"""Parts of a script that are signs."""
_OF_REPOSITORY: dict[str, Callable[[ActionRef], bool]] = {
    "archived": lambda uses: uses.name in known.ARCHIVED or uses.slug in known.ARCHIVED,
    "branch": lambda uses: uses.is_branch and uses.slug not in REF_SAYS_WHAT,
    "misspelled": lambda uses: bool(meant_by(uses.slug)),
    "moving": lambda uses: not uses.is_sha and uses.owner not in OFFICIAL,
    "moving-official": lambda uses: not uses.is_sha and uses.owner in OFFICIAL,
    "newest-tool": lambda uses: uses.name in known.NEWEST_BY_DEFAULT,
    "node20": lambda uses: _is_made_for(uses, lambda node: node == 20),
    "older-node": lambda uses: _is_made_for(uses, lambda node: node < 20),
    "refused": lambda uses: uses.name in known.REFUSED,
    "required-inputs": lambda uses: uses.name in known.NEEDED_WITHOUT or _requires_inputs(uses),
    "short-sha": lambda uses: is_short_sha(uses.ref),
    "vulnerable": lambda uses: uses.slug in known.VULNERABLE,
    "workflow-path": lambda uses: uses.path.startswith(".github/workflows/"),
    "writes": lambda uses: uses.name in WRITING,
}
"""Signs of what is used of a repository."""


def signs_of(step: Step) -> frozenset[str]:
    """Return the signs of a step."""
    uses, run = step.uses, step.run
    if uses is None:
        return _NONE if run is None else _of_script(run)
    found = _of_use(uses.text, bool(step.inputs))
    return found if run is None else found | _of_script(run)


_NONE: frozenset[str] = frozenset()


def _of_script(run: str) -> frozenset[str]:
    return _of_often(run) if len(run) < _OFTEN else _of_often.__wrapped__(run)


@lru_cache(maxsize=512)
def _of_often(run: str) -> frozenset[str]:
    text = run.replace("\\\n", "") if "\\\n" in run else run
    found = {word for word in _WORDS if word in text}
    if GIVES_CODE.search(run):
        found.add("gives-code")
    return frozenset(found)


@lru_cache(maxsize=1024)
def _of_use(text: str, has_inputs: bool) -> frozenset[str]:
    uses = parse_uses(text)
    is_of_repository = uses.kind == "repository"
    found = {uses.name} & _NAMES
    if hides_path(uses):
        found.add("hidden-path")
    if is_of_repository:
        found.update(sign for sign, is_there in _OF_REPOSITORY.items() if is_there(uses))
    else:
        found.add(uses.kind)
    if has_inputs:
        found.add("inputs")
        if is_of_repository and uses.name in load_actions():
            found.add("known-inputs")
        if uses.kind == "docker" or uses.slug in known.SCRIPT_INPUTS:
            found.add("script-inputs")
    return frozenset(found)


def _requires_inputs(uses: ActionRef) -> bool:
    return any(one["required"] for one in load_actions().get(uses.name, {}).values())


def _is_made_for(uses: ActionRef, node: Callable[[int], bool]) -> bool:
    """Say whether what is used was made for a Node that is to be moved from; of a commit, whether some major was."""
    majors = (uses.major,) if not uses.is_sha else map(int, load_actions().get(uses.name, ()))
    moves = (move_of(uses.name, major) for major in majors if major is not None)
    return any(move is not None and node(move[0]) for move in moves)
