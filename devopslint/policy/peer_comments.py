"""The comments and annotations by which peers are told to be silent, read as ours: `peer:id` are their words.

Sources: the peers' own documentation of hadolint, zizmor, checkov, trivy, tfsec, tflint, kics, kube-linter, kube-score,
polaris, shellcheck and BuildKit. What a comment covers is what it covers there, as far as their findings point where ours do.
"""

from __future__ import annotations

import re

from devopslint.policy.ignores import WHOLE_FILE, Ignore, is_date

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from devopslint.policy.comments import Comment
    from devopslint.policy.extents import Extents
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Map

_HADOLINT = re.compile(
    r"hadolint[ \t]+(global[ \t]+)?ignore[ \t]*=[ \t]*(\w+(?:[ \t]*,[ \t]*\w+)*)[ \t]*(?:#[ \t]*(.*))?"
)
_ZIZMOR = re.compile(r"zizmor:[ \t]*ignore\[([^\]]*)\][ \t]*(.*)")
_CHECKOV = re.compile(
    r"(?:checkov|bridgecrew|cortex):skip[ \t]*=[ \t]*(\w+(?:[ \t]*,[ \t]*\w+)*)(?:[ \t]*:[ \t]*(.*))?"
)
_TRIVY = re.compile(r"(?:trivy|tfsec):ignore:([\w*-]+)(?:\[([^\]]{0,300})\])?((?::(?:exp|ws):[^\s:]+)*)")
_TFLINT = re.compile(r"tflint-ignore(-file)?:[ \t]*([\w*-]+(?:[ \t]*,[ \t]*[\w*-]+)*)[ \t]*(?:(?:#|//)[ \t]*(.*))?")
_KICS = re.compile(r"kics-scan[ \t]+(ignore-line|ignore-block|ignore|disable|enable)\b(?:[ \t]*=[ \t]*([\w, /.-]+))?")
_SHELLCHECK = re.compile(r"shellcheck[ \t]+(?:\w+=\S+[ \t]+)*disable=([\w,-]+)[ \t]*(?:#?[ \t]*(.*))?")
_BUILDKIT = re.compile(r"check[ \t]*=(?:[^;]*;)*?[ \t]*skip[ \t]*=[ \t]*(\w+(?:[ \t]*,[ \t]*\w+)*)[ \t]*(?:;|\Z)")


MOST_LINES = 500
"""Lines of a node in which the value of an attribute is sought."""


def peer_ignores(comment: Comment, extents: Extents) -> Iterator[Ignore]:
    """Yield what a comment says to peers."""
    text = comment.text.rstrip()
    for word, read in _READERS.items():
        if text.startswith(word):
            yield from read(text, comment, extents)
            return


def _made(comment: Comment, peer: str, words: str, reason: str | None = "") -> Ignore:
    """Return what silences some rules of a peer on the line of a comment."""
    line, column = comment.line, comment.column
    ignore = Ignore("ignore", line, column, comment.text_column + len(comment.text))
    ignore.peer = peer
    ignore.reason = (reason or "").strip()
    names = [word.strip() for word in words.split(",") if word.strip()]
    ignore.words = [(f"{peer}:{'*' if word == 'all' else word}", line, column) for word in names]
    return ignore


def _on_node(ignore: Ignore, comment: Comment, extents: Extents) -> Ignore:
    """Let what stands on a line of its own cover the node below it."""
    if comment.alone:
        ignore.owner = ignore.first = extents.next_code_line(comment.line)
        ignore.last = extents.last_line(ignore.owner)
    return ignore


def _on_file(ignore: Ignore) -> Ignore:
    ignore.first, ignore.last = WHOLE_FILE
    return ignore


def _hadolint(text: str, comment: Comment, extents: Extents) -> Iterator[Ignore]:
    found = _HADOLINT.match(text)
    if found:
        ignore = _made(comment, "hadolint", found.group(2), found.group(3))
        codes = [word for word, _, _ in ignore.words if word.startswith("hadolint:SC")]
        ignore.words += [(f"shellcheck:{code[9:]}", comment.line, comment.column) for code in codes]
        yield _on_file(ignore) if found.group(1) else _on_node(ignore, comment, extents)


def _zizmor(text: str, comment: Comment, extents: Extents) -> Iterator[Ignore]:
    """Zizmor heeds a comment anywhere in a span of the finding, and such a span is a whole node, often a whole step.

    What stands in a script is a comment of the script to it, and none of the workflow.
    """
    found = _ZIZMOR.match(text)
    if found and comment.held is None:
        ignore = _on_node(_made(comment, "zizmor", found.group(1), found.group(2)), comment, extents)
        if not comment.alone:
            ignore.last = extents.last_line(comment.line)
        step = _step_around(comment.line, extents)
        if step and step[0] <= comment.line:
            ignore.first, ignore.last, ignore.owner = *step, step[0]
        yield ignore


def _step_around(line: int, extents: Extents) -> tuple[int, int] | None:
    """Return the lines of the innermost item of a list of mappings that a line stands in, its first line left out."""
    above = line
    for _ in range(8):
        first, last = extents.block_of(above)
        if first >= above or extents.form != "yaml":
            return None
        if extents.line(first).lstrip().startswith("- "):
            return first, last
        above = first
    return None


def _checkov(text: str, comment: Comment, extents: Extents) -> Iterator[Ignore]:
    found = _CHECKOV.match(text)
    if found:
        ignore = _made(comment, "checkov", found.group(1), found.group(2))
        ignore.first, ignore.last = extents.block_of(comment.line)
        yield ignore


def _trivy(text: str, comment: Comment, extents: Extents) -> Iterator[Ignore]:
    for found in _TRIVY.finditer(text):
        identifier, values, more = found.groups()
        ignore = _on_node(_made(comment, "trivy", identifier), comment, extents)
        if not comment.alone and extents.form == "hcl":
            ignore.last = extents.last_line(comment.line)
        expiry = re.search(r":exp:([^\s:]+)", more)
        ignore.until = expiry.group(1) if expiry else ""
        if ":ws:" in more or (expiry and not is_date(ignore.until)):  # a workspace is not known from the files
            continue
        if not values or _has_values(values, ignore, extents):
            yield ignore


def _has_values(values: str, ignore: Ignore, extents: Extents) -> bool:
    """Say whether the attributes that a comment names (`[from_port=3306]`) have these values in what it covers."""
    for pair in values.split(","):
        name, _, value = pair.partition("=")
        said = re.compile(
            rf"\s*{re.escape(name.strip().rpartition('.')[2])}\s*=\s*\"?{re.escape(value.strip())}\"?\s*(?:[#/].*)?$"
        )
        lines = range(ignore.first, min(ignore.last, ignore.first + MOST_LINES) + 1)
        if not any(said.match(extents.line(number)) for number in lines):
            return False
    return True


def _tflint(text: str, comment: Comment, extents: Extents) -> Iterator[Ignore]:
    """Tflint heeds a comment on the line of the finding or on the one above it."""
    found = _TFLINT.match(text)
    if found:
        ignore = _made(comment, "tflint", found.group(2), found.group(3))
        if found.group(1):
            ignore = _on_file(ignore)
        elif comment.alone:
            ignore.owner = ignore.first = ignore.last = extents.next_code_line(comment.line)
        yield ignore


def _kics(text: str, comment: Comment, extents: Extents) -> Iterator[Ignore]:
    """Kics heeds what is meant for the file only at its top."""
    found = _KICS.match(text)
    if found is None:
        return
    verb, words = found.groups()
    if (verb in {"disable", "enable"}) is not bool(words):
        return
    if not verb.startswith("ignore-"):
        if extents.next_code_line(0) > comment.line:
            ignore = _made(comment, "kics", words if verb == "disable" else "*")
            if verb == "enable":
                others = ",".join(word.strip() for word in words.split(","))
                ignore.words = [(f"kics:!{others}", comment.line, comment.column)]
            yield _on_file(ignore)
        return
    ignore = _on_node(_made(comment, "kics", "*"), comment, extents)
    if verb == "ignore-line":
        ignore.last = ignore.first
    yield ignore


def _shellcheck(text: str, comment: Comment, extents: Extents) -> Iterator[Ignore]:
    """Shellcheck takes a comment above the first command for one on the whole script."""
    found = _SHELLCHECK.match(text)
    if found is None or not comment.alone or comment.held is None:
        return
    words = re.sub(r"(?<![\w])(\d)", r"SC\1", found.group(1))
    ignore = _on_node(_made(comment, "shellcheck", words, found.group(2)), comment, extents)
    start = extents.source.position(comment.held[0])[0]
    if extents.form == "yaml":
        start += 1
    if not any(extents.line(number).strip()[:1] not in {"", "#"} for number in range(start, comment.line)):
        ignore.first, ignore.last, ignore.owner = *WHOLE_FILE, 0
    yield ignore


def _buildkit(text: str, comment: Comment, extents: Extents) -> Iterator[Ignore]:
    """BuildKit heeds a directive at the top of the file, and nothing further down."""
    found = _BUILDKIT.match(text)
    if found and comment.line <= len(extents.directives()):
        yield _on_file(_made(comment, "buildkit", found.group(1)))


_READERS: Mapping[str, Callable[[str, Comment, Extents], Iterator[Ignore]]] = {
    "hadolint": _hadolint,
    "zizmor": _zizmor,
    "checkov": _checkov,
    "bridgecrew": _checkov,
    "cortex": _checkov,
    "trivy": _trivy,
    "tfsec": _trivy,
    "tflint": _tflint,
    "kics-scan": _kics,
    "shellcheck": _shellcheck,
    "check": _buildkit,
}


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
    if owner in {"checkov.io", "bridgecrew.io"} and name.startswith("skip"):
        identifier, _, reason = value.partition("=")
        return [f"checkov:{identifier.strip()}"], reason.strip()
    return [], ""
