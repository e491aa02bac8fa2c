"""What a command does, without the command line: from a request to reports and an exit code."""

from __future__ import annotations

import os
import sys

from devopslint.commands.performer import memory_for, performer_for
from devopslint.commands.session import BASELINE_NAME, Session
from devopslint.commands.telling import leave_stdout, stay_inside, tell
from devopslint.config.settings import Config

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TextIO

    from devopslint.commands.replay import Replay
    from devopslint.commands.request import Request
    from devopslint.engine.discover import Asked
    from devopslint.engine.recognise import Recognised
    from devopslint.engine.workspace import Workspace
    from devopslint.policy.finding import Report
    from devopslint.report import Output
    from devopslint.report.options import Options
    from devopslint.report.practices import Practice

EXIT_CLEAN, EXIT_FINDINGS, EXIT_ERROR = 0, 1, 2
STDIN = "stdin.yaml"
"""What standard input is called when nobody says: its kind is found by its content."""
_NAMED = 3
"""So many modules that were not read are named."""
GRAVITY = {"note": 0, "warning": 1, "error": 2, "never": 3}


class Ready:
    """A request, ready to be judged."""

    __slots__ = ("asked", "ignoring", "memory", "session", "workspace")

    def __init__(self, request: Request) -> None:
        self.session = Session(request)
        self.session.check_selection()
        self.workspace, self.asked = asked_of(request, self.session)
        self.memory = memory_for(request, self.session, self.asked)
        self.ignoring = self.session.ignoring()

    def still_holds(self) -> bool:
        """Say whether all that was found in the last run is so still."""
        return self.memory is not None and self.memory.still_holds(self.workspace, self.asked, self.ignoring)


def check(request: Request) -> int:
    """Run a check, write its reports, and return the exit code."""
    outputs = _outputs(request)
    ready = Ready(request)
    session = ready.session
    replay = None
    if ready.memory is not None:
        from devopslint.commands.replay import replay_of

        replay = replay_of(request, session, ready.memory, outputs, _options_for(request), baseline_path)
    if replay is not None and ready.still_holds():
        from devopslint.report import write_again

        _stay_inside(outputs, session)
        code = replay.again(
            tell, lambda index, content: _put(outputs[index], lambda to: write_again(to, content, sys.stdout))
        )
        if code is not None:
            return code

    def say(message: str) -> None:
        tell(message)
        if replay is not None:
            replay.said(message)

    report = reported(_judged(ready, request), request, session)
    if request.strict:
        report = report.again([*report.notes, *_unsaid(report)])
    if request.add_ignore is not None:
        from devopslint.commands.write_ignores import write_ignores

        left = write_ignores(report, request.add_ignore, session, lambda: reported(judge(request)[0], request, session))
        return EXIT_FINDINGS if left else EXIT_CLEAN
    _say_notes(report, request, outputs, say)
    _write(report, outputs, request, ready, say, replay)
    if session.costs is not None:
        tell("\n".join(("what the rules cost, one by one and without a cache:", *session.costs.lines())))
    code = _exit_code(report, request, session, say)
    if replay is not None:
        replay.keep(code)
    return code


def judge(request: Request) -> tuple[Report, Session, Asked]:
    """Judge what a request asks for; return the report, what the request came to, and the files that were asked for."""
    ready = Ready(request)
    return _judged(ready, request), ready.session, ready.asked


def _judged(ready: Ready, request: Request) -> Report:
    from devopslint.engine.run import Run

    session, asked = ready.session, ready.asked
    run = Run(
        ready.workspace,
        session.catalog,
        session.selection,
        performer_for(request, session, asked, ready.memory),
        session.scopes,
        ready.ignoring,
        ready.memory,
    )
    report = adopted(run.check(asked), request, session, asked)
    if request.paths[0] == "-" and not request.stdin_filename and not report.summary.total_files:
        session.notes.append("what standard input holds can be said by a name for it: --stdin-filename Dockerfile")
    return report.again([*session.notes, *report.notes]) if session.notes else report


def reported(report: Report, request: Request, session: Session) -> Report:
    """Return a report without what is of a lower level than is asked for."""
    lowest = _threshold(session, "min-level", request.min_level, "note")
    if any(GRAVITY[finding.level] < lowest(finding.location.path) for finding in report.findings):
        report = report.narrowed(lambda finding: GRAVITY[finding.level] >= lowest(finding.path))
    return report


def _outputs(request: Request) -> list[Output]:
    """Return where reports go; what goes to no file goes to standard output, in `full` unless told.

    In GitHub Actions annotations follow it by themselves.
    """
    from devopslint.commands.request import said_on_the_line
    from devopslint.report import Output, OutputError, parse_outputs

    asked = [*request.outputs, "statistics"] if request.statistics else request.outputs
    try:
        outputs = parse_outputs(asked) or [Output("full", None)]
    except OutputError as error:
        raise (error if said_on_the_line(asked) else OutputError(f"DEVOPSLINT_OUTPUT: {error}")) from None
    if not request.outputs and os.environ.get("GITHUB_ACTIONS") == "true":
        outputs.append(Output("github", None))
    return outputs


def _workspace(request: Request, session: Session) -> tuple[Workspace, Asked]:
    from devopslint.engine.discover import Asked, Places, discover
    from devopslint.engine.workspace import MemoryWorkspace, Workspace

    if request.paths[0] == "-":
        name = Places().of(request.stdin_filename or STDIN)
        path = os.path.relpath(name, session.root).replace(os.sep, "/")
        return MemoryWorkspace({path: sys.stdin.buffer.read()}, session.root), Asked([path], [], False)
    return Workspace(session.root), discover(session.root, request.paths)


def asked_of(request: Request, session: Session) -> tuple[Workspace, Asked]:
    """Return the files of a request, without what the configurations exclude, and of the kinds that they say."""
    workspace, asked = _workspace(request, session)
    if request.force_exclude:
        asked = asked.as_found(session.root)
    asked = session.open_scopes(asked)
    if session.scopes is not None:
        workspace.kinds = session.scopes.kinds
    if session.excluding:
        workspace.excludes = lambda path: session.excluded_at(path) is not None
    return workspace, asked


def adopted(report: Report, request: Request, session: Session, asked: Asked) -> Report:
    """Return a report with what the baseline has marked, and without what the merge base has already."""
    if not request.no_baseline:
        report = _with_baseline(report, request, session, asked)
    if request.diff_base is not None:
        from devopslint.commands.diff_base import only_new

        report = only_new(report, request, session, asked)
    return report


def _with_baseline(report: Report, request: Request, session: Session, asked: Asked) -> Report:
    path = baseline_path(request, session)
    if request.baseline or os.path.exists(path):
        from devopslint.commands.judged import judged_in
        from devopslint.policy.baseline import with_baseline

        return with_baseline(report, path, asked.looked_at(), judged_in(session))
    if request.baseline or session.config.baseline():
        place = session.config.own_baseline_at(Config())
        session.notes.append(f"{place}: {os.path.relpath(path)} is not there: `devopslint baseline` writes it")
    return report


def baseline_path(request: Request, session: Session) -> str:
    """Return the path of the baseline, whether it is there or not. Raises PathError for one out of the repository."""
    if request.baseline:
        return request.baseline
    path = session.config.baseline() or os.path.join(session.root, BASELINE_NAME)
    if not request.config:
        stay_inside(path, session.root)
    return path


def _unsaid(report: Report) -> list[str]:
    """Return what an ordinary run only counts, and a strict one does not take for success."""
    notes = []
    undecided, modules = report.summary.undecided, report.summary.modules_not_read
    if undecided:
        checks = "1 check is" if undecided == 1 else f"{undecided} checks are"
        notes.append(f"{checks} left undecided, because a value can't be known: `devopslint explain` says which")
    if modules:
        called = "1 module is" if len(modules) == 1 else f"{len(modules)} modules are"
        named = ", ".join(f"`{source}`" for source in sorted(set(modules))[:_NAMED])
        more = ", …" if len(set(modules)) > _NAMED else ""
        notes.append(f"{called} not read, for nothing is downloaded and they are not in the repository: {named}{more}")
    return notes


def _say_notes(report: Report, request: Request, outputs: list[Output], say: Callable[[str], None]) -> None:
    """Print the notes of a run on standard error, unless a report for people has them; strict runs are never silent."""
    from devopslint.report import SHOWING_NOTES

    shown = any(output.format in SHOWING_NOTES and output.path is None for output in outputs) and not request.quiet
    if not shown and (request.strict or not request.quiet):
        for note in report.notes:
            say(note)


def _write(
    report: Report,
    outputs: list[Output],
    request: Request,
    ready: Ready,
    say: Callable[[str], None],
    replay: Replay | None,
) -> None:
    from devopslint.report import write_output

    session = ready.session

    def practices() -> list[Practice]:
        from devopslint.commands.practices import practices_checked

        return practices_checked(session.catalog, session.selection, report.summary, whole=ready.asked.whole)

    options_for = _options_for(request, practices, say)
    _stay_inside(outputs, session)
    for index, output in enumerate(outputs):
        parts: list[str] = []

        def write(to: Output, noted: list[str] | None = None if replay is None else parts) -> None:
            write_output(to, report, sys.stdout, options_for, noted)

        taken = _put(output, write)
        if replay is not None:
            replay.wrote(index, "".join(parts) if taken else None)


def _options_for(
    request: Request, practices: Callable[[], list[Practice]] | None = None, warn: Callable[[str], None] | None = None
) -> Callable[[Output, TextIO], Options]:
    """Return what gives the options of a report, once its stream is known."""
    from devopslint.report.options import options_for_stream

    return lambda _output, stream: options_for_stream(
        stream,
        os.environ,
        color=request.color,
        show_urls=request.show_urls,
        quiet=request.quiet,
        suppressed=request.suppressed,
        most=request.max_findings or 0,
        category=request.category,
        practices=practices,
        warn=warn,
    )


def _stay_inside(outputs: Sequence[Output], session: Session) -> None:
    """Raise PathError where a link on the way to an output may be a stranger's."""
    from devopslint.engine.discover import Places, is_below

    place_of = Places().of
    for output in outputs:
        if output.path is not None and is_below(place_of(output.path), session.root):
            stay_inside(output.path, session.root)


def _put(output: Output, write: Callable[[Output], None]) -> bool:
    """Write a report, and say whether all of it was taken: what reads our output may have enough of it."""
    from devopslint.report import OutputError

    try:
        write(output)
    except BrokenPipeError:  # the exit code stays what it is
        leave_stdout()
        return False
    except OutputError:
        if output.path is None:
            leave_stdout()
        raise
    return True


def _threshold(session: Session, name: str, asked: str | None, default: str) -> Callable[[str], int]:
    """Return what gives the lowest level that counts in a file: that of the command line, else of its configuration."""
    if asked is not None:
        return lambda path: GRAVITY[asked]
    known: dict[str, int] = {}

    def lowest(path: str) -> int:
        if path not in known:
            known[path] = GRAVITY[session.setting(path, name, default)]
        return known[path]

    return lowest


def _exit_code(report: Report, request: Request, session: Session, say: Callable[[str], None]) -> int:
    if not report.successful:
        return EXIT_ERROR
    if request.strict and report.notes:
        say(f"--strict takes {'this note' if len(report.notes) == 1 else 'these notes'} for an error")
        return EXIT_ERROR
    if request.strict and any(finding.rule == "core/unknown-ignore" for finding in report.active):
        say("--strict takes comments that name no rule for an error")
        return EXIT_ERROR
    lowest = _threshold(session, "fail-on", request.fail_on, "warning")
    failing = any(GRAVITY[finding.level] >= lowest(finding.location.path) for finding in report.active)
    return EXIT_FINDINGS if failing and not request.exit_zero else EXIT_CLEAN


def recognised_files(request: Request) -> list[Recognised]:
    """Return what every file that was asked for is, and why; tell of those given by name that are nothing known."""
    from devopslint.engine.recognise import recognise

    session = Session(request)
    workspace, asked = asked_of(request, session)
    paths = sorted({*asked.found, *asked.given})
    found = [one for path in paths for one in recognise(path, workspace)]
    known = {one.path for one in found}
    for path in asked.given:
        if path not in known:
            tell(f"{path}: not a kind of file that devopslint knows")
    if not found and not asked.given:
        tell("no file is of a kind that devopslint knows")
    return found
