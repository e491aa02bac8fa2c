"""Errors that are the user's to mend, in words."""

from __future__ import annotations


def explain(error: Exception) -> str | None:
    """Return what to tell the user of an error of usage, configuration or rules; `None` for a fault of our own."""
    from devopslint.application import RulesFolderError
    from devopslint.baseline import BaselineError
    from devopslint.config import ConfigError
    from devopslint.diff_base import DiffBaseError
    from devopslint.engine.discover import PathError
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
    )
    return str(error) if isinstance(error, known) else None
