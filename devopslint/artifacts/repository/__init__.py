"""The repository as a whole: what its workflows do together, judged over the facts of all of them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from devopslint.policy.artifact import Unit, Workspace
    from devopslint.policy.subject import Subject

NAME = "repository"
TITLES = ("repository", "repositories")
EXAMPLE_PATH = ".github/workflows/example.yml"
SUBJECTS: Mapping[str, tuple[str, ...]] = {"repository": ()}
TYPED: frozenset[str] = frozenset()
GATHERS = "workflow"
"""The artifact whose facts suffice: it is judged whenever one of its files is."""
DOCUMENTS = (
    "README.md", "README.rst", "README.txt", "README", "README.adoc", "readme.md", "Readme.md", "CONTRIBUTING.md",
    "LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", ".gitignore", "Makefile", "package.json", "pyproject.toml",
    "setup.py", "requirements.txt", "Pipfile", "go.mod", "Cargo.toml", "pom.xml", "build.gradle", "build.gradle.kts",
    "Gemfile", "composer.json", "mix.exs", "pubspec.yaml",
)  # fmt: skip
"""Files about a whole repository: the first that is there is where it is told what the repository lacks."""
FOLDER = ".github/workflows"
_JUDGED = frozenset(
    {".github/dependabot.yml", ".github/dependabot.yaml", "CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS",
     ".github/settings.yml", ".github/settings.yaml"}
)  # fmt: skip


def claims_path(path: str) -> str | None:
    """Claim nothing: a repository is no file."""
    return None


def claims_document(path: str, root: Any) -> str | None:
    """Claim nothing: a repository is no document."""
    return None


def unit_of(path: str, workspace: Workspace) -> Sequence[str]:
    """Return the file itself."""
    return (path,)


def read(unit: Unit) -> Iterable[Subject]:
    """Yield nothing: see `reduce`."""
    return ()


def reports_in(workspace: Workspace) -> frozenset[str]:
    """Return the files of no kind that its rules speak of: it is judged as well when one of these was asked for."""
    document = next((name for name in DOCUMENTS if workspace.exists(name)), None)
    return _JUDGED if document is None else _JUDGED.union([document])


def beside(workspace: Workspace) -> Sequence[str]:
    """Return the workflows of the repository, which are gathered when only one of them was asked for."""
    return [f"{FOLDER}/{name}" for name in workspace.names(FOLDER) if name.endswith((".yml", ".yaml"))]


def reduce(
    facts: list[dict[str, Any]],
    files: Mapping[str, str],
    workspace: Workspace,
    *,
    whole: bool = True,
    found: Callable[[Sequence[str]], Sequence[str]] = list,
) -> Iterable[Subject]:
    """Yield the one subject `repository`; its value is a mapping, its context a `model.Repository`.

    What files there are (`files`) is known only to a run over the `whole`; `found` says which of some it comes to.
    """
    from devopslint.artifacts.repository.model import Repository, repository_subject

    return [repository_subject(Repository(facts, files, workspace, DOCUMENTS, found), whole=whole)]
