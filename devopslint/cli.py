"""The command line: what people type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from devopslint import __version__
from devopslint.commands.check_options import (
    IN_VAIN,
    LEVELS,
    Word,
    rules_to_complete,
    with_check_options,
    words,
)

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from devopslint.commands.request import Request


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
        if not args and ctx.resilient_parsing:  # a first word is to be completed
            return super().parse_args(ctx, args)
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return commands, the options of a check, and files."""
        from click.shell_completion import CompletionItem

        found = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-"):
            known = {item.value for item in found}
            options = check.shell_complete(click.Context(check, parent=ctx, info_name="check"), incomplete)
            return [*found, *(item for item in options if item.value not in known)]
        return [*found, CompletionItem(incomplete, type="file")]


@click.group(cls=DefaultGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="devopslint %(version)s")
def cli() -> None:
    """Check workflows, Dockerfiles, Terraform, Kubernetes manifests and the rest of what a DevOps team keeps in files.

    `devopslint [PATHS]` is `devopslint check [PATHS]`, and `devopslint check --help` has the options of that. Exit codes:
    0 nothing to fail on, 1 findings at or above --fail-on, 2 usage, configuration, rule or internal error.
    """


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
    from devopslint.commands.telling import say, say_json

    if as_json:
        say_json([{"path": one.path, "kind": one.artifact.NAME, "why": one.why} for one in found])
        return 0
    from devopslint.report.text import plain

    names = [plain(one.path) for one in found]
    width = max(map(len, names), default=0)
    for name, one in zip(names, found, strict=True):
        say(f"{name:<{width}}  {one.artifact.NAME:<11}  {one.why}")
    return 0


@cli.command()
@click.option(
    "--select", multiple=True, metavar="WORDS", help="Only these: ids, artifacts, tags, practices, ids of other tools."
)
@click.option("--profile", type=Word(["default", "strict"]), help="Only the rules of this profile.")
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
@click.argument("identifier", metavar="ID", shell_complete=rules_to_complete)
@click.option("--rules-dir", "rules_dirs", multiple=True, type=click.Path(), help="A folder of your own rules.")
def rule_show(identifier: str, rules_dirs: tuple[str, ...]) -> int:
    """Explain a rule: why, how, examples. ID may be that of another tool (DL3007)."""
    from devopslint.commands.rules import show_rule

    return show_rule(identifier, rules_dirs)


@rule.command("new")
@click.argument("identifier", metavar="ID")
@click.option("--rules-dir", type=click.Path(), help="The folder to write to; without it that of the configuration.")
@click.option(
    "--on", "kind", metavar="KIND", help="What the rule is about, such as dockerfile.stage; docs/subjects.md has all."
)
def rule_new(identifier: str, rules_dir: str | None, kind: str | None) -> int:
    """Write a new rule file with every heading, and with examples that hold; of some kinds they are to be filled in."""
    from devopslint.commands.rules import new_rule

    return new_rule(identifier, rules_dir, kind)


@rule.command("test")
@click.argument("targets", nargs=-1, metavar="[ID|FILE|FOLDER]...")
@click.option("--rules-dir", "rules_dirs", multiple=True, type=click.Path(), help="A folder of your own rules.")
def rule_test(targets: tuple[str, ...], rules_dirs: tuple[str, ...]) -> int:
    """Run the examples of rules: all, some ids, or those of a folder of your own."""
    from devopslint.commands.rules import test_rules

    return test_rules(targets, rules_dirs)


@cli.command(short_help="Put up with the findings of now, until they are mended.")
@with_check_options
@click.option("--grow", is_flag=True, help="Add findings to a baseline that is there.")
@click.option("--prune", is_flag=True, help="Only take out what is gone.")
def baseline(grow: bool, prune: bool, **values: Any) -> int:
    """Write .devopslint-baseline.json: the findings of now, to be put up with until they are mended."""
    from devopslint.commands.baseline import update_baseline

    return update_baseline(_request(**values), grow=grow, prune=prune)


baseline.params = [one for one in baseline.params if one.name not in IN_VAIN]


@cli.command(short_help="Show what the configuration says for a path, and where.")
@click.argument("path", type=click.Path(), default=".")
@click.option("--config", "config_path", type=click.Path(), help="Use this configuration.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def config(path: str, config_path: str | None, as_json: bool) -> int:
    """Show what the configuration says for a file or a folder, and where it says so."""
    from devopslint.commands.show_config import show_config

    return show_config(path, config_path, as_json)


@cli.command("explain", short_help="Say what a rule saw in a file, step by step.")
@click.argument("identifier", metavar="ID", shell_complete=rules_to_complete)
@click.argument("path", type=click.Path(), metavar="FILE[:LINE]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--config", type=click.Path(), help="Use this configuration instead of the nearest .devopslint.yaml.")
@click.option("--no-config", is_flag=True, help="Use no configuration.")
@click.option("--rules-dir", "rules_dirs", multiple=True, type=click.Path(), help="A folder of your own rules.")
def explain_rule(identifier: str, path: str, as_json: bool, **values: Any) -> int:
    """Say what a rule saw in a file, and which step of its condition held, did not, or could not be known.

    ID may be a slug or the id of another tool's rule. With a LINE only what stands there is told.
    """
    from devopslint.commands.explain import explain

    return explain(identifier, path, _request(paths=(path,), **values), as_json=as_json)


@cli.command(short_help="Turn the configuration of other tools into one of ours.")
@click.argument("folder", type=click.Path(), default=".")
@click.option("--write", is_flag=True, help="Write .devopslint.yaml instead of printing it; one that is there is kept.")
def migrate(folder: str, write: bool) -> int:
    """Turn the configuration files of other tools (hadolint, checkov, zizmor, trivy, tflint, …) into one of ours."""
    from devopslint.commands.migrate import migrate as run_migrate

    return run_migrate(folder, write=write)


@cli.command()
@click.argument("shell", type=Word(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """Print what lets a shell complete commands, options and rules.

    For bash, in ~/.bashrc: eval "$(devopslint completion bash)"; for zsh the same in ~/.zshrc; for fish:
    devopslint completion fish > ~/.config/fish/completions/devopslint.fish
    """
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"{shell} can't be completed")
    try:
        text = made(cli, {}, "devopslint", "_DEVOPSLINT_COMPLETE").source()
    except RuntimeError as error:
        raise click.UsageError(str(error)) from None
    print(text)
    return 0


def run(arguments: list[str]) -> int:
    """Run a command line and return its exit code; errors of usage that `click` finds are told at once."""
    try:
        result = cli.main(arguments, prog_name="devopslint", standalone_mode=False)
    except click.exceptions.Abort:
        raise KeyboardInterrupt from None
    except SystemExit as error:  # what click makes of a reader that has enough
        if isinstance(error.__context__, BrokenPipeError):
            raise error.__context__ from None
        raise
    except click.ClickException as error:
        if isinstance(error, click.NoSuchOption) and not error.possibilities:
            from difflib import get_close_matches

            near = get_close_matches(error.option_name, ["--version", "--help"])
            error = click.NoSuchOption(error.option_name, possibilities=near, ctx=error.ctx)
        error.show()
        return 2
    except click.exceptions.Exit as error:
        return error.exit_code
    return int(result or 0)
