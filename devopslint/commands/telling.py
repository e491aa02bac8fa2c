"""What people are told beside the reports: notes, and the errors that are theirs to mend, in words."""

from __future__ import annotations

import os
import sys


def tell(message: str) -> None:
    """Print lines on standard error, with nothing in them that a terminal or a CI service would obey."""
    print(_harmless(f"devopslint: {message}"), file=sys.stderr)


def say(message: str) -> None:
    """Print a line on standard output, made as harmless as `tell` makes it, in whatever encoding that has."""
    text = _harmless(message)
    from devopslint.report import readable

    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(text.encode(encoding, readable(encoding)).decode(encoding))


def say_json(value: object) -> None:
    """Print a value as JSON that holds no command for a service which reads our output."""
    import json

    from devopslint.report.style import obeys_commands

    text = json.dumps(value, indent=2)
    if obeys_commands(os.environ):
        from devopslint.report.commands import neutral_json

        text = neutral_json(text)
    print(text)


def _harmless(message: str) -> str:
    from devopslint.report.style import obeys_commands
    from devopslint.report.text import plain

    lines = message.split("\n")
    text = "\n".join("\t".join(plain(piece) for piece in line.split("\t")) for line in lines)
    if obeys_commands(os.environ):
        from devopslint.report.commands import neutral

        text = neutral(text)
    return text


def stay_inside(path: str, root: str) -> None:
    """Raise PathError for a path below a repository that leads out of it or into what is git's, by `..` or by links."""
    from devopslint.engine.discover import PathError, is_below

    real = os.path.realpath(path)
    home = os.path.realpath(root)
    inside = is_below(real, home) and ".git" not in os.path.relpath(real, home).split(os.sep)
    if not inside:
        raise PathError(f"{os.path.relpath(path)}: leads out of the repository")


def leave_stdout() -> None:
    """Write no more to standard output, not even what is still to be written when Python ends."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def explained(error: Exception) -> str | None:
    """Return what to tell the user of an error of usage, configuration or rules; `None` for a fault of our own."""
    from devopslint.commands.catalog import RulesFolderError
    from devopslint.commands.diff_base import DiffBaseError
    from devopslint.commands.request import UsageError
    from devopslint.config.settings import ConfigError
    from devopslint.engine.discover import PathError
    from devopslint.policy.baseline import BaselineError
    from devopslint.policy.rule_files import RuleFileError
    from devopslint.policy.selection import SelectionError
    from devopslint.report import OutputError

    known = (
        BaselineError,
        DiffBaseError,
        RulesFolderError,
        ConfigError,
        PathError,
        RuleFileError,
        SelectionError,
        OutputError,
        UsageError,
    )
    if isinstance(error, known):
        return str(error)
    if isinstance(error, OSError) and error.strerror:  # a full disk, a right that is missing
        return f"{error.filename or 'standard output'}: {error.strerror.lower()}"
    return None
