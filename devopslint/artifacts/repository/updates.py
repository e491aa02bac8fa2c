"""Checks on what keeps the dependencies of a repository up to date: Dependabot or Renovate, for each ecosystem there is.

Source: GitHub Docs, "Dependabot supported ecosystems"; Renovate's documentation, "Configuration Options".
"""

from __future__ import annotations

import re

from devopslint.artifacts.repository.folders import folders_near_the_root
from devopslint.knowledge.folders import plain_folder
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.repository.model import Repository
    from devopslint.policy.artifact import Workspace
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Document

    Options = Mapping[str, Any]

_DEPENDABOT = (".github/dependabot.yml", ".github/dependabot.yaml")
_OTHERS = (
    "renovate.json", "renovate.json5", "renovate.jsonc", ".github/renovate.json", ".github/renovate.json5",
    ".gitlab/renovate.json", ".gitlab/renovate.json5", ".renovaterc", ".renovaterc.json", ".renovaterc.json5",
    ".pyup.yml", ".scala-steward.conf", ".github/.scala-steward.conf",
)  # fmt: skip
_RENOVATE_KEY = lazily(r"[{,]\s*\"renovate\"\s*:\s*\{")
_MANIFESTS = (
    ("npm", lazily(r"package\.json\Z"), lazily(r"[dD]ependencies\"\s*:\s*\{\s*\"")),
    ("pip", lazily(r"(?:requirements[\w.-]*\.txt|Pipfile)\Z"), None),
    ("pip", lazily(r"pyproject\.toml\Z"),
     lazily(r"^[^\S\n]*(?:dependencies|requires)\s*=|^\[tool\.poetry\.dependencies|^\[dependency-groups", re.MULTILINE)),
    ("gomod", lazily(r"go\.mod\Z"), lazily(r"^[^\S\n]*require\b", re.MULTILINE)),
    ("maven", lazily(r"pom\.xml\Z"), None),
    ("gradle", lazily(r"build\.gradle(?:\.kts)?\Z"), None),
    ("cargo", lazily(r"Cargo\.toml\Z"), None),
    ("bundler", lazily(r"Gemfile\Z"), None),
    ("composer", lazily(r"composer\.json\Z"), lazily(r"\"require(?:-dev)?\"")),
    ("nuget", lazily(r"(?:[\w.-]+\.(?:cs|fs|vb)proj|packages\.config|Directory\.Packages\.props)\Z"),
     lazily(r"Package(?:Reference|Version)|<package ")),
    ("mix", lazily(r"mix\.exs\Z"), None),
    ("pub", lazily(r"pubspec\.yaml\Z"), None),
    ("docker", lazily(r"(?:Dockerfile(?:\.[\w-]+)?|[\w-]+\.Dockerfile|Containerfile)\Z"),
     lazily(r"^[^\S\n]*FROM\s+(?!scratch\s*$)", re.IGNORECASE | re.MULTILINE)),
    ("docker-compose", lazily(r"(?:docker-)?compose(?:[.-][\w-]+)?\.ya?ml\Z"), lazily(r"\bimage\s*:")),
    ("helm", lazily(r"Chart\.yaml\Z"), lazily(r"^dependencies\s*:", re.MULTILINE)),
    ("terraform", lazily(r"[\w.-]+\.tf\Z"),
     lazily(r"\brequired_providers\b|^[^\S\n]*source\s*=\s*\"(?![./])", re.MULTILINE)),
)  # fmt: skip
"""Dependabot's name of an ecosystem, the files that show it, and what must stand in them."""
_ALIASES = {
    "npm": {"npm", "bun"}, "pip": {"pip", "uv", "conda"}, "terraform": {"terraform", "opentofu"},
    "nuget": {"nuget", "dotnet-sdk"}, "docker-compose": {"docker-compose", "docker"},
}  # fmt: skip
_WHOLE_TREE = frozenset({"maven", "gradle", "nuget", "pip"})
"""Ecosystems of which an entry for a folder finds what is below it as well."""
_WORKSPACE = {"npm": ("package.json", '"workspaces"'), "cargo": ("Cargo.toml", "[workspace]")}
"""Ecosystem → the file at the root that takes in what is below, when it says this."""
_WORKSPACE_FILES = {"npm": ("pnpm-workspace.yaml", "lerna.json"), "gomod": ("go.work",)}
_PYTHON_LOCKS = frozenset({"poetry.lock", "uv.lock", "pdm.lock", "pylock.toml", "requirements.txt"})
_DEEPEST = 2


def has_dependencies(repository: Repository) -> bool:
    """Say whether the root of the repository shows an ecosystem of dependencies."""
    names = repository.workspace.names("")
    return "setup.py" in names or any(pattern.match(name) for name in names for _, pattern, _ in _MANIFESTS[:13])


def no_dependency_updates(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find repositories with workflows and dependencies, and neither Dependabot nor Renovate."""
    repository: Repository = subject.context
    if not repository.workflows or not has_dependencies(repository):
        return
    if not repository.has_file(*_DEPENDABOT) and not _has_another(repository):
        yield Problem(repository.entrance())


def _has_another(repository: Repository) -> bool:
    """Say whether something else than Dependabot updates the dependencies."""
    if repository.has_file(*_OTHERS) or repository.uses("renovate"):
        return True
    package = repository.workspace.source("package.json") if repository.has_file("package.json") else None
    return package is not None and _RENOVATE_KEY.search(package.text) is not None


def uncovered_ecosystem(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find ecosystems, and folders of them, that the repository's dependabot.yml leaves out."""
    repository: Repository = subject.context
    document = _configuration(repository)
    if document is None or _has_another(repository):
        return
    updates = [one for one in document.root["updates"] if isinstance(one, Map)]
    lacking: dict[str, str] = {}
    if repository.workflows and not _entries(updates, "github-actions"):
        lacking["github-actions"] = ""
    for folder, names in folders_near_the_root(repository.workspace, _DEEPEST):
        for ecosystem in _shown_in(repository.workspace, folder, names):
            entries = _entries(updates, ecosystem)
            if ecosystem not in lacking and not _covers(entries, ecosystem, folder, repository):
                lacking[ecosystem] = f" in `/{folder}`" if entries or folder else ""
    if lacking:
        place = Place(document.source, *document.root.at["updates"][:2])
        yield Problem(place, ecosystems=", ".join(f"`{name}`{where}" for name, where in lacking.items()))


def _configuration(repository: Repository) -> Document | None:
    path = next((one for one in _DEPENDABOT if repository.has_file(one)), None)
    documents = repository.workspace.documents(path) if path is not None else ()
    root = documents[0].root if documents else None
    return documents[0] if isinstance(root, Map) and isinstance(root.get("updates"), list) else None


def _entries(updates: Iterable[Map], ecosystem: str) -> list[Map]:
    names = _ALIASES.get(ecosystem, {ecosystem})
    return [one for one in updates if one.get("package-ecosystem") in names]


def _shown_in(workspace: Workspace, folder: str, names: list[str]) -> Iterator[str]:
    """Yield the ecosystems whose manifests lie in a folder, each once."""
    prefix = folder + "/" if folder else ""
    told: set[str] = set()
    for ecosystem, pattern, content in _MANIFESTS:
        for name in names:
            if ecosystem in told or not pattern.match(name) or not workspace.exists(prefix + name):
                continue
            source = workspace.source(prefix + name) if content is not None else None
            if name == "pyproject.toml" and not _PYTHON_LOCKS.intersection(names):
                continue  # ranges of a library, which its users resolve
            if content is None or (source is not None and content.search(source.text)):
                told.add(ecosystem)
                yield ecosystem


def _covers(entries: list[Map], ecosystem: str, folder: str, repository: Repository) -> bool:
    """Say whether one of the entries of an ecosystem looks at a folder, or at something that takes it in."""
    from devopslint.policy.globs import Glob

    names = folder.split("/") if folder else []
    for entry in entries:
        given = entry.get("directories", entry.get("directory"))
        for one in given if isinstance(given, list) else [given]:
            if not isinstance(one, str):
                return True
            plain = plain_folder(one)
            if plain in {folder, "**", "**/*"} or (names and plain and Glob(f"/{plain}").fits(names)):
                return True
            below = ecosystem in _WHOLE_TREE or _is_workspace(ecosystem, repository)
            if below and (not plain or folder.startswith(plain + "/")):
                return True
    return False


def _is_workspace(ecosystem: str, repository: Repository) -> bool:
    """Say whether the root takes in the packages below it."""
    if repository.has_file(*_WORKSPACE_FILES.get(ecosystem, ())):
        return True
    path, word = _WORKSPACE.get(ecosystem, ("", ""))
    source = repository.workspace.source(path) if path and repository.has_file(path) else None
    return source is not None and word in source.text
