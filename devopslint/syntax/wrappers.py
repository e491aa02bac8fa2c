"""The commands that run another command: `sudo`, `env`, `xargs` and their like.

`uv pip` and `python -m pip` run `pip`. The options that take a value are those of the manual pages (sudo 1.9,
coreutils 9, util-linux 2.40, findutils 4.10).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from devopslint.syntax.shell import Command, Word

SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh"})
"""The shells whose `-c` takes a script that can be read like the one around it."""


def _options(words: str = "", operands: int = 0) -> tuple[frozenset[str], int]:
    return frozenset(words.split()), operands


WRAPPERS: dict[str, tuple[frozenset[str], int]] = {
    "sudo": _options("-u -g -h -p -C -D -R -T -U -r -t --user --group --host --prompt --chdir --chroot --role"),
    "doas": _options("-u -C"),
    "env": _options("-u -C --unset --chdir"),
    "time": _options("-f -o --format --output"),
    "exec": _options("-a"),
    "command": _options(),
    "builtin": _options(),
    "nice": _options("-n --adjustment"),
    "ionice": _options("-c -n --class --classdata"),
    "nohup": _options(),
    "setsid": _options(),
    "stdbuf": _options("-i -o -e --input --output --error"),
    "timeout": _options("-k -s --kill-after --signal", 1),
    "xargs": _options("-I -n -P -L -d -E -s -a --max-args --max-procs --delimiter --arg-file --max-lines --replace"),
    "gosu": _options("", 1),
    "su-exec": _options("", 1),
    "chroot": _options("", 1),
    "tini": _options("-p -e"),
    "dumb-init": _options("-r --rewrite"),
    "fakeroot": _options(),
    "eatmydata": _options(),
    "busybox": _options(),
    "uv": _options(),
    "python": _options(),
    "python2": _options(),
    "python3": _options(),
}
"""For each wrapper the options whose value is the next word, and how many words stand before the command it runs."""


def wrapped_at(command: Command) -> int | None:
    """Return the index of the word that names the command which a wrapper runs; `None` when it runs none."""
    valued, operands = WRAPPERS[command.name]
    words = command.words
    if command.name == "uv":
        return 0 if words and words[0].text == "pip" else None
    if command.name.startswith("python"):
        return _module_at(words)
    index = 0
    while index < len(words):
        text = words[index].text
        if text == "--":
            index += 1
            break
        if text.startswith("-") and len(text) > 1:
            if command.name == "command" and text in {"-v", "-V"}:
                return None
            if command.name == "env" and text.startswith(("-S", "--split-string")):
                return None
            index += 2 if text in valued else 1
        elif command.name in {"env", "sudo"} and _is_assignment(text):
            index += 1
        else:
            break
    return index + operands


def script_word(command: Command) -> Word | None:
    """Return the word that holds the script of `sh -c`, `su -c` or `eval`; `None` when there is none."""
    words = command.words
    at: int | None = None
    if command.name == "eval":
        at = 0 if len(words) == 1 else None
    else:
        for index, word in enumerate(words):
            text = word.text
            if text in {"-c", "--command"} or (
                text[:1] == "-" and text[1:2] != "-" and "c" in text and text[1:].isalpha() and command.name != "su"
            ):
                at = index + 1
                while at < len(words) and words[at].text[:1] in "-+" and command.name != "su":
                    at += 1 if words[at].text[1:2] != "o" else 2
                break
            if text[:1] != "-" and command.name != "su":
                break
    return words[at] if at is not None and at < len(words) else None


def _module_at(words: Sequence[Word]) -> int | None:
    """Return the index of `pip` in `python -I -m pip`; other modules are no commands of their own."""
    for index, word in enumerate(words[:-1]):
        if word.text == "-m":
            return index + 1 if words[index + 1].text == "pip" else None
        if not word.text.startswith("-"):
            break
    return None


def _is_assignment(text: str) -> bool:
    name, equals, _ = text.partition("=")
    return bool(equals) and name.isidentifier()
