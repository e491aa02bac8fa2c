"""What the engine and an artifact know of each other.

A kind of artifact is a package `devopslint.artifacts.<name>`. Its `__init__` fulfils `Artifact` and imports nothing
heavy: it is imported at every run, its readers only when a file of its kind is met.
"""

from __future__ import annotations

from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, Protocol

    from devopslint.policy.subject import Place, Subject
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Document, SyntaxProblem

    class Workspace(Protocol):
        """The files that may be looked at. Paths are relative to the root, with `/`; none leads out of it."""

        def exists(self, path: str) -> bool:
            """Say whether `path` is a file."""

        def existing(self, folder: str, names: Sequence[str]) -> Sequence[str]:
            """Return which of some names are files in a folder, in the order in which they are given."""

        def names(self, folder: str) -> Sequence[str]:
            """Return the sorted names of the files and folders in a folder (`""` is the root); empty when there is none."""

        def has_word(self, folder: str, endings: tuple[str, ...], word: str, among: str = "") -> bool:
            """Say whether a word stands in a file of a folder with one of some endings; the files are read once for all."""

        def files_with_word(self, folder: str, endings: tuple[str, ...], word: str) -> Sequence[str]:
            """Return the sorted names of the files of a folder of which `has_word` is true; read once for all."""

        def folders_with_word(
            self, folder: str, endings: tuple[str, ...], word: str, among: str = "", *, deeper: bool = False
        ) -> Sequence[str]:
            """Return the sorted names of the folders directly below a folder of which `has_word` is true; read once for all.

            With `deeper` the paths of the folders in those.
            """

        def has_beside(self, path: str, endings: tuple[str, ...], name: str) -> bool:
            """Say whether a name stands, alone or in a longer one, in another file of the folder; read once for all."""

        def source(self, path: str) -> Source | None:
            """Return a file's text, read once; `None` when it can't be read (a finding says why)."""

        def documents(self, path: str) -> Sequence[Document]:
            """Return the YAML or JSON documents of a file, parsed once; syntax problems become findings."""

    class Artifact(Protocol):
        """The package of one kind of artifact."""

        NAME: str
        """The folder of its rules and the first part of their ids: `kubernetes`."""
        TITLES: tuple[str, str]
        """Singular and plural for people: `("Dockerfile", "Dockerfiles")`."""
        SUBJECTS: Mapping[str, tuple[str, ...]]
        """Every subject kind that `read` yields, with the names under which its parents stand."""
        TYPED: frozenset[str]
        """The kinds of these whose subjects have a type, which a rule may ask for: `terraform.resource`."""
        EXAMPLE_PATH: str
        """What the example of a rule is called when it has no name of its own: `Dockerfile`."""

        def claims_path(self, path: str) -> str | None:
            """Say why a path alone makes a file one of this kind (`named Dockerfile`); `None` when it does not."""

        def claims_document(self, path: str, root: Any) -> str | None:
            """Say why the root of a YAML or JSON document makes it one of this kind; `None` when it does not."""

        def unit_of(self, path: str, workspace: Workspace) -> Sequence[str]:
            """Return the sorted paths of the files of this kind that are judged together with `path`, itself among them."""

        def read(self, unit: Unit) -> Iterable[Subject]:
            """Yield the subjects of a unit; tell the unit of every syntax problem, and of its facts.

            Artifacts that others hold have `read_guests(unit, documents)`, too, which does the same for documents that
            stand in files of another artifact, and `NOT_OF_GUESTS`, the ids of the rules that do not judge those.
            """


@lru_cache(maxsize=256)
def _wants_a_type(wanted: frozenset[str], kind: str) -> bool:
    return any(name.startswith(kind + ".") for name in wanted)


class Unit:
    """The smallest set of files that can be judged alone: `files` are those of the artifact's own kind.

    `wanted` holds the subject kinds (and `kind.type`s) that some rule of this run asks for, so that a reader can leave
    out what nobody looks at.
    """

    __slots__ = (
        "_accepts", "_report", "artifact", "at_end", "facts", "files", "guests", "modules_not_read", "wanted",
        "workspace",
    )  # fmt: skip

    def __init__(
        self,
        artifact: Artifact,
        files: Sequence[str],
        workspace: Workspace,
        wanted: frozenset[str],
        report: Callable[[str, Place, Mapping[str, Any]], None],
        accepts: Callable[[str, Document], bool],
    ) -> None:
        self.artifact = artifact
        self.files = files
        self.workspace = workspace
        self.wanted = wanted
        self.facts: list[dict[str, Any]] = []
        self.modules_not_read: list[str] = []
        """The sources of modules that its files call and that are not in the repository."""
        self.at_end: list[Callable[[], None]] = []
        """What parts the circles among the objects that it was read into: called when nobody asks them any more."""
        self.guests: list[tuple[str, Sequence[Document]]] = []
        """Documents of other artifacts that its files hold, with the names of those: rules of theirs judge them, too."""
        self._report = report
        self._accepts = accepts

    def wants(self, kind: str) -> bool:
        """Say whether a rule of this run is on `kind` or on one of its types."""
        return kind in self.wanted or _wants_a_type(self.wanted, kind)

    def documents(self, path: str) -> list[Document]:
        """Return the YAML or JSON documents of one of the unit's files that are of the unit's kind."""
        return [document for document in self.workspace.documents(path) if self._accepts(path, document)]

    def syntax_problem(self, source: Source, problem: SyntaxProblem) -> None:
        """Make a `core/syntax` finding of what a reader could not read."""
        from devopslint.policy.subject import Place

        self.report("core/syntax", Place(source, problem.start, problem.end), message=problem.message)

    def report(self, rule: str, place: Place, **values: Any) -> None:
        """Make a finding of a `core/…` rule."""
        self._report(rule, place, values)
