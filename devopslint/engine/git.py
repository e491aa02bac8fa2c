"""Asking git about a repository that may be a stranger's, so that nothing which the repository says is run or fetched.

What its `.git` holds may name programs: a file-system monitor, hooks, filters, helpers that fetch what is missing. The
first two are turned off here. Filters are asked only for the content of a working tree, so no question may be about that:
`diff-index --cached` and never `diff`. And no transport is allowed, for a partial clone would fetch by itself.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SETTINGS = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.quotePath=false",
    "safe.bareRepository=explicit",
)
_KEPT = frozenset({"GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_SYSTEM", "GIT_CEILING_DIRECTORIES"})
"""What the user says of configuration files and of how far up to look."""
_ADDED = {"LC_ALL": "C", "GIT_ALLOW_PROTOCOL": "", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}


class NoGitError(Exception):
    """There is no git in the folders of `PATH`, or it can't be run."""


def ask_git(folder: str, *arguments: str) -> Any:
    """Run git in a folder and return what it came to (`subprocess.CompletedProcess` of bytes). Raises NoGitError."""
    import subprocess

    try:
        return subprocess.run(  # noqa: S603 (no word of it comes from the repository)
            _command(arguments),
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise NoGitError((error.strerror or str(error)).lower()) from None


def talk_to_git(folder: str, *arguments: str) -> Any:
    """Start git in a folder and return the process (`subprocess.Popen`), to be asked by its pipes. Raises NoGitError."""
    import subprocess

    try:
        return subprocess.Popen(  # noqa: S603
            _command(arguments),
            cwd=folder,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise NoGitError((error.strerror or str(error)).lower()) from None


def _command(arguments: tuple[str, ...]) -> list[str]:
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    return [_program(), "--no-pager", "--no-optional-locks", *settings, *arguments]


def _program() -> str:
    """Return the path of git, looked for in absolute folders only: others are those of the repository."""
    name = "git.exe" if os.name == "nt" else "git"
    for folder in _search_path():
        path = os.path.join(folder, name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise NoGitError("there is no git in the folders of PATH")


def _search_path() -> list[str]:
    return [folder for folder in os.get_exec_path() if os.path.isabs(folder)]


def _environment() -> dict[str, str]:
    """Return the environment without what could send git to another repository, or have it run, fetch or trace something."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _KEPT}
    return {**kept, **_ADDED, "PATH": os.pathsep.join(_search_path())}
