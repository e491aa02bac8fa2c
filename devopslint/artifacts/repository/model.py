"""A repository made of the facts of its workflows and the names of its files."""

from __future__ import annotations

from devopslint.policy.subject import Place, Subject
from devopslint.syntax.source import Source
from devopslint.syntax.tree import UNKNOWN, Document, Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.policy.artifact import Workspace

WORKFLOWS = ".github/workflows"


def repository_subject(repository: Repository, *, whole: bool) -> Subject:
    """Return the subject of the whole repository; it stands where what it lacks is told."""
    value = Map()
    kinds = Map()
    files = repository.files
    for kind in sorted(set(files.values())):
        kinds.put(kind, sorted(path for path, name in files.items() if name == kind), (0, 0, 0, 0))
    value.put("files", kinds if whole else UNKNOWN, (0, 0, 0, 0))
    entrance = repository.entrance()
    return Subject(
        "repository",
        value,
        document=Document(entrance.source, value),
        address="repository",
        header=(entrance.start, entrance.end),
        context=repository,
    )


class Repository:
    """What checks on the repository ask for.

    `workflows` are the facts of the workflows that run: those in `.github/workflows`. `files` maps every recognised path
    to the kind of its artifact. `documents` are names of documents about the whole, the best first. `found` says which of
    some files a run over the whole comes to.
    """

    __slots__ = ("documents", "files", "found", "workflows", "workspace")

    def __init__(
        self,
        facts: list[dict[str, Any]],
        files: Mapping[str, str],
        workspace: Workspace,
        documents: Sequence[str],
        found: Callable[[Sequence[str]], Sequence[str]] = list,
    ) -> None:
        self.documents = documents
        self.found = found
        self.files = files
        self.workspace = workspace
        workflows = (fact for fact in facts if fact.get("artifact") == "workflow")
        own = [fact for fact in workflows if fact["path"].rpartition("/")[0] == WORKFLOWS]
        self.workflows: list[dict[str, Any]] = sorted(own, key=_path)

    def jobs(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Yield every job with its workflow."""
        return ((workflow, job) for workflow in self.workflows for job in workflow["jobs"])

    def does(self, *purposes: str) -> bool:
        """Say whether some job is for one of these purposes."""
        return any(purpose in job["purposes"] for _, job in self.jobs() for purpose in purposes)

    def calls_strangers(self) -> bool:
        """Say whether some job calls a workflow of another repository, of which nothing is known."""
        return any(job["calls"] is not None and not job["calls"].startswith("./") for _, job in self.jobs())

    def uses(self, *tools: str) -> bool:
        """Say whether some workflow uses one of these actions (their beginning) or tools."""
        return any(tool.startswith(tools) for workflow in self.workflows for tool in workflow["tools"])

    def has_file(self, *paths: str) -> bool:
        """Say whether one of the files is there."""
        return any(self.workspace.exists(path) for path in paths)

    def entrance(self) -> Place:
        """Return where a fault is told that stands in no file: the first line of text of a file that is there.

        Code scanning and editors open files only, and whoever checks one workflow did not ask for the repository: so it is
        a document about the whole, the README before all, else the first workflow. With neither it is the folder of the
        workflows, which only those are told of who ask for the whole.
        """
        path = next((name for name in self.documents if self.workspace.exists(name)), "")
        if not path and self.workflows:
            path = self.workflows[0]["path"]
        source = self.workspace.source(path) if path else None
        if source is None:
            return Place(Source(path or WORKFLOWS, ""), 0, 0)
        text = source.text
        start = len(text) - len(text.lstrip())
        return Place(source, start, start + len(text[start:].split("\n", 1)[0].rstrip()))

    def place(self, workflow: dict[str, Any], at: list[int]) -> Place:
        """Return a place in a workflow from the offsets in its facts."""
        source = self.workspace.source(workflow["path"])
        return Place(source if source is not None else Source(workflow["path"], ""), at[0], at[1])


def _path(fact: dict[str, Any]) -> str:
    path: str = fact["path"]
    return path
