"""What was asked for, whoever asks: the command line, the fast path beside it, a test."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class UsageError(Exception):
    """A request that makes no sense; the message is for the person who typed it."""


class Request:
    """What a check was asked to do; `None` leaves a setting to the configuration."""

    __slots__ = (
        "add_ignore",
        "analysers",
        "baseline",
        "category",
        "color",
        "config",
        "diff_base",
        "exit_zero",
        "fail_on",
        "force_exclude",
        "ignore",
        "jobs",
        "max_findings",
        "min_level",
        "no_baseline",
        "no_cache",
        "no_config",
        "no_ignores",
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
        "suppressed",
        "today",
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
        self.suppressed = False
        self.max_findings: int | None = None
        self.jobs = 0
        self.analysers: dict[str, str] = {}
        self.no_cache = False
        self.profile_rules = False
        self.add_ignore: str | None = None
        self.baseline: str | None = None
        self.no_baseline = False
        self.no_ignores = False
        self.diff_base: str | None = None
        self.today = os.environ.get("DEVOPSLINT_TODAY", "")


def said_on_the_line(outputs: Sequence[str]) -> bool:
    """Say whether reports were asked for by more than the environment."""
    return list(outputs) != os.environ.get("DEVOPSLINT_OUTPUT", "").split()


def check_usage(request: Request) -> None:
    """Let a name for standard input mean that it is read. Raises UsageError for a request that makes no sense."""
    if request.stdin_filename and list(request.paths) == ["."]:
        request.paths = ["-"]
    if "-" in request.paths and len(request.paths) > 1:
        raise UsageError("`-` is standard input, and stands alone: check files in a run of their own")
    if request.stdin_filename and "-" not in request.paths:
        raise UsageError("--stdin-filename names what is read from standard input: the only path is `-`")
    if request.add_ignore is not None and (request.no_ignores or "-" in request.paths):
        what = "--no-ignores" if request.no_ignores else "standard input"
        raise UsageError(f"--add-ignore writes comments into files that the next run heeds: not with {what}")
    if request.add_ignore is not None and (request.statistics or said_on_the_line(request.outputs)):
        what = "--statistics" if request.statistics else "--output"
        raise UsageError(f"--add-ignore writes comments and no report: not with {what}")
    for option, value, denied in (
        ("config", request.config, request.no_config),
        ("baseline", request.baseline, request.no_baseline),
    ):
        if value and denied:
            raise UsageError(f"--{option} and --no-{option} contradict each other")
    if request.today:
        from datetime import date

        try:
            sound = date.fromisoformat(request.today).isoformat() == request.today
        except ValueError:
            sound = False
        if not sound:
            raise UsageError(f"`{request.today}` is no date: write 2027-01-31")
