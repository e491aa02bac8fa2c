"""Checks on the settings of a repository that are kept as code."""

from __future__ import annotations

from devopslint.policy.subject import Place, Problem
from devopslint.syntax.tree import Map, Seq, header_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.repository.model import Repository
    from devopslint.policy.subject import Subject
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Document

    Options = Mapping[str, Any]


def _document(subject: Subject, *paths: str) -> Document | None:
    repository: Repository = subject.context
    for path in paths:
        if repository.has_file(path):
            documents = repository.workspace.documents(path)
            return documents[0] if documents and isinstance(documents[0].root, Map) else None
    return None


def _header(source: Source, node: Map) -> Place:
    return Place(source, *(header_of(node) or (node.start, node.end)))


def unprotected_branch(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find branches in `.github/settings.yml` whose protection leaves out reviews or status checks."""
    document = _document(subject, ".github/settings.yml", ".github/settings.yaml")
    branches = document.root.get("branches") if document is not None else None
    if document is None or not isinstance(branches, Seq):
        return
    for branch in branches:
        if not isinstance(branch, Map) or "name" not in branch:
            continue
        name = branch["name"]
        protection = branch.get("protection")
        if "protection" not in branch or protection is None:
            yield Problem(_header(document.source, branch), branch=name, what="is not protected")
            continue
        if not isinstance(protection, Map):
            continue
        for key, what in (
            ("required_pull_request_reviews", "needs no review"),
            ("required_status_checks", "needs no status check"),
        ):
            if protection.get(key) is None:
                mark = protection.at[key][:2] if key in protection else branch.at["protection"][:2]
                yield Problem(Place(document.source, *mark), branch=name, what=what)
        reviews = protection.get("required_pull_request_reviews")
        if isinstance(reviews, Map) and reviews.get("required_approving_review_count") == 0:
            mark = reviews.at["required_approving_review_count"][2:]
            yield Problem(Place(document.source, *mark), branch=name, what="needs no approval")
        for key, what in (("allow_force_pushes", "may be overwritten by force"), ("allow_deletions", "may be deleted")):
            if protection.get(key) is True:
                yield Problem(Place(document.source, *protection.at[key][2:]), branch=name, what=what)
