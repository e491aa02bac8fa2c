"""The entry point: checks with options of every day go straight to the work, everything else through `click`."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

EXIT_INTERRUPTED = 130
_SETTINGS = frozenset({"DEVOPSLINT_OUTPUT", "_DEVOPSLINT_COMPLETE"})
"""Variables that only `click` reads: what to write, and what a shell wants to complete."""
_COMMANDS = frozenset({"baseline", "check", "completion", "config", "explain", "files", "migrate", "rule", "rules"})


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code: 0 clean, 1 findings, 2 usage, configuration, rule or internal error."""
    interruptible = False
    try:
        if arguments is None:
            arguments = sys.argv[1:]
            _look_for_no_modules_here()
            interruptible = _take_one_interrupt()
            _collect_seldom()
        if arguments == ["--version"]:
            from devopslint import __version__

            print(f"devopslint {__version__}")
            code = 0
        else:
            code = _run(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()  # what can't be written is told now, and not by Python at exit
        if interruptible:
            _end_at_once()
    except KeyboardInterrupt:
        _leave_stdout()
        if interruptible:
            _take_no_interrupt()
            if sys.platform == "linux":  # elsewhere Python has to tell the system of semaphores
                os._exit(EXIT_INTERRUPTED)
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # what reads our output has enough of it
        _leave_stdout()
        return 0
    except Exception as error:
        return _failed(error, arguments or [])
    return code


def _take_one_interrupt() -> bool:
    """Let the first Ctrl-C be an exception that all is tidied up after, the second nothing, and the third the end.

    Say whether that could be done: somebody else may have decided what Ctrl-C is.
    """
    signal = _signals()
    taken = 0

    def take(_number: int, _frame: object) -> None:
        nonlocal taken
        taken += 1
        if taken == 1:
            raise KeyboardInterrupt
        if taken > 2:
            os._exit(EXIT_INTERRUPTED)

    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return False
    signal.signal(signal.SIGINT, take)
    return True


def _signals() -> Any:
    """Return the module of signals, without the enumerations that its public half makes at the cost of a start."""
    try:
        import _signal  # type: ignore[import-not-found]
    except ImportError:
        import signal

        return signal
    return _signal


def _collect_seldom() -> None:
    """Look for circles of objects that nobody has any more after every 50,000 new ones: findings are many, and none."""
    import gc

    gc.set_threshold(50_000, 20, 20)


def _end_at_once() -> None:
    """Let Python not look for circles when it ends: all memory is free then."""
    import gc

    gc.freeze()


def _take_no_interrupt() -> None:
    """Let one that comes while Python ends not change how it does."""
    signal = _signals()
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _leave_stdout() -> None:
    """Drop what is still to be written to standard output: at exit Python would wait for a reader, or complain."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, AttributeError, ValueError):
        return


def _look_for_no_modules_here() -> None:
    """Take the current folder off the places that modules are imported from: it may be a stranger's repository.

    `python -m` puts it there. Our own checkout stays, as the last of them.
    """
    try:
        here = os.getcwd()
    except OSError:  # it has been removed
        return
    if __name__ == "__main__" and not sys.flags.safe_path and sys.path[:1] == [here]:
        sys.path[:] = [folder for folder in sys.path if folder not in {"", here}]
        if here == os.path.dirname(os.path.dirname(os.path.abspath(__file__))):
            sys.path.append(here)


def _run(arguments: list[str]) -> int:
    words = arguments[1:] if arguments[:1] == ["check"] else arguments
    is_check = not (words and words is arguments and words[0] in _COMMANDS)
    if is_check and not _SETTINGS & os.environ.keys():
        from devopslint.commands.plain_options import plain_request

        request = plain_request(words)
        if request is not None:
            from devopslint.commands.check import check

            return check(request)
    from devopslint.cli import run

    return run(arguments)


def _failed(error: Exception, arguments: list[str]) -> int:
    """Tell what went wrong, and return 2: Python's own exit code, 1, would say that there are findings."""
    from devopslint.commands.telling import explained, tell

    message = explained(error)
    if message is not None:
        tell(message + _command_meant(message, arguments))
        if isinstance(error, OSError):
            _leave_stdout()
    else:
        from traceback import print_exception

        print_exception(error)
        tell("this is a fault of devopslint itself; please report it with the lines above")
    return 2


def _command_meant(message: str, arguments: list[str]) -> str:
    """Return the command that was probably meant by a word that is taken for a path which is not there."""
    misplaced = next(
        (one for one in arguments[1:] if one in _COMMANDS and message == f"{one}: no such file or folder"), ""
    )
    if misplaced:
        return f": a command stands before its options (`devopslint {misplaced} …`)"
    if not arguments or not message.startswith(f"{arguments[0]}: no such file"):
        return ""
    from devopslint.policy.suggestion import suggestion

    return "" if "did you mean" in message else suggestion(arguments[0], sorted(_COMMANDS))


if __name__ == "__main__":
    sys.exit(main())
