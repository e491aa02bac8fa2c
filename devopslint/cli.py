"""The command line: what people type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from devopslint import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from devopslint.commands.request import Request

LEVELS = click.Choice(["error", "warning", "note"])
CHECK_OPTIONS: list[Callable[[Any], Any]] = [
    click.argument("paths", nargs=-1, type=click.Path()),
    click.option(
        "--output",
        "outputs",
        multiple=True,
        metavar="FORMAT[:PATH]",
        envvar="DEVOPSLINT_OUTPUT",
        help="Write a report; may be given several times, at most once without a path. "
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
        help="Run only these: ids, artifacts, tags, practices, peers' ids, globs.",
    ),
    click.option("--ignore", multiple=True, metavar="WORDS", help="Leave these out."),
    click.option("--profile", type=click.Choice(["default", "strict"]), help="strict adds what is a matter of taste."),
    click.option(
        "--fail-on",
        type=click.Choice(["error", "warning", "note", "never"]),
        help="The lowest level that makes the exit code 1 (warning).",
    ),
    click.option("--min-level", type=LEVELS, help="The lowest level that is reported (note)."),
    click.option("--exit-zero", is_flag=True, help="Exit with 0 even when there are findings."),
    click.option("--strict", is_flag=True, help="Exit with 2 when something given was not recognised."),
    click.option("--rules-dir", "rules_dirs", multiple=True, type=click.Path(), help="A folder of your own rules."),
    click.option("--config", type=click.Path(), help="Use this configuration instead of the nearest .devopslint.yaml."),
    click.option("--no-config", is_flag=True, help="Use no configuration."),
    click.option("--force-exclude", is_flag=True, help="Heed `exclude` for files given by name too, as hooks need it."),
    click.option("--stdin-filename", metavar="PATH", help="What the file on standard input (`-`) is called."),
    click.option("--jobs", "-j", type=click.IntRange(0), default=0, metavar="N", help="Processes to use (0: as fits)."),
    click.option(
        "--shellcheck",
        type=click.Choice(["auto", "on", "off"]),
        help="Let ShellCheck look at scripts: where it is installed (auto), always, never.",
    ),
    click.option("--no-cache", is_flag=True, help="Neither read nor write the cache of results."),
    click.option("--profile-rules", is_flag=True, help="Say on standard error what each rule costs."),
    click.option("--quiet", "-q", is_flag=True, help="Print findings only."),
    click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour the report."),
    click.option(
        "--show-urls",
        type=click.Choice(["auto", "always", "never"]),
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
    click.option("--sarif-category", "category", default="", metavar="NAME", help="Tell several SARIF uploads apart."),
]


class DefaultGroup(click.Group):
    """A group whose default command is `check`: `devopslint PATH` is `devopslint check PATH`."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Take the first word for a command when it is one, else for an argument of `check`."""
        if args and self.get_command(ctx, args[0]) is None:
            args = ["check", *args]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give everything that is no option of the group itself to `check`."""
        own = {"--help", "-h", "--version"}
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = ["check", *args]
        return super().parse_args(ctx, args)


@click.group(cls=DefaultGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="devopslint %(version)s")
def cli() -> None:
    """Check workflows, Dockerfiles, Terraform, Kubernetes manifests and the rest of what a DevOps team keeps in files.

    `devopslint [PATHS]` is `devopslint check [PATHS]`. Exit codes: 0 nothing to fail on, 1 findings at or above
    --fail-on, 2 usage, configuration, rule or internal error.
    """


def with_check_options(command: Any) -> Any:
    """Add the arguments and options of a check to a command."""
    for option in reversed(CHECK_OPTIONS):
        command = option(command)
    return command


def _request(**values: Any) -> Request:
    from devopslint.commands.request import Request

    request = Request(values.pop("paths"))
    shellcheck = values.pop("shellcheck", None)
    if shellcheck is not None:
        request.analysers["shellcheck"] = shellcheck
    for name, value in values.items():
        if name != "today" or value is not None:
            setattr(request, name, words(value) if name in {"select", "ignore"} else value)
    return request


def words(values: tuple[str, ...]) -> list[str]:
    """Return the words of options that may be repeated and that hold lists parted by commas."""
    return [word.strip() for value in values for word in value.split(",") if word.strip()]


@cli.command()
@with_check_options
def check(**values: Any) -> int:
    """Check files and folders (the current one by default)."""
    from devopslint.commands.check import check as run_check

    return run_check(_request(**values))


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def files(paths: tuple[str, ...], as_json: bool) -> int:
    """List the files that would be checked: path, kind, and why."""
    from devopslint.commands.check import recognised_files
    from devopslint.commands.request import Request

    found = recognised_files(Request(paths))
    if as_json:
        import json

        print(json.dumps([{"path": one.path, "kind": one.artifact.NAME, "why": one.why} for one in found], indent=2))
        return 0
    width = max((len(one.path) for one in found), default=0)
    for one in found:
        print(f"{one.path:<{width}}  {one.artifact.NAME:<11}  {one.why}")
    return 0


@cli.command()
@click.option(
    "--select", multiple=True, metavar="WORDS", help="Only these: ids, artifacts, tags, practices, peers' ids."
)
@click.option("--profile", type=click.Choice(["default", "strict"]), help="Only the rules of this profile.")
@click.option("--level", type=LEVELS, help="Only the rules of this level.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--rules-dir", "rules_dirs", multiple=True, type=click.Path(), help="A folder of your own rules.")
def rules(
    select: tuple[str, ...], profile: str | None, level: str | None, as_json: bool, rules_dirs: tuple[str, ...]
) -> int:
    """List the rules."""
    from devopslint.commands.rules import list_rules

    return list_rules(words(select), profile, level, as_json, rules_dirs)


@cli.group()
def rule() -> None:
    """Show, write and test single rules."""


@rule.command("show")
@click.argument("identifier", metavar="ID")
@click.option("--rules-dir", "rules_dirs", multiple=True, type=click.Path(), help="A folder of your own rules.")
def rule_show(identifier: str, rules_dirs: tuple[str, ...]) -> int:
    """Explain a rule: why, how, examples. ID may be the id of a peer's rule (DL3007)."""
    from devopslint.commands.rules import show_rule

    return show_rule(identifier, rules_dirs)


@rule.command("new")
@click.argument("identifier", metavar="ID")
@click.option("--rules-dir", type=click.Path(), help="The folder to write to.")
@click.option("--on", "kind", metavar="KIND", help="The subject kind that the rule is about.")
def rule_new(identifier: str, rules_dir: str | None, kind: str | None) -> int:
    """Write a new rule file with every heading and an example that fails until it is filled in."""
    from devopslint.commands.rules import new_rule

    return new_rule(identifier, rules_dir, kind)


@rule.command("test")
@click.argument("targets", nargs=-1, metavar="[ID|FILE|FOLDER]...")
@click.option("--rules-dir", "rules_dirs", multiple=True, type=click.Path(), help="A folder of your own rules.")
def rule_test(targets: tuple[str, ...], rules_dirs: tuple[str, ...]) -> int:
    """Run the examples of rules: all, some ids, or those of a folder of your own."""
    from devopslint.commands.rules import test_rules

    return test_rules(targets, rules_dirs)


@cli.command()
@with_check_options
@click.option("--grow", is_flag=True, help="Add findings to a baseline that is there.")
@click.option("--prune", is_flag=True, help="Only take out what is gone.")
def baseline(grow: bool, prune: bool, **values: Any) -> int:
    """Write .devopslint-baseline.json: the findings of now, to be put up with until they are mended."""
    from devopslint.commands.baseline import update_baseline

    return update_baseline(_request(**values), grow=grow, prune=prune)


@cli.command()
@click.argument("path", type=click.Path(), default=".")
@click.option("--config", "config_path", type=click.Path(), help="Use this configuration.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def config(path: str, config_path: str | None, as_json: bool) -> int:
    """Show what the configuration says for a file or a folder, and where it says so."""
    from devopslint.commands.show_config import show_config

    return show_config(path, config_path, as_json)


@cli.command("explain")
@click.argument("identifier", metavar="ID")
@click.argument("path", type=click.Path(), metavar="FILE[:LINE]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--config", type=click.Path(), help="Use this configuration instead of the nearest .devopslint.yaml.")
@click.option("--no-config", is_flag=True, help="Use no configuration.")
@click.option("--rules-dir", "rules_dirs", multiple=True, type=click.Path(), help="A folder of your own rules.")
def explain_rule(identifier: str, path: str, as_json: bool, **values: Any) -> int:
    """Say what a rule saw in a file, and which step of its condition held, did not, or could not be known.

    ID may be a slug or the id of a peer's rule. With a LINE only what stands there is told.
    """
    from devopslint.commands.explain import explain

    return explain(identifier, path, _request(paths=(path,), **values), as_json=as_json)


@cli.command()
@click.argument("folder", type=click.Path(), default=".")
@click.option("--write", is_flag=True, help="Write .devopslint.yaml instead of printing it; one that is there is kept.")
def migrate(folder: str, write: bool) -> int:
    """Turn the configuration files of peers (hadolint, checkov, zizmor, trivy, tflint, …) into one of ours."""
    from devopslint.commands.migrate import migrate as run_migrate

    return run_migrate(folder, write=write)


def run(arguments: list[str]) -> int:
    """Run a command line and return its exit code; errors of usage that `click` finds are told at once."""
    try:
        result = cli.main(arguments, prog_name="devopslint", standalone_mode=False)
    except click.exceptions.Abort:
        return 130
    except click.ClickException as error:
        error.show()
        return 2
    except click.exceptions.Exit as error:
        return error.exit_code
    return int(result or 0)
