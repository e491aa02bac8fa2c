"""The options of a check, as `click` has them, and the kinds of words that they take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from devopslint.policy.suggestion import suggestion
from devopslint.report import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable


class Word(click.Choice):  # type: ignore[type-arg]  # it takes an argument in newer versions only
    """One of some words; a wrong one is told of with the one that was probably meant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the word."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            meant = suggestion(str(value), [str(choice) for choice in self.choices])
            raise click.BadParameter(error.message.rstrip(".") + (meant or "."), ctx, param) from None


def rules_to_complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the ids of rules that begin as a word to be completed does, the last of several."""
    from devopslint.commands.catalog import open_catalog
    from devopslint.config.settings import Config

    before, comma, last = incomplete.rpartition(",")
    ids = [rule.id for rule in open_catalog(Config()).rules()]
    words = dict.fromkeys([*ids, *(name.rsplit("/", 1)[-1] for name in ids)])
    return [before + comma + word for word in words if word.startswith(last)] if last else []


def formats_to_complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the formats that begin as a word to be completed does."""
    return [name for name in FORMATS if name.startswith(incomplete)]


LEVELS = Word(["error", "warning", "note"])
CHECK_OPTIONS: list[Callable[[Any], Any]] = [
    click.argument("paths", nargs=-1, type=click.Path()),
    click.option(
        "--output",
        "outputs",
        multiple=True,
        metavar="FORMAT[:PATH]",
        envvar="DEVOPSLINT_OUTPUT",
        shell_complete=formats_to_complete,
        help="Write a report; may be given several times, at most once without a path (DEVOPSLINT_OUTPUT). "
        "Formats: full, concise, grouped, statistics, markdown; "
        "json, jsonl, sarif, github, gitlab, junit, checkstyle, rdjson, rdjsonl.",
    ),
    click.option(
        "--statistics",
        is_flag=True,
        help="Count instead of listing: by rule, and by practice with what was not checked.",
    ),
    click.option(
        "--select",
        multiple=True,
        metavar="WORDS",
        shell_complete=rules_to_complete,
        help="Run only these, parted by commas: ids, artifacts, tags, practices, ids of other tools (DL3007), globs.",
    ),
    click.option(
        "--ignore",
        multiple=True,
        metavar="WORDS",
        shell_complete=rules_to_complete,
        help="Leave these out: the same words.",
    ),
    click.option("--profile", type=Word(["default", "strict"]), help="strict adds what is a matter of taste."),
    click.option(
        "--fail-on",
        type=Word(["error", "warning", "note", "never"]),
        help="The lowest level that makes the exit code 1 (warning).",
    ),
    click.option("--min-level", type=LEVELS, help="The lowest level that is reported (note)."),
    click.option("--exit-zero", is_flag=True, help="Exit with 0 even when there are findings."),
    click.option(
        "--strict",
        is_flag=True,
        help="Exit with 2 when something was not looked at: files of no known kind, unknown ids, "
        "modules that are not here, undecided checks.",
    ),
    click.option("--rules-dir", "rules_dirs", multiple=True, type=click.Path(), help="A folder of your own rules."),
    click.option("--config", type=click.Path(), help="Use this configuration instead of the nearest .devopslint.yaml."),
    click.option("--no-config", is_flag=True, help="Use no configuration."),
    click.option(
        "--force-exclude",
        is_flag=True,
        help="Take files given by name for found ones, as hooks need it: heed `exclude`, pass over unknown kinds.",
    ),
    click.option(
        "--stdin-filename",
        metavar="PATH",
        help="What the file on standard input (`-`) is called; where the name does not tell its kind, what it holds does.",
    ),
    click.option("--jobs", "-j", type=click.IntRange(0), default=0, metavar="N", help="Processes to use (0: as fits)."),
    click.option(
        "--shellcheck",
        type=Word(["auto", "on", "off"]),
        help="Let ShellCheck look at scripts: where it is installed (auto), always, never.",
    ),
    click.option("--no-cache", is_flag=True, help="Neither read nor write the cache of results."),
    click.option("--profile-rules", is_flag=True, help="Say on standard error what each rule costs."),
    click.option(
        "--max-findings",
        type=click.IntRange(1),
        metavar="N",
        help="Show only the N gravest in full, grouped and concise; all count.",
    ),
    click.option("--quiet", "-q", is_flag=True, help="Print findings only."),
    click.option("--color", type=Word(["auto", "always", "never"]), default="auto", help="Colour the report."),
    click.option(
        "--show-urls",
        type=Word(["auto", "always", "never"]),
        default="auto",
        help="Print the pages of the rules.",
    ),
    click.option("--no-ignores", is_flag=True, help="Heed no comment that silences a finding."),
    click.option("--today", metavar="DATE", help="The day (2027-01-31) by which `until=` of comments is judged."),
    click.option("--baseline", type=click.Path(), help="Put up with what is in this file (.devopslint-baseline.json)."),
    click.option("--no-baseline", is_flag=True, help="Use no baseline."),
    click.option("--diff-base", metavar="REF", help="Report only what the merge base with REF does not have."),
    click.option(
        "--add-ignore",
        is_flag=False,
        flag_value="",
        metavar="[REASON]",
        help="Write a comment above every finding that is reported: --add-ignore or --add-ignore=REASON.",
    ),
    click.option(
        "--show-suppressed",
        "--sarif-suppressed",
        "suppressed",
        is_flag=True,
        help="Write what comments and the baseline silence into json, jsonl and sarif, marked as such.",
    ),
    click.option("--sarif-category", "category", default="", metavar="NAME", help="Tell several SARIF uploads apart."),
]
IN_VAIN = frozenset(
    (
        "outputs", "statistics", "fail_on", "min_level", "exit_zero", "strict", "stdin_filename", "profile_rules", "color",
        "max_findings", "show_urls", "no_baseline", "add_ignore", "suppressed", "category",
    )
)  # fmt: skip
"""Options of a check that are about its report and its exit code, or about one file: they say nothing to a baseline."""


def with_check_options(command: Any) -> Any:
    """Add the arguments and options of a check to a command."""
    for option in reversed(CHECK_OPTIONS):
        command = option(command)
    return command


def words(values: tuple[str, ...]) -> list[str]:
    """Return the words of options that may be repeated and that hold lists parted by commas."""
    return [word.strip() for value in values for word in value.split(",") if word.strip()]
