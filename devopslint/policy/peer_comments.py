"""The comments and annotations by which peers are told to be silent, read as ours: `peer:id` are their words.

Sources: the peers' own documentation of hadolint, ShellCheck, zizmor, checkov, trivy, tfsec, tflint, kics, kube-linter,
kube-score and polaris.
"""

from __future__ import annotations

import re

from devopslint.policy.ignores import Ignore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.policy.extents import Extents
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Map

_WHOLE_FILE = (1, 1 << 30)
_HADOLINT = re.compile(
    r"hadolint[ \t]+(global[ \t]+)?ignore[ \t]*=[ \t]*(\w+(?:[ \t]*,[ \t]*\w+)*)[ \t]*(?:#[ \t]*(.*))?"
)
_SHELLCHECK = re.compile(r"shellcheck[ \t]+(?:\S+[ \t]+)*?disable=(\w+(?:,\w+)*)")
_ZIZMOR = re.compile(r"zizmor:[ \t]*ignore\[([^\]]*)\][ \t]*(.*)")
_CHECKOV = re.compile(r"(?:checkov|bridgecrew):skip[ \t]*=[ \t]*(\w+)(?:[ \t]*:[ \t]*(.*))?")
_TRIVY = re.compile(r"(?:trivy|tfsec):ignore:([\w*-]+)(?:\[[^\]]*\])?((?::(?:exp|ws):[^\s:]+)*)")
_TFLINT = re.compile(r"tflint-ignore(-file)?:[ \t]*([\w*-]+(?:[ \t]*,[ \t]*[\w*-]+)*)[ \t]*(?:#[ \t]*(.*))?")
_KICS = re.compile(r"kics-scan[ \t]+(ignore-line|ignore-block|ignore|disable)\b(?:[ \t]*=[ \t]*([\w,-]+))?")


def peer_ignores(  # noqa: C901 (a peer after the other)
    text: str, line: int, column: int, alone: bool, extents: Extents
) -> Iterator[Ignore]:
    """Yield what a comment says to peers."""

    def made(peer: str, words: str, reason: str | None = "", *, node: bool = True) -> Ignore:
        ignore = Ignore("ignore", line, column, column + len(text))
        ignore.peer = peer
        ignore.reason = (reason or "").strip()
        names = [word.strip() for word in words.split(",") if word.strip()]
        ignore.words = [(f"{peer}:{'*' if word == 'all' else word}", line, column) for word in names]
        if alone and node:
            ignore.owner = ignore.first = extents.next_code_line(line)
            ignore.last = extents.last_line(ignore.owner)
        return ignore

    if text.startswith("hadolint"):
        found = _HADOLINT.match(text)
        if found:
            ignore = made("hadolint", found.group(2), found.group(3), node=not found.group(1))
            ignore.words += [(f"shellcheck:{one[9:]}", line, column) for one, _, _ in ignore.words if one[9:11] == "SC"]
            if found.group(1):
                ignore.first, ignore.last = _WHOLE_FILE
            yield ignore
    elif text.startswith("shellcheck"):
        found = _SHELLCHECK.match(text)
        if found and alone:
            yield made("shellcheck", found.group(1))
    elif text.startswith("zizmor"):
        found = _ZIZMOR.match(text)
        if found:
            ignore = made("zizmor", found.group(1), found.group(2))
            if not alone:  # zizmor heeds a comment anywhere in a span, and its spans are whole nodes
                ignore.last = extents.last_line(line)
            yield ignore
    elif text.startswith(("checkov", "bridgecrew")):
        found = _CHECKOV.match(text)
        if found:
            ignore = made("checkov", found.group(1), found.group(2), node=False)
            ignore.first, ignore.last = extents.block_of(line)
            yield ignore
    elif text.startswith(("trivy", "tfsec")):
        for found in _TRIVY.finditer(text):
            ignore = made("trivy", found.group(1))
            expiry = re.search(r":exp:([^\s:]+)", found.group(2))
            ignore.until = expiry.group(1) if expiry else ""
            if ":ws:" not in found.group(2):  # a workspace is not known from the files
                yield ignore
    elif text.startswith("tflint"):
        found = _TFLINT.match(text)
        if found:
            ignore = made("tflint", found.group(2), found.group(3), node=not found.group(1))
            if found.group(1):
                ignore.first, ignore.last = _WHOLE_FILE
            yield ignore
    elif text.startswith("kics-scan"):
        yield from _kics(text, made)


def _kics(text: str, made: object) -> Iterator[Ignore]:
    found = _KICS.match(text)
    if found is None or (found.group(1) == "disable") is not bool(found.group(2)):
        return
    verb = found.group(1)
    ignore: Ignore = made("kics", found.group(2) or "*", node=verb.startswith("ignore-"))  # type: ignore[operator]
    if verb == "ignore-line":
        ignore.last = ignore.first
    elif not verb.startswith("ignore-"):
        ignore.first, ignore.last = _WHOLE_FILE
    yield ignore


def annotation_ignores(source: Source, annotations: Map) -> Iterator[Ignore]:
    """Yield what the annotations of an object say to peers; what they cover is for the caller to set."""
    for key, value in annotations.items():
        if key not in annotations.at or not isinstance(key, str) or not isinstance(value, (str, bool)):
            continue
        words, reason = _annotation_words(key, str(value))
        if words:
            line, column = source.position(annotations.at[key][0])
            ignore = Ignore("annotation", line, column, column + len(key))
            ignore.peer = words[0].partition(":")[0]
            ignore.words = [(word, line, column) for word in words]
            ignore.reason = reason
            yield ignore


def _annotation_words(key: str, value: str) -> tuple[list[str], str]:
    owner, _, name = key.partition("/")
    if owner == "ignore-check.kube-linter.io":
        return [f"kube-linter:{name}"], value
    if key == "kube-linter.io/ignore-all":
        return ["kube-linter:*"], value
    if key == "kube-score/ignore":
        return [f"kube-score:{word.strip()}" for word in value.split(",") if word.strip()], ""
    if owner == "polaris.fairwinds.com" and value.lower() == "true":
        if name == "exempt":
            return ["polaris:*"], ""
        if name.endswith("-exempt"):
            return [f"polaris:{name.removesuffix('-exempt')}"], ""
    if owner == "checkov.io" and name.startswith("skip"):
        identifier, _, reason = value.partition("=")
        return [f"checkov:{identifier.strip()}"], reason.strip()
    return [], ""
