"""Secrets that are written out in a RUN, or in a file of COPY."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.secrets import is_address, is_written_out
from devopslint.knowledge.credentials import find_assignments, looks_like_secret_name
from devopslint.knowledge.scripts.passwords import PASSWORD_OPTIONS
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Step
    from devopslint.knowledge.commands import ScriptContext
    from devopslint.policy.subject import Subject
    from devopslint.syntax.fragment import Fragment
    from devopslint.syntax.shell import Command, Word

    Options = Mapping[str, Any]

_LOGIN = lazily(
    r"""(?x)
    (?: machine\s+\S+\s+login\s+\S+\s+ (password) \s+ | :_ (password|authToken|auth) (?:\s+|=)     # .netrc, .npmrc
      | (?i: (authorization) \s*:\s* (?:bearer|basic|token|apikey)\s+ )                            # headers of HTTP
      | (?i: (identified\ by|(?:encrypted\ )?password) \s+' ) (?=[^\s']+')                           # SQL
      | (?<![\w.-])-D (?:[\w-]+\.)* ([\w-]*[pP]assword|secret|token) = )                              # properties of Java
    ([^\s'"]+)
    """
)
"""What speaks of a secret by its form: the last group is the value, the one in front of it the name."""
_NO_SECRET = lazily(r"\w*storepassword changeit|authorization \S{1,7}", re.IGNORECASE)
"""The password of Java's own store of certificates, and the token that stands for nobody."""
_BLANK = lazily(r"\s")
_FILE = lazily(r"\.(?:pem|key|crt|json|ya?ml|txt|env|p12|jks|pub|asc|gpg)$|^[a-z_-]+=")
_VALUED = frozenset({"--profile", "--location"})
_OF_CONFIG = frozenset({"config", "configure"})
_READ_ONLY = frozenset({"docker", "podman", "buildah", "kubectl", "gh", "apt-get", "apt", "apk", "yum", "dnf"})
"""Programs whose options of these names are names of secrets, or that have an eye on them elsewhere."""


def secret_in_run(subject: Subject, options: Options) -> Iterable[Problem]:
    """`PGPASSWORD=… psql`, `export TOKEN=…`, `echo "password=…" > /etc/app.conf`: the value stands in the history."""
    if subject.kind == "dockerfile.instruction":
        step: Step = subject.context
        return _in_heredocs(step) if step.instruction.heredocs else ()
    context: ScriptContext = subject.context
    return _in_script(context)


def _in_heredocs(step: Step) -> Iterator[Problem]:
    for heredoc in step.instruction.heredocs:
        yield from _in_text(heredoc.body, 0, heredoc.body.text)


def _in_script(context: ScriptContext) -> Iterator[Problem]:
    for command in context.script:
        for assignment in command.assignments:
            value = assignment.value
            if value is None or value.expands or not looks_like_secret_name(assignment.name):
                continue
            if is_written_out(value.text):
                yield Problem(place_of(value), name=assignment.name)
        yield from _in_arguments(command)
        if command.name in {"echo", "printf"} and not command.redirects and command.piped_to is None:
            continue
        for word in command.words:
            if word.expands or not _gives_a_name(word.text):
                continue
            if word.text in word.fragment.text[word.start : word.end]:
                offset = word.start + word.fragment.text[word.start : word.end].index(word.text)
                start, end = _put_in_by_sed(word.text) if command.name == "sed" else (0, len(word.text))
                yield from _in_text(word.fragment, offset + start, word.text[start:end])
    for tree, node in context.script.nodes("heredoc_body"):
        yield from _in_text(tree.fragment, node.start_byte, tree.text(node))


def _gives_a_name(text: str) -> bool:
    """Say whether a text may say what a secret is called: a `=`, a `:` or a blank stands behind such a name."""
    return "=" in text or ":" in text or " " in text or not text.isprintable()


def _put_in_by_sed(text: str) -> tuple[int, int]:
    """Return where the text that the last `s/…/…/` of a word puts in begins and ends; without one, all of it."""
    blank = _BLANK.search(text)
    at = text.rfind("s", 0, blank.start() + 1 if blank else len(text))
    while at >= 0:
        mark = text[at + 1 : at + 2]
        line = text.find("\n", at)
        second = text.find(mark, at + 2) if mark else -1
        third = text.find(mark, second + 1) if second >= 0 else -1
        if third >= 0 and (line < 0 or third < line):
            return second + 1, third
        at = text.rfind("s", 0, at)
    return 0, len(text)


def _in_text(fragment: Fragment, offset: int, text: str) -> Iterator[Problem]:
    """Yield a problem for each secret that a text gives a name."""
    found = list(find_assignments(text))
    for match in _LOGIN.finditer(text):
        name, value = next(group for group in match.groups() if group), match[match.lastindex or 0]
        if not _NO_SECRET.fullmatch(f"{name} {value}"):
            found.append((name, *match.span(match.lastindex or 0)))
    for name, start, end in found:
        if "$" not in text[start:end] and name.upper() != "NOPASSWD" and is_written_out(text[start:end]):
            yield Problem(Place(fragment.source, *fragment.mark(offset + start, offset + end)), name=name)


def _in_arguments(command: Command) -> Iterator[Problem]:
    """Yield the values of options and settings with names of secrets: `--api-token x`, `config set db.password x`."""
    words = command.words
    options = () if command.name in _READ_ONLY else enumerate(words)
    for index, word in options:
        if word.text[:2] != "--" or word.expands:
            continue
        name, equals, value = word.text.partition("=")
        if name not in PASSWORD_OPTIONS.get(command.name, ()):
            following = words[index + 1] if index + 1 < len(words) else None
            if equals and looks_like_secret_name(name) and _is_value(value):
                yield Problem(place_of(word), name=name)
            elif not equals and _is_secret_option(name, following):
                assert following is not None
                yield Problem(place_of(following), name=name)
    for setting, content in () if _OF_CONFIG.isdisjoint(command.args) else _settings(command):
        if not content.expands and _is_value(content.text):
            yield Problem(place_of(content), name=setting.text)


def _is_secret_option(name: str, following: Word | None) -> bool:
    return (
        following is not None
        and not following.expands
        and not following.text.startswith("-")
        and looks_like_secret_name(name)
        and _is_value(following.text)
    )


def _is_value(text: str) -> bool:
    return is_written_out(text) and not is_address(text) and _FILE.search(text) is None


def _settings(command: Command) -> Iterator[tuple[Word, Word]]:
    """Yield the secrets that a package manager or `aws` is to keep, each with what it is called."""
    operands = command.operands(_VALUED)
    if not operands or operands[0].text not in _OF_CONFIG:
        return
    operands = operands[2 if len(operands) > 1 and operands[1].text == "set" else 1 :]
    if len(operands) < 2:
        return
    name, value = operands[0], operands[-1]
    if (
        name.text.startswith(("http-basic.", "github-oauth.", "gitlab-token.", "bearer.", "pypi-token."))
        or (command.name == "bundle" and "." in name.text and ":" in value.text)
        or looks_like_secret_name(re.split(r"[.:/]", name.text)[-1])
    ):
        yield name, value
