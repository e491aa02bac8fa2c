"""The entry point: plain calls go straight to the work, everything else through `click`."""

from __future__ import annotations

import os
import sys

_FAST = frozenset({"--force-exclude"})
_SETTINGS = frozenset({"DEVOPSLINT_OUTPUT", "_DEVOPSLINT_COMPLETE"})
"""Variables that only `click` reads: what to write, and what a shell wants to complete."""
_COMMANDS = frozenset({"baseline", "check", "completion", "config", "explain", "files", "migrate", "rule", "rules"})


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code: 0 clean, 1 findings, 2 usage, configuration, rule or internal error."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments == ["--version"]:
        from devopslint import __version__

        print(f"devopslint {__version__}")
        return 0
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # What reads our output has enough of it; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _failed(error, arguments)


def _run(arguments: list[str]) -> int:
    words = arguments[1:] if arguments[:1] == ["check"] else arguments
    plain = all(not word.startswith("-") or word in _FAST for word in words) and not _SETTINGS & os.environ.keys()
    if plain and not (words and words is arguments and words[0] in _COMMANDS):
        return _fast_check(words)
    from devopslint.cli import run

    return run(arguments)


def _fast_check(words: list[str]) -> int:
    """Check without the cost of a command-line library, which matters to a hook."""
    from devopslint.commands.check import check
    from devopslint.commands.request import Request

    request = Request([word for word in words if not word.startswith("-")])
    request.force_exclude = "--force-exclude" in words
    return check(request)


def _failed(error: Exception, arguments: list[str]) -> int:
    """Tell what went wrong, and return 2: Python's own exit code, 1, would say that there are findings."""
    from devopslint.commands.telling import explained, tell

    message = explained(error)
    if message is not None:
        tell(message + _command_meant(message, arguments))
    else:
        from traceback import print_exception

        print_exception(error)
        tell("this is a fault of devopslint itself; please report it with the lines above")
    return 2


def _command_meant(message: str, arguments: list[str]) -> str:
    """Return the command that was probably meant by a first word that is taken for a path which is not there."""
    if not arguments or not message.startswith(f"{arguments[0]}: no such file"):
        return ""
    from devopslint.policy.suggestion import suggestion

    return "" if "did you mean" in message else suggestion(arguments[0], sorted(_COMMANDS))


if __name__ == "__main__":
    sys.exit(main())
