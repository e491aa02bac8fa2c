"""What people are told beside the reports: notes, and the errors that are theirs to mend, in words."""

from __future__ import annotations

import os
import sys


def tell(message: str) -> None:
    """Print lines on standard error, with nothing in them that a terminal or a CI service would obey."""
    from devopslint.report.style import obeys_commands
    from devopslint.report.text import plain

    text = "\n".join(plain(line) for line in f"devopslint: {message}".split("\n"))
    if obeys_commands(os.environ):
        from devopslint.report.commands import neutral

        text = neutral(text)
    print(text, file=sys.stderr)


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
    return str(error) if isinstance(error, known) else None
