"""What a command does, without the command line: from a request to reports and an exit code."""

from __future__ import annotations

import os
import sys

from devopslint.config import Config, cache_folder, find_config, read_config

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from devopslint.engine.discover import Asked
    from devopslint.engine.profile import Costs
    from devopslint.engine.recognise import Recognised
    from devopslint.engine.run import Performer
    from devopslint.engine.workspace import Workspace
    from devopslint.policy.catalog import Catalog
    from devopslint.policy.finding import Report
    from devopslint.policy.selection import Selection
    from devopslint.report import Output
    from devopslint.report.options import Options
    from devopslint.report.practices import Practice

EXIT_CLEAN, EXIT_FINDINGS, EXIT_ERROR = 0, 1, 2
FEW_FILES = 8
"""Files below which neither a cache nor processes pay for what it costs to open them."""
GRAVITY = {"note": 0, "warning": 1, "error": 2, "never": 3}


class Request:
    """What a check was asked to do; `None` leaves a setting to the configuration."""

    __slots__ = (
        "category",
        "color",
        "config",
        "exit_zero",
        "fail_on",
        "force_exclude",
        "ignore",
        "jobs",
        "min_level",
        "no_cache",
        "no_config",
        "outputs",
        "paths",
        "profile",
        "profile_rules",
        "quiet",
        "rules_dirs",
        "select",
        "show_urls",
        "statistics",
        "stdin_filename",
        "strict",
    )

    def __init__(self, paths: Sequence[str] = ()) -> None:
        self.paths: Sequence[str] = paths or (".",)
        self.config: str | None = None
        self.no_config = False
        self.select: Sequence[str] = ()
        self.ignore: Sequence[str] = ()
        self.profile: str | None = None
        self.fail_on: str | None = None
        self.min_level: str | None = None
        self.rules_dirs: Sequence[str] = ()
        self.exit_zero = False
        self.strict = False
        self.force_exclude = False
        self.quiet = False
        self.stdin_filename: str | None = None
        self.outputs: Sequence[str] = ()
        self.color = "auto"
        self.show_urls = "auto"
        self.statistics = False
        self.category = ""
        self.jobs = 0
        self.no_cache = False
        self.profile_rules = False


class Session:
    """A request made ready: its root, configuration, catalog and selection."""

    def __init__(self, request: Request) -> None:
        from devopslint.engine.discover import find_root

        reads_stdin = "-" in request.paths
        places = [path for path in request.paths if path != "-"]
        if reads_stdin and request.stdin_filename:
            places.append(os.path.dirname(request.stdin_filename) or ".")
        self.root = find_root(places)
        self.costs: Costs | None = None
        self.config = _config(request, self.root, places)
        self.catalog = open_catalog(self.config, request.rules_dirs)
        self.selection = _selection(request, self.config)

    def check_selection(self) -> None:
        """Raise SelectionError when something is selected that does not exist."""
        selection = self.selection
        if selection.select or selection.ignore or selection.levels or selection.options:
            selection.check_words(self.catalog.rules())


def _config(request: Request, root: str, places: Sequence[str]) -> Config:
    if request.no_config:
        return Config()
    if request.config:
        return read_config(request.config)
    folders = [path if os.path.isdir(path) else os.path.dirname(os.path.abspath(path)) for path in places]
    start = os.path.commonpath([os.path.abspath(folder) for folder in folders]) if folders else root
    path = find_config(start, root)
    return read_config(path) if path else Config()


def _selection(request: Request, config: Config) -> Selection:
    from devopslint.policy.selection import Selection

    return Selection(
        request.select or config.words("select"),
        [*config.words("ignore"), *request.ignore],
        request.profile or config.text("profile", "default"),
        config.levels(),
        config.options(),
    )


def open_catalog(config: Config, rules_dirs: Sequence[str] = ()) -> Catalog:
    """Return the catalog: the rules that come with devopslint, and those of the folders that were named."""
    from devopslint.engine.artifacts import subject_kinds
    from devopslint.policy.catalog import PACKED_RULES, Catalog, RuleFolder, built_in_folder

    built_in = built_in_folder()
    index = os.path.join(built_in, "_index" if built_in == PACKED_RULES else ".index")
    folders = [RuleFolder(built_in, index, subject_kinds)]
    for folder, trusted in [*((path, True) for path in rules_dirs), *((path, False) for path in config.rules_dirs())]:
        absolute = os.path.abspath(folder)
        if not os.path.isdir(absolute):
            raise RulesFolderError(f"{folder}: no such folder of rules")
        folders.append(RuleFolder(absolute, _index_of(absolute), subject_kinds, from_user=True, trusted=trusted))
        if trusted and absolute not in sys.path:
            sys.path.append(absolute)
    return Catalog(folders)


class RulesFolderError(Exception):
    """A folder of rules that is not there."""


def _index_of(folder: str) -> str:
    from devopslint.engine.workspace import digest

    return os.path.join(cache_folder(), "rules", digest(os.fsencode(folder)))


def check(request: Request) -> int:
    """Run a check, write its reports, and return the exit code."""
    session = Session(request)
    session.check_selection()
    outputs = _outputs(request)
    workspace, asked = _workspace(request, session)
    from devopslint.engine.run import Run

    run = Run(workspace, session.catalog, session.selection, _performer(request, session, asked))
    report = run.check(asked)
    lowest = GRAVITY[request.min_level or session.config.text("min-level", "note")]
    if lowest:
        report = report.narrowed(lambda finding: GRAVITY[finding.level] >= lowest)
    _say_notes(report, request, outputs)
    _write(report, outputs, request, session, whole=asked.whole)
    if session.costs is not None:
        tell("\n".join(("what the rules cost, one by one and without a cache:", *session.costs.lines())))
    return _exit_code(report, request, session.config)


def _outputs(request: Request) -> list[Output]:
    """Return where reports go; what goes to no file goes to standard output, in `full` unless told.

    In GitHub Actions annotations follow it by themselves.
    """
    from devopslint.report import Output, parse_outputs

    asked = [*request.outputs, "statistics"] if request.statistics else request.outputs
    outputs = parse_outputs(asked) or [Output("full", None)]
    if not request.outputs and os.environ.get("GITHUB_ACTIONS") == "true":
        outputs.append(Output("github", None))
    return outputs


def _workspace(request: Request, session: Session) -> tuple[Workspace, Asked]:
    from devopslint.engine.discover import Asked, discover
    from devopslint.engine.workspace import MemoryWorkspace, Workspace
    from devopslint.policy.globs import GlobSet

    if "-" in request.paths:
        name = request.stdin_filename or "-"
        path = (
            os.path.relpath(os.path.abspath(name), session.root).replace(os.sep, "/") if name != "-" else "stdin.yaml"
        )
        return MemoryWorkspace({path: sys.stdin.buffer.read()}, session.root), Asked([path], [], False)
    excluded = GlobSet(session.config.words("exclude"))
    asked = discover(session.root, request.paths, excluded, force_exclude=request.force_exclude)
    return Workspace(session.root), asked


def _performer(request: Request, session: Session, asked: Asked) -> Performer:
    """Return how tasks are judged: a few files at once in this process, folders from the cache and in processes."""
    from devopslint.engine.run import one_by_one

    if request.quiet:
        from devopslint.engine.progress import silence

        silence()
    if request.profile_rules:
        from devopslint.engine.profile import Costs, profiled

        session.costs = Costs()
        return profiled(session.costs)
    if len(asked.found) + len(asked.given) < FEW_FILES and not request.jobs:
        return one_by_one
    from devopslint.engine.cache import Cache, cached
    from devopslint.engine.processes import Setup, cores, in_processes

    setup = Setup(session.root, session.catalog.folders, session.selection, remember=not request.no_cache)
    performer = in_processes(setup, request.jobs or cores(), chosen=request.jobs > 1)
    if request.no_cache:
        return performer
    folder = os.path.join(cache_folder(), "results")
    return cached(performer, Cache(folder, os.path.realpath(session.root), _environment(session)), prune=asked.whole)


def _environment(session: Session) -> str:
    """Return what, besides the files, decides the result of a task: version, code, rules and selection."""
    from devopslint import __version__
    from devopslint.engine.workspace import digest

    parts = [__version__, sys.version, session.selection.stamp(), *(folder.stamp for folder in session.catalog.folders)]
    folders = [os.path.dirname(os.path.abspath(__file__))]
    folders += [folder.folder for folder in session.catalog.folders if folder.from_user and folder.trusted]
    for folder in folders:
        parts.extend(_stamps_of_code(folder))
    for library in ("yaml", "tree_sitter", "tree_sitter_bash", "tree_sitter_hcl"):
        parts.append(_stamp_of_library(library))
    return digest("\0".join(parts).encode("utf-8", "surrogateescape"))


def _stamps_of_code(folder: str) -> list[str]:
    """Return size and time of every module below a folder: code changes while its version stays the same."""
    stamps = []
    for below, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            if name.endswith((".py", ".json", ".so", ".pyd")):
                status = os.stat(os.path.join(below, name))
                stamps.append(f"{below}/{name}:{status.st_size}:{status.st_mtime_ns}")
    return sorted(stamps)


def _stamp_of_library(name: str) -> str:
    from importlib.util import find_spec

    spec = find_spec(name)
    if spec is None or spec.origin is None:
        return name
    status = os.stat(spec.origin)
    return f"{name}:{status.st_size}:{status.st_mtime_ns}"


def _say_notes(report: Report, request: Request, outputs: list[Output]) -> None:
    """Print the notes of a run on standard error, unless a report for people has them already."""
    from devopslint.report import SHOWING_NOTES

    shown = any(output.format in SHOWING_NOTES and output.path is None for output in outputs)
    if not request.quiet and not shown:
        for note in report.notes:
            tell(note)


def tell(message: str) -> None:
    """Print lines on standard error, with nothing in them that a terminal or a CI service would obey."""
    from devopslint.report.style import obeys_commands
    from devopslint.report.text import plain

    text = "\n".join(plain(line) for line in f"devopslint: {message}".split("\n"))
    if obeys_commands(os.environ):
        from devopslint.report.commands import neutral

        text = neutral(text)
    print(text, file=sys.stderr)


def _write(report: Report, outputs: list[Output], request: Request, session: Session, *, whole: bool) -> None:
    from devopslint.report import write_output
    from devopslint.report.options import options_for_stream

    def practices() -> list[Practice]:
        from devopslint.practices import practices_checked

        return practices_checked(session.catalog, session.selection, report.summary, whole=whole)

    def options_for(_output: Output, stream: TextIO) -> Options:
        return options_for_stream(
            stream,
            os.environ,
            color=request.color,
            show_urls=request.show_urls,
            quiet=request.quiet,
            category=request.category,
            practices=practices,
            warn=tell,
        )

    for output in outputs:
        write_output(output, report, sys.stdout, options_for)


def _exit_code(report: Report, request: Request, config: Config) -> int:
    if not report.successful:
        return EXIT_ERROR
    if request.strict and report.notes:
        return EXIT_ERROR
    lowest = GRAVITY[request.fail_on or config.text("fail-on", "warning")]
    failing = any(GRAVITY[finding.level] >= lowest for finding in report.active)
    return EXIT_FINDINGS if failing and not request.exit_zero else EXIT_CLEAN


def recognised_files(request: Request) -> list[Recognised]:
    """Return what every file that was asked for is, and why."""
    from devopslint.engine.recognise import recognise

    session = Session(request)
    workspace, asked = _workspace(request, session)
    paths = sorted({*asked.found, *asked.given})
    return [one for path in paths for one in recognise(path, workspace)]
