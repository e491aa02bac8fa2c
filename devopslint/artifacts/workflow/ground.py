"""What stands in the working folder when a step runs: the files of the repository, as far as that is certain."""

from __future__ import annotations

import posixpath
import re

from devopslint.artifacts.workflow.called import repository_root
from devopslint.artifacts.workflow.makes_files import makes_nothing
from devopslint.artifacts.workflow.side_effects import FILES, may_leave
from devopslint.artifacts.workflow.words import nearest, one_slip_away, words
from devopslint.knowledge.submodules import is_within, paths_of_submodules
from devopslint.policy.globs import IgnoreLines
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.artifacts.workflow.model import Step, Workflow
    from devopslint.policy.artifact import Workspace
    from devopslint.syntax.shell import Command

_DOCUMENTS = lazily(
    r"(?:README|LICEN[CS]E|CONTRIBUTING|CHANGELOG|COPYING|SECURITY|CODE_OF_CONDUCT|CODEOWNERS|SUPPORT|NOTICE)\b",
    re.IGNORECASE,
)
_ENOUGH_NAMES, _ENOUGH_OTHERS = 4, 2
_MADE_BY_TOOLS = words("""node_modules dist build out bin obj target vendor venv .venv env coverage tmp temp .cache
    _build generated artifacts""")
"""Folders that tools make, and that are seldom committed."""
_WRITTEN = lazily(r"(?:Dockerfile|Containerfile|Makefile|(?:docker-)?compose)\b")
"""Files that people write, in whichever folder."""
_NAMES_OUTPUT = lazily(r"out|dest|report|sarif|result|args|command|path|dir", re.IGNORECASE)
"""Inputs of actions that may name a file which they write."""
_FETCHES = words("clone checkout switch pull merge submodule worktree restore stash apply am reset")
_OWN_REF = lazily(
    r"\$\{\{\s*(?:github\.(?:ref|sha|ref_name|head_ref|event\.pull_request\.head\.(?:sha|ref)|event\.after))\b"
)
_ALL_OF_IT = {"": True}
"""The `trees` of a job that checks out this repository, and nothing else, where every job does."""


class Ground:
    """What stands in the working folder. `text` is all that may have named a file before; `pristine` says that nothing
    can have made any but those named there.
    """

    __slots__ = ("pristine", "root", "text", "trees", "waits", "workflow", "workspace")

    def __init__(self, workflow: Workflow, workspace: Workspace, root: str) -> None:
        self.workflow = workflow
        self.workspace = workspace
        self.root = root
        self.trees: dict[str, bool] = {}
        """Folders into which repositories were checked out, and whether it was this one."""
        self.text = ""
        self.pristine = True
        self.waits = False
        """Whether the job waits for another, which may have built what this one takes for granted."""

    def path_of(self, path: str) -> str | None:
        """Return where a path of the working folder lies in the repository, `None` when it is not of its checkout."""
        path = posixpath.normpath(path)
        if path.startswith(("..", "/", "~")):
            return None
        inner = path
        if self.trees != _ALL_OF_IT:
            within = [one for one in self.trees if not one or path == one or path.startswith(one + "/")]
            tree = max(within, key=len, default="")
            if not self.trees.get(tree):
                return None
            inner = path[len(tree) :].strip("/") if tree else path
        return self.root + ("" if inner == "." else inner)

    def has(self, path: str) -> bool | None:
        """Say whether the repository has a file or folder; `None` when the path lies outside of its checkout."""
        where = self.path_of(path)
        return None if where is None else self.is_there(where)

    def is_there(self, where: str) -> bool:
        """Say whether a file or folder is in the repository, by its path from the root that is looked at."""
        where = where.rstrip("/")
        return not where or self.workspace.exists(where) or bool(self.workspace.names(where))

    def lacks(self, path: str, *, implied: bool = False) -> bool:
        """Say whether a file or folder is surely not there (`implied`: one that nobody names, a tool looks for it)."""
        where = self.path_of(path)
        if where is None or self.is_there(where):
            return False
        gone = where
        while "/" in gone and not self.is_there(gone.rpartition("/")[0]):
            gone = gone.rpartition("/")[0]
        if not (self.pristine and seen_whole(self.workflow, self.root, with_code=implied)):
            folder, _, name = gone.rpartition("/")
            meant = one_slip_away(name, self.workspace.names(folder))
            if not meant or (gone != where and not self.is_there(f"{folder}/{meant}{where[len(gone) :]}".lstrip("/"))):
                return False
        names = {posixpath.basename(where), posixpath.basename(gone)}
        return not any(name in self.text for name in names) and not self._is_made(where)

    def lacks_built(self, path: str) -> bool:
        """Say whether what an earlier job has built is not there: it is not in the repository, and nothing here made it."""
        where = self.path_of(path.rstrip("/"))
        if where is None or not self.pristine or self.is_there(where):
            return False
        top = where.removeprefix(self.root).split("/")[0]
        return top not in self.text and posixpath.basename(where) not in self.text

    def hint(self, path: str) -> str:
        """Return `, did you mean …` for a name beside it that is like it."""
        where = self.path_of(path)
        if where is None:
            return ""
        folder, _, name = where.rpartition("/")
        return nearest(name, self.workspace.names(folder))

    def _is_made(self, where: str) -> bool:
        """Say whether a path is one of those that tools make, that git ignores, or that belong to a submodule."""
        inner = where.removeprefix(self.root)
        parts = inner.split("/")
        if not _MADE_BY_TOOLS.isdisjoint((*parts[:-1], parts[0])) and not _WRITTEN.match(parts[-1]):
            return True
        if is_within(inner, self.submodules()):
            return True
        ignored = self._ignores()
        if ignored is None:
            return False
        above = ["/".join(parts[: end + 1]) for end in range(len(parts))]
        return any(ignored.verdict(one, one != inner) for one in above) or bool(ignored.verdict(inner, True))

    def _ignores(self) -> IgnoreLines | None:
        known: dict[str, IgnoreLines | None] = self.workflow.cache.setdefault("ignored", {})
        if self.root not in known:
            path = f"{self.root}.gitignore"
            source = self.workspace.source(path) if self.workspace.exists(path) else None
            known[self.root] = IgnoreLines(source.text.split("\n")) if source is not None else None
        return known[self.root]

    def submodules(self) -> tuple[str, ...]:
        """Return the folders of the repository that hold another one."""
        known: dict[str, tuple[str, ...]] = self.workflow.cache.setdefault("submodules", {})
        if self.root not in known:
            known[self.root] = paths_of_submodules(self.workspace, self.root)
        return known[self.root]

    def after_action(self, step: Step) -> bool:
        """Take note of what an action brings; false when nothing is certain any more."""
        assert step.uses is not None
        name, inputs = step.uses.name, step.inputs
        if name == "actions/checkout":
            return self._check_out(step)
        if name in {"actions/cache", "actions/cache/restore", "actions/cache/save"}:
            self.text += f"\n{inputs.get('path', '')}"
            return True
        if may_leave(step, FILES):
            self.text += f"\n{inputs}"
            self.pristine = False
        elif not name.startswith("actions/setup-"):
            self.text += "".join(f"\n{value}" for key, value in inputs.items() if _NAMES_OUTPUT.search(key))
        return True

    def _check_out(self, step: Step) -> bool:
        inputs = step.inputs
        path, ref = inputs.get("path", ""), inputs.get("ref")
        if not isinstance(path, str) or "${{" in path or "sparse-checkout" in inputs:
            return False
        own = "repository" not in inputs or inputs["repository"] == "${{ github.repository }}"
        if ref is not None and own and not (isinstance(ref, str) and (not ref or _OWN_REF.match(ref))):
            own = False
        folder = posixpath.normpath(path) if path else ""
        self.trees["" if folder == "." else folder] = own
        return True

    def after_command(self, command: Command, folder: str | None) -> bool:
        """Take note of what a command may have made; false when nothing is certain any more."""
        name = command.name
        if name in {"git", "gh"} and _brings_files(command):
            return False
        for redirect in command.redirects:
            target = redirect.target
            if target is not None and target.expands and "GITHUB_" not in target.text and ">" in redirect.operator:
                self.pristine = False
        if self.pristine and (name or command.words or command.name_word is not None):  # no assignment alone
            self.pristine = makes_nothing(command, lambda: self._manifest_in(folder))
        return True

    def _manifest_in(self, folder: str | None) -> str | None:
        where = self.path_of(posixpath.join(folder, "package.json")) if folder is not None else None
        if where is None:
            return None
        source = self.workspace.source(where) if self.workspace.exists(where) else None
        return source.text if source is not None else ""


def _brings_files(command: Command) -> bool:
    """Say whether a call of `git` or `gh` brings files of some repository."""
    given = command.args
    if command.name == "gh":
        return given[:2] in (["repo", "clone"], ["pr", "checkout"])
    return next((word for word in given if not word.startswith("-")), "") in _FETCHES


def first_ground(workflow: Workflow) -> Ground | None:
    """Return the ground of a job before its first step, `None` when it is not known where the repository is.

    A workflow that others call is theirs to check out, and one outside of `.github/workflows` is a template.
    """
    root, workspace = repository_root(workflow), workflow.workspace
    if root is None or workspace is None or workflow.path.rpartition("/")[0] != f"{root}.github/workflows":
        return None
    if workflow.is_action or workflow.has_trigger("workflow_call") or "{{" in root:
        return None
    return Ground(workflow, workspace, root)


def seen_whole(workflow: Workflow, root: str, *, with_code: bool = False) -> bool:
    """Say whether a folder is taken for a whole repository, not for a workflow alone: it has documents, or a few files.

    With documents alone it may still be an abridged example, in which nobody looks for a `package.json` (`with_code`).
    """
    known: dict[str, tuple[bool, bool]] = workflow.cache.setdefault("seen whole", {})
    if root not in known:
        names = workflow.workspace.names(root.rstrip("/")) if workflow.workspace is not None else ()
        plain = [name for name in names if not name.startswith(".")]
        others = [name for name in plain if not _DOCUMENTS.match(name)]
        whole = len(others) < len(plain) or len(plain) >= _ENOUGH_NAMES
        known[root] = whole, whole and len(others) >= _ENOUGH_OTHERS
    return known[root][with_code]


def files_below(workspace: Workspace, root: str, most: int = 3000) -> Iterator[str] | None:
    """Return the files of a repository by their paths from its root; `None` when it has too many folders."""
    found: list[str] = []
    open_folders = [""]
    for folder in open_folders:
        if len(open_folders) > most:
            return None
        for name in workspace.names(f"{root}{folder}".rstrip("/")):
            path = f"{folder}{name}"
            if name in {".git", "node_modules"}:
                continue
            if workspace.exists(root + path):
                found.append(path)
            else:
                open_folders.append(path + "/")
    return iter(found)
