"""What a run has checked of each practice, from the catalog, the selection and the kinds of files that were there."""

from __future__ import annotations

from devopslint.report.practices import Practice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from devopslint.policy.artifact import Artifact
    from devopslint.policy.catalog import Catalog
    from devopslint.policy.finding import Summary
    from devopslint.policy.rule import Rule
    from devopslint.policy.selection import Selection


def practices_checked(catalog: Catalog, selection: Selection, summary: Summary, *, whole: bool) -> list[Practice]:
    """Return every practice in the order of the vocabulary, then those that only rules of users name.

    Of each it says how many rules ran, and why the others did not: not selected, only in the strict profile, in
    preview, no file of a kind that they are about, or (not `whole`) only some files of the repository.
    """
    from devopslint.engine.artifacts import artifacts
    from devopslint.policy.indexing import read_practices

    known = artifacts()
    found = {
        name: Practice(name, entry["title"])
        for folder in catalog.folders
        for name, entry in read_practices(folder.folder).items()
    }
    for rule in catalog.rules():
        name = rule.raw["practice"]
        practice = found.setdefault(name, Practice(name, name))
        reason = _why_idle(rule, selection) or _what_lacks(rule, summary, known, whole=whole)
        if reason:
            practice.idle = {**practice.idle, reason: practice.idle.get(reason, 0) + 1}
        else:
            practice.ran += 1
    return list(found.values())


def _why_idle(rule: Rule, selection: Selection) -> str:
    """Why a rule was not to run; empty when it was."""
    if selection.runs(rule):
        return ""
    if not selection.select and selection.levels.get(rule.id) != "off":
        if rule.raw.get("preview"):
            return "in preview"
        if rule.raw.get("profile") == "strict" and selection.profile != "strict":
            return "only in the strict profile"
    return "not selected"


def _what_lacks(rule: Rule, summary: Summary, known: Mapping[str, Artifact], *, whole: bool) -> str:
    """What there was not for a rule to look at; empty when there was."""
    needed = _kinds_of_files(rule, known)
    if not needed or any(summary.files.get(name) for name in needed):
        return ""
    gathering = [known[name] for name in needed if hasattr(known[name], "reduce")]
    if any(whole or summary.files.get(getattr(artifact, "GATHERS", "")) for artifact in gathering):
        return ""
    if gathering:
        return "not run (not the whole repository)"
    return f"not run (no {' or '.join(summary.titles.get(name, (name, name))[1] for name in needed)})"


def _kinds_of_files(rule: Rule, known: Mapping[str, Artifact]) -> list[str]:
    """The artifacts whose files a rule is about; none when it needs no particular kind."""
    group = rule.id.split("/", 1)[0]
    if group == "core":
        return []
    if group in known:
        return [group]
    return [name for name, artifact in known.items() if any(_is_on(kind, rule) for kind in artifact.SUBJECTS)]


def _is_on(kind: str, rule: Rule) -> bool:
    return any(on == kind or on.startswith(kind + ".") for on in rule.on)
