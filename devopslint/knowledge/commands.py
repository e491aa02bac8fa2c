"""Shell commands as subjects of rules, whichever artifact their script stands in."""

from __future__ import annotations

import re
from functools import lru_cache

from devopslint.policy.subject import Later, Place, Subject
from devopslint.syntax.bounded_parse import MOST_LOOKS
from devopslint.syntax.patterns import lazily
from devopslint.syntax.shell import option_words
from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from devopslint.policy.artifact import Unit
    from devopslint.syntax.fragment import Fragment
    from devopslint.syntax.shell import Command, Script
    from devopslint.syntax.tree import Document, Mark

KIND = "shell.command"
SCRIPT = "shell.script"
_PLAIN = lazily(
    r"\s*(?!(?:case|declare|do|done|echo|elif|else|esac|exec|fi|for|function|if|let|local|mapfile|popd|pushd|read|readarray"
    r"|select|set|shopt|source|test|then|typeset|until|while)\b)[A-Za-z][\w./:@,+%-]*+(?:[ \t]++[\w./:@=,+%-]++)*+\s*+"
)
_OF_SECRETS = ("passw", "passphrase", "secret", "token", "auth", "apikey", "api-key", "api_key")
_BUNDLE_CONFIG = lazily(r"bundle\s+config")
_filters: dict[frozenset[str], re.Pattern[str]] = {}


@lru_cache(maxsize=16)
def wanted_commands(wanted: frozenset[str]) -> frozenset[str] | None:
    """Return the command names that rules are on, from `Unit.wanted`; `None` when a rule is on all of them."""
    if KIND in wanted:
        return None
    prefix = KIND + "."
    return frozenset(name[len(prefix) :] for name in wanted if name.startswith(prefix))


def mentions(text: str, names: frozenset[str] | None) -> bool:
    """Say whether a text may hold a command with one of these names (`None`: any), without parsing it."""
    if names is None:
        return bool(text)
    if not names:
        return False
    pattern = _filters.get(names)
    if pattern is None:
        alternatives = "|".join(re.escape(name) for name in sorted(names))
        pattern = _filters[names] = re.compile(rf"(?:(?<![\w.-])|(?<=\s-m))(?:{alternatives})(?![\w-])")
    return pattern.search(text) is not None


def command_subjects(
    fragment: Fragment,
    document: Document,
    parents: Mapping[str, Subject],
    address: str,
    context: Any = None,
    *,
    names: frozenset[str] | None = None,
    read: Callable[[], Script] | None = None,
    is_read: bool = False,
) -> Iterator[Subject]:
    """Yield a subject `shell.command` for every command of a script whose name is in `names` (`None`: every command).

    The type is the command's name. The value is a mapping: `name`; `args` (each word's text, UNKNOWN where it expands);
    `words` (each word's text as it stands); `subcommand` (the first word that is no option); `flags` (each option, with
    its attached value or true); `assignments`. The `context` is a `CommandContext`, whose `owner` is what is given here.
    Nothing is parsed when no name occurs in the text. `read` gives the script where the artifact keeps it itself, which
    somebody may have read already (`is_read`).
    """
    if not is_read and not mentions(fragment.text, names):
        return
    script = read() if read is not None else _read(fragment)
    for command in script.commands:
        if command.name and (names is None or command.name in names):
            yield command_subject(command, document, parents, address, context)


def command_subject(
    command: Command, document: Document, parents: Mapping[str, Subject], address: str, context: Any = None
) -> Subject:
    """Return the subject of one command."""
    header = command.name_word.mark if command.name_word is not None else command.mark
    return Later(
        KIND,
        lambda: _value_of(command, header),
        document,
        command.name,
        f"{address} `{command.name}`".lstrip(),
        header,
        parents,
        CommandContext(command, context),
    )


def _value_of(command: Command, header: Mark) -> Map:
    """Return the value of the subject of a command."""
    start, end = command.mark
    value = Map(start, end)
    value.header = header
    name_mark = (*header, *header)
    value.put("name", command.name, name_mark)
    args, words, flags = Seq(start, end), Seq(start, end), Map(start, end)
    flags.header = header
    for word in command.words:
        mark = word.mark
        args.add(word.value, mark)
        words.add(word.text, mark)
        if "subcommand" not in value and not word.text.startswith("-"):
            value.put("subcommand", word.value, (*mark, *mark))
    for index, options in option_words(command.words, command.name):
        mark = args.at[index]
        for flag, attached in options:
            if flag not in flags:
                flags.put(flag, True if attached is None else attached, (*mark, *mark))
    value.put("args", args, name_mark)
    value.put("words", words, name_mark)
    value.put("flags", flags, name_mark)
    assignments = Map(start, end)
    for assignment in command.assignments:
        where = assignment.mark
        inner = assignment.value.mark if assignment.value is not None else where
        assignments.put(assignment.name, assignment.value.value if assignment.value else "", (*where, *inner))
    value.put("assignments", assignments, name_mark)
    return value


def script_subject(
    fragment: Fragment,
    document: Document,
    parents: Mapping[str, Subject],
    address: str,
    context: ScriptContext,
) -> Subject:
    """Return the subject `shell.script` of a whole script; its value has the `shell` that reads it, if that is known."""
    context.fragment = fragment
    start, end = fragment.mark(0, len(fragment.text))
    value = Map(start, end)
    value.header = fragment.mark(0, max(len(fragment.text.split("\n", 1)[0]), 1))
    value.put("shell", UNKNOWN if context.shell is None else context.shell, (*value.header, *value.header))
    return Subject(SCRIPT, value, document, "", address, value.header, parents, context)


def tell_if_unread(unit: Unit, fragment: Fragment, read: Callable[[], Script]) -> None:
    """Tell a unit of a script that is too hard to read."""
    if len(fragment.text) > MOST_LOOKS and (unread := read().unread) is not None:
        start, end = unread.mark(0, max(len(unread.text.split("\n", 1)[0]), 1))
        message = "this script is so broken and so long that reading it takes too long: it is not judged"
        unit.report("core/not-analysed", Place(unread.source, start, end), message=message)


def is_plain(text: str) -> bool:
    """Say whether a script is one command of plain words, in which nothing can be wrong for a shell, and no secret stands."""
    if _PLAIN.fullmatch(text) is None:
        return False
    lower = text.lower()
    return not any(map(lower.__contains__, _OF_SECRETS)) and _BUNDLE_CONFIG.search(lower) is None


class ScriptContext:
    """What a check on a script can ask.

    `shell` is the one that reads it (`bash`, `dash`, `ash`, `sh` for one that may be any of them), `None` when that is
    not known; `errexit` says whether it ends with the first command that fails. `known` are variables that certainly
    hold a value, `declared` those that get one where the script is run, known or not; `owner` is the context of the
    artifact, `fragment` the script as it stands.
    """

    __slots__ = ("_read", "declared", "errexit", "fragment", "known", "owner", "shell")

    def __init__(
        self,
        read: Callable[[], Script],
        owner: Any,
        *,
        shell: str | None,
        errexit: bool,
        known: Callable[[str], bool],
        declared: Callable[[str], bool],
    ) -> None:
        self._read = read
        self.declared = declared
        self.fragment: Fragment | None = None
        self.owner = owner
        self.shell = shell
        self.errexit = errexit
        self.known = known

    @property
    def script(self) -> Script:
        """The script, read when first asked for."""
        return self._read()


class CommandContext:
    """What a check on a command can ask: the command, its whole script, and the context of the artifact."""

    __slots__ = ("command", "owner")

    def __init__(self, command: Command, owner: Any) -> None:
        self.command = command
        self.owner = owner

    @property
    def script(self) -> Script:
        """All commands of the script."""
        return self.command.script


def _read(fragment: Fragment) -> Script:
    from devopslint.syntax.shell_reader import read_shell

    return read_shell(fragment)
