"""From Dependabot's configuration to its subjects."""

from __future__ import annotations

from devopslint.policy.subject import Subject
from devopslint.syntax.tree import Map, Seq, header_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from devopslint.policy.artifact import Unit, Workspace
    from devopslint.syntax.tree import Document, Mark


def read_unit(unit: Unit) -> Iterator[Subject]:
    """Yield the file, its updates and its registries."""
    for path in unit.files:
        documents = unit.documents(path)[:1]
        for document in documents if documents and documents[0].root is not None else _of_nothing(unit, path):
            root = document.root
            file = _subject("dependabot.file", root, document, "", header_of(root))
            yield file
            if not isinstance(root, Map):
                continue
            updates, registries = root.get("updates"), root.get("registries")
            for index, update in enumerate(updates if isinstance(updates, Seq) else ()):
                if isinstance(update, Map):
                    address = f"updates[{index}]"
                    yield _subject(
                        "dependabot.update", update, document, address, header_of(update), file, unit.workspace
                    )
            for name, registry in registries.items() if isinstance(registries, Map) else ():
                if isinstance(registry, Map) and isinstance(registries, Map):
                    mark = registries.at[name][:2]
                    yield _subject("dependabot.registry", registry, document, f"registries.{name}", mark, file)


def _of_nothing(unit: Unit, path: str) -> Iterator[Document]:
    """Yield an empty configuration for a file in which nothing stands."""
    from devopslint.syntax.tree import Document
    from devopslint.syntax.yaml_empty import says_nothing

    source = unit.workspace.source(path)
    if source is not None and says_nothing(source.text):
        yield Document(source, Map(0, 0))


def _subject(
    kind: str,
    value: Any,
    document: Document,
    address: str,
    header: Mark | None,
    file: Subject | None = None,
    workspace: Workspace | None = None,
) -> Subject:
    return Subject(
        kind,
        value,
        document=document,
        address=address,
        header=header or (0, min(1, len(document.source.text))),
        parents={"file": file} if file is not None else {},
        context=workspace,
    )
