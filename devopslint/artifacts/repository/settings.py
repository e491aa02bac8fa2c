"""Checks on the files below `.github` that are no workflows: Dependabot's, and the settings that are kept as code."""

from __future__ import annotations

from devopslint.artifacts.repository.dependabot import faults_of_file
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

ECOSYSTEMS = frozenset(
    [
        "bazel",
        "bun",
        "bundler",
        "cargo",
        "composer",
        "conda",
        "deno",
        "devcontainers",
        "docker",
        "docker-compose",
        "dotnet-sdk",
        "elm",
        "github-actions",
        "gitsubmodule",
        "gomod",
        "gradle",
        "helm",
        "hex",
        "julia",
        "maven",
        "mise",
        "mix",
        "nix",
        "npm",
        "nuget",
        "opam",
        "opentofu",
        "pip",
        "pre-commit",
        "pub",
        "rust-toolchain",
        "sbt",
        "swift",
        "terraform",
        "uv",
        "vcpkg",
    ]
)
"""Source: GitHub Docs, "Dependabot supported ecosystems and repositories", as of 2026-11."""
INTERVALS = frozenset({"daily", "weekly", "monthly", "quarterly", "semiannually", "yearly", "cron"})


def _document(subject: Subject, *paths: str) -> Document | None:
    repository: Repository = subject.context
    for path in paths:
        if repository.has_file(path):
            documents = repository.workspace.documents(path)
            return documents[0] if documents and isinstance(documents[0].root, Map) else None
    return None


def _updates(subject: Subject) -> Iterator[tuple[Source, Map]]:
    document = _document(subject, ".github/dependabot.yml", ".github/dependabot.yaml")
    updates = document.root.get("updates") if document is not None else None
    if document is not None and isinstance(updates, Seq):
        for update in updates:
            if isinstance(update, Map):
                yield document.source, update


def _header(source: Source, node: Map) -> Place:
    return Place(source, *(header_of(node) or (node.start, node.end)))


def invalid_dependabot(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find what makes Dependabot refuse its configuration."""
    from difflib import get_close_matches

    document = _document(subject, ".github/dependabot.yml", ".github/dependabot.yaml")
    if document is None:
        return
    yield from faults_of_file(document.root, document.source)
    if document.root.get("version") != 2:
        mark = (
            document.root.at["version"][2:]
            if "version" in document.root
            else (document.root.start, document.root.start + 1)
        )
        yield Problem(Place(document.source, *mark), fault="`version` must be 2")
    if not isinstance(document.root.get("updates"), Seq):
        mark = (
            document.root.at["updates"][:2]
            if "updates" in document.root
            else (document.root.start, document.root.start + 1)
        )
        yield Problem(Place(document.source, *mark), fault="there is no list `updates`")
    for source, update in _updates(subject):
        ecosystem = update.get("package-ecosystem")
        if ecosystem is None:
            yield Problem(_header(source, update), fault="`package-ecosystem` is missing")
        elif isinstance(ecosystem, str) and ecosystem not in ECOSYSTEMS:
            close = get_close_matches(ecosystem, ECOSYSTEMS, 1)
            hint = f", did you mean `{close[0]}`?" if close else ""
            yield Problem(
                Place(source, *update.at["package-ecosystem"][2:]), fault=f"`{ecosystem}` is no ecosystem{hint}"
            )
        if "directory" not in update and "directories" not in update:
            yield Problem(_header(source, update), fault="`directory` is missing")
        schedule = update.get("schedule")
        interval = schedule.get("interval") if isinstance(schedule, Map) else None
        if "multi-ecosystem-group" in update:
            continue
        if interval is None:
            yield Problem(_header(source, update), fault="`schedule.interval` is missing")
        elif isinstance(schedule, Map) and interval not in INTERVALS:
            yield Problem(Place(source, *schedule.at["interval"][2:]), fault=f"`{interval}` is no interval")


def no_cooldown(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find updates that are proposed on the day of their release."""
    for source, update in _updates(subject):
        if "package-ecosystem" not in update:
            continue
        ecosystem, cooldown = update["package-ecosystem"], update.get("cooldown")
        if "cooldown" not in update:
            place = Place(source, *update.at["package-ecosystem"][2:])
            yield Problem(place, ecosystem=ecosystem, fault="have no `cooldown`")
        elif isinstance(cooldown, Map) and isinstance(cooldown.get("default-days"), int):
            days = cooldown["default-days"]
            if days < options["days"]:
                fault = f"wait {days} day{'s'[: days != 1]} only"
                yield Problem(Place(source, *cooldown.at["default-days"][2:]), ecosystem=ecosystem, fault=fault)


def dependabot_runs_code(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find updates in which Dependabot may run the code of the packages."""
    for source, update in _updates(subject):
        if update.get("insecure-external-code-execution") == "allow":
            yield Problem(Place(source, *update.at["insecure-external-code-execution"][2:]))


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
