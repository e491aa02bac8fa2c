"""Variables of a Dockerfile: what ARG and ENV make of `${NAME}`, and where the value came from.

The forms and scopes are those of the Dockerfile reference ("Environment replacement", "Scope" of ARG) and of
`frontend/dockerfile/shell/lex.go` of moby/buildkit.
"""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.words import PLAIN, split_pair, unquote
from devopslint.syntax.patterns import between_stars, lazily
from devopslint.syntax.tree import UNKNOWN, Candidate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from devopslint.artifacts.dockerfile.instruction import Instruction
    from devopslint.artifacts.dockerfile.words import Word
    from devopslint.syntax.source import Source

    Origin = tuple[Source, int, int, str]
    Scope = Mapping[str, "Value"]

PLATFORM_ARGS = frozenset(
    prefix + suffix for prefix in ("TARGET", "BUILD") for suffix in ("PLATFORM", "OS", "ARCH", "VARIANT")
) | {"TARGETOSVERSION", "TARGETSTAGE"}
"""What BuildKit sets in the global scope without an ARG; a stage has them after `ARG NAME`."""

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
PREDEFINED_ARGS = frozenset(
    (
        *_PROXIES,
        *(name.lower() for name in _PROXIES),
        "BUILDKIT_CACHE_MOUNT_NS",
        "BUILDKIT_CONTEXT_KEEP_GIT_DIR",
        "BUILDKIT_INLINE_CACHE",
        "BUILDKIT_MULTI_PLATFORM",
        "BUILDKIT_SANDBOX_HOSTNAME",
        "BUILDKIT_SYNTAX",
        "SOURCE_DATE_EPOCH",
    )
)
"""Build arguments that a stage can use without declaring them."""

_NAME = lazily(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]")
_OPERATOR = lazily(r":?[-+?]|##?|%%?|//?")
_DEPTH = 10
_LONGEST = 1 << 12
"""Characters that variables may bring into one word; what is longer is not known (`ENV A=$B$B`, line after line)."""
_LONGEST_PATTERN = 100
"""Characters of what is cut off or put in the place of something; each may be compared with each of the value."""
_MOST_WRITTEN = 1 << 20
"""Characters that a replacement may write."""
_MOST_ORIGINS = 20


def substitute(text: str, scope: Scope, escape: str = "\\") -> Expanded:
    """Expand the variables of a raw word (quotes and escapes included) and take its quotes off."""
    if "$" not in text:
        return Expanded(text, unquote(text, escape), (), ())
    expansion = _Expansion(scope, escape)
    value = expansion.text(text, 0)
    return Expanded(text, UNKNOWN if expansion.unknown else value, expansion.origins[:_MOST_ORIGINS], expansion.used)


def expand(word: Word, scope: Scope) -> Any:
    """Return a word as a value of the tree: its text, or an `Expanded` when variables stand in it."""
    if "$" in word.raw:
        raw = word.raw if word.plain is None else word.plain
        return substitute(raw, scope, word.escape)
    return word.value


def text_of(word: Word, scope: Scope) -> Any:
    """Return the resolved text of a word, or UNKNOWN."""
    value = expand(word, scope)
    return value.value if isinstance(value, Expanded) else value


def scope_behind_arg(instruction: Instruction, scope: Scope, outer: Scope | None) -> Scope:
    """Return the scope behind an ARG; `outer` is the global one that `ARG NAME` in a stage takes its value from."""
    changed = dict(scope)
    for word in instruction.words:
        pair = split_pair(word)
        name = pair.name.value
        held = scope.get(name)
        if held is not None and held.origins and held.origins[-1][3].startswith("ENV"):
            continue
        if pair.value is None:
            changed[name] = (outer or {}).get(name) or Value(UNKNOWN, optional=True)
            continue
        origin: Origin = (instruction.source, *instruction.fragment.mark(word.start, word.end), f"ARG `{name}`")
        changed[name] = _given(pair.value, changed, origin)
    return changed


def scope_behind_env(instruction: Instruction, scope: Scope) -> Scope:
    """Return the scope behind an ENV."""
    changed = dict(scope)
    for pair in instruction.pairs[0]:
        assert pair.value is not None
        name = text_of(pair.name, scope)
        if name is UNKNOWN:
            continue
        origin: Origin = (
            instruction.source,
            *instruction.fragment.mark(pair.name.start, pair.value.end),
            f"ENV `{name}`",
        )
        changed[name] = _given(pair.value, scope, origin)
    return changed


def _given(word: Word, scope: Scope, origin: Origin) -> Value:
    """Return what a variable stands for behind the ARG or ENV that gives it a word."""
    if "$" not in word.raw:
        return Value(word.value, (origin,))
    value = substitute(word.raw, scope, word.escape)
    return Value(value.value, (*value.origins, origin))


class Value:
    """What a variable stands for: a text or UNKNOWN, and the ARG or ENV lines it came through.

    An `optional` one is an ARG without a default: unset, unless the build gives it.
    """

    __slots__ = ("optional", "origins", "value")

    def __init__(self, value: Any, origins: Sequence[Origin] = (), *, optional: bool = False) -> None:
        self.value = value
        self.origins = tuple(origins)
        self.optional = optional


class Use:
    """A variable in a word: its name, its offsets in the word, and whether `-` or `+` provide for its absence."""

    __slots__ = ("at", "defaulted", "end", "known", "name")

    def __init__(self, name: str, at: int, end: int, *, known: bool, defaulted: bool) -> None:
        self.name = name
        self.at = at
        self.end = end
        self.known = known
        self.defaulted = defaulted


class Expanded:
    """A word with variables, as a value of the tree: `value` is its text, or UNKNOWN; `str()` is what stands there."""

    __slots__ = ("origins", "text", "used", "value")

    def __init__(self, text: str, value: Any, origins: Sequence[Origin], used: Sequence[Use]) -> None:
        self.text = text
        self.value = value
        self.origins = tuple(origins)
        self.used = used

    @property
    def candidates(self) -> tuple[Candidate]:
        """The one value it can have."""
        return (Candidate(self.value, self.origins),)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Expanded({self.text!r} -> {self.value!r})"


class _Expansion:
    __slots__ = ("escape", "origins", "scope", "size", "unknown", "used")

    def __init__(self, scope: Scope, escape: str) -> None:
        self.scope = scope
        self.escape = escape
        self.unknown = False
        self.size = 0
        self.origins: list[Origin] = []
        self.used: list[Use] = []

    def text(self, text: str, offset: int, depth: int = 0) -> str:
        found: list[str] = []
        quote = ""
        at = 0
        length = len(text)
        plain = PLAIN[self.escape]
        while at < length:
            run = plain.match(text, at)
            if run is not None:
                found.append(run.group())
                at = run.end()
                continue
            char = text[at]
            if quote == "'":
                if char == "'":
                    quote = ""
                else:
                    found.append(char)
            elif char == self.escape and at + 1 < length:
                following = text[at + 1]
                if quote and following not in ('"', "$", self.escape):
                    found.append(char)
                found.append(following)
                at += 1
            elif char == "$" and at + 1 < length:
                value, at = self.variable(text, at, offset, depth)
                self.size += len(value)
                if self.size > _LONGEST:
                    self.unknown = True
                    return ""
                found.append(value)
                continue
            elif char == quote:
                quote = ""
            elif not quote and char in "\"'":
                quote = char
            else:
                found.append(char)
            at += 1
        return "".join(found)

    def variable(self, text: str, at: int, offset: int, depth: int) -> tuple[str, int]:
        """Expand the variable whose `$` is at `at`; returns its value and the offset behind it."""
        if text[at + 1] != "{":
            match = _NAME.match(text, at + 1)
            if not match:
                return "$", at + 1
            return self.lookup(match.group(), offset + at, offset + match.end()), match.end()
        match = _NAME.match(text, at + 2)
        close = _closing(text, at + 2, self.escape)
        if not match or close < 0:
            self.unknown = True
            return "", len(text) if close < 0 else close + 1
        name = match.group()
        end = close + 1
        operator = _OPERATOR.match(text, match.end(), close)
        if not operator:
            if match.end() != close:
                self.unknown = True
                return "", end
            return self.lookup(name, offset + at, offset + end), end
        rest = text[operator.end() : close]
        where = offset + operator.end()
        return self.operate(name, operator.group(), rest, (offset + at, offset + end, where, depth)), end

    def operate(self, name: str, operator: str, rest: str, place: tuple[int, int, int, int]) -> str:
        start, end, where, depth = place
        kind = operator[-1]
        if depth > _DEPTH:
            self.unknown = True
            return ""
        if kind in "-+?":
            held = self.scope.get(name)
            self.used.append(Use(name, start, end, known=held is not None, defaulted=kind != "?"))
            if held is None:
                if kind == "?":
                    self.unknown = True
                return self.text(rest, where, depth + 1) if kind == "-" else ""
            if held.value is UNKNOWN:
                if held.optional and kind == "-":
                    return self.text(rest, where, depth + 1)
                self.unknown = True
                return ""
            is_set = bool(held.value) or ":" not in operator
            if kind == "+":
                return self.text(rest, where, depth + 1) if is_set else ""
            if is_set:
                self.origins.extend(held.origins)
                return str(held.value)
            return self.text(rest, where, depth + 1) if kind == "-" else ""
        value = self.lookup(name, start, end)
        pattern = self.text(rest, where, depth + 1)
        new = ""
        if kind == "/" and "/" in rest:
            pattern, _, new = pattern.partition("/")
        self.size += len(value)
        if len(pattern) > _LONGEST_PATTERN or len(value) * (len(new) + 1) > _MOST_WRITTEN:
            self.unknown = True
        return "" if self.unknown else _cut(value, operator, pattern, new)

    def lookup(self, name: str, start: int, end: int) -> str:
        held = self.scope.get(name)
        self.used.append(Use(name, start, end, known=held is not None, defaulted=False))
        if held is None or held.value is UNKNOWN:
            self.unknown = True
            return ""
        self.origins.extend(held.origins)
        return str(held.value)


def _closing(text: str, at: int, escape: str) -> int:
    depth = 1
    while at < len(text):
        char = text[at]
        if char == escape:
            at += 1
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    return -1


def _cut(value: str, operator: str, pattern: str, new: str) -> str:
    """Apply `#`, `##`, `%`, `%%`, `/` or `//`, whose patterns know `*` and `?`."""
    if operator[0] == "/":
        return _replaced(value, pattern, new, every=len(operator) == 2)
    if operator[0] == "%":
        return _without_start(value[::-1], pattern[::-1], longest=len(operator) == 2)[::-1]
    return _without_start(value, pattern, longest=len(operator) == 2)


def _without_start(value: str, pattern: str, *, longest: bool) -> str:
    match = re.match(between_stars(_pieces(pattern), ".*" if longest else ".*?"), value)
    return value[match.end() :] if match else value


def _replaced(value: str, pattern: str, new: str, *, every: bool) -> str:
    """Put something in the place of what fits first, or of all that fits: with a `*`, that is all up to its last end."""
    first, *others = _pieces(pattern)
    if not others:
        return re.sub(first, lambda _: new, value, count=0 if every else 1)
    begun = re.search(first, value)
    match = re.compile(between_stars(["", *others])).match(value, begun.end()) if begun else None
    return value[: begun.start()] + new + value[match.end() :] if begun and match else value


def _pieces(pattern: str) -> list[str]:
    return [re.escape(piece).replace(r"\?", ".") for piece in pattern.split("*")]


OF_THE_PLATFORM: Scope = {name: Value(UNKNOWN) for name in PLATFORM_ARGS}
"""What is set in front of the first FROM."""
OF_A_STAGE: Scope = {name: Value(UNKNOWN) for name in PREDEFINED_ARGS}
"""What is set at the beginning of a stage."""
OF_SCRATCH: Scope = {**OF_A_STAGE, "PATH": Value("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")}
"""The same where the stage builds on nothing."""
