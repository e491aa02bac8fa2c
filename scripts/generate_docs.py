"""Makes the pages of `docs/` that come from rules, command line and artifacts, and the picture in the README.

`make docs` writes them; a test fails when one of them is not what this makes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from devopslint.policy.catalog import Catalog
    from devopslint.policy.rule import Rule

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from subject_page import subject_page  # noqa: E402

from devopslint import cli as command_line  # noqa: E402
from devopslint.commands.catalog import open_catalog  # noqa: E402
from devopslint.config.settings import Config  # noqa: E402
from devopslint.engine.artifacts import artifacts  # noqa: E402
from devopslint.policy.catalog import built_in_folder  # noqa: E402
from devopslint.policy.indexing import read_practices  # noqa: E402
from devopslint.policy.page import rule_page  # noqa: E402

MADE = "<!-- Made by `make docs`: change the rules or the code, not this page. -->\n\n"
PICTURED = (
    "workflow/untrusted-input-in-script",
    "terraform/hard-coded-credential",
    "kubernetes/selector-matches-nothing",
)
"""The findings in the demo that the README shows."""


def pages() -> dict[str, str]:
    """Return every generated page: path below the root → text."""
    catalog = open_catalog(Config())
    rules = sorted(catalog.rules(), key=lambda rule: rule.id)
    made = {
        f"docs/rules/{rule.id}.md": MADE + rule_page(catalog.info(rule.id), rule.raw.get("options")) for rule in rules
    }
    made["docs/rules/README.md"] = MADE + index(rules, catalog)
    made["docs/equivalents.md"] = MADE + equivalents(rules)
    made["docs/cli.md"] = MADE + reference(command_line.cli)
    made["docs/subjects.md"] = MADE + subject_page()
    made["docs/schemas/config.json"] = as_json(config_schema(rules))
    made["docs/schemas/rule.json"] = (ROOT / "devopslint/policy/rule.schema.json").read_text("utf-8")
    made["README.md"] = readme((ROOT / "README.md").read_text("utf-8"), rules)
    return made


def index(rules: list[Rule], catalog: Catalog) -> str:
    """Return the page that lists all rules, by artifact and by practice."""
    lines = ["# Rules", "", f"{len(rules)} rules. `(strict)` are those of `--profile strict`, `(preview)` those that"]
    lines += ["run only when they are selected by name.", ""]
    names = {name: artifact.TITLES[1] for name, artifact in artifacts().items()}
    groups: dict[str, list[Rule]] = {}
    for rule in rules:
        groups.setdefault(rule.id.split("/")[0], []).append(rule)
    for group, members in sorted(groups.items()):
        lines += [
            f"## {names.get(group, group)} ({len(members)})",
            "",
            "| rule | level | what is wrong |",
            "|---|---|---|",
        ]
        lines += [f"| {link(rule)} | {rule.level} | {cell(rule.raw['title'])} |" for rule in members]
        lines.append("")
    lines += ["# By practice", ""]
    practices = read_practices(built_in_folder())
    for name, practice in practices.items():
        members = [rule for rule in rules if rule.raw["practice"] == name]
        if members:
            lines += [f"## {practice['title']} (`{name}`)", "", practice["text"].strip(), ""]
            lines += [", ".join(link(rule) for rule in members), ""]
    without = [f"`{name}`" for name in practices if all(rule.raw["practice"] != name for rule in rules)]
    if without:
        lines += ["## Practices without a rule yet", "", ", ".join(without), ""]
    return "\n".join(lines)


def link(rule: Rule) -> str:
    """Return a link to the page of a rule, with what must be known of it."""
    mark = " (strict)" if rule.raw.get("profile") == "strict" else " (preview)" if rule.raw.get("preview") else ""
    return f"[{rule.id}]({rule.id}.md){mark}"


def cell(text: str) -> str:
    """Return a text that does not break a table."""
    return text.replace("|", "\\|")


def equivalents(rules: list[Rule]) -> str:
    """Return the page that leads from the ids of other tools to ours."""
    peers: dict[str, dict[str, list[Rule]]] = {}
    for rule in rules:
        for equivalent in rule.raw.get("equivalents", ()):
            peer, _, identifier = equivalent.partition(":")
            peers.setdefault(peer, {}).setdefault(identifier, []).append(rule)
    lines = ["# What other tools call it", ""]
    lines += ["Rules of other tools that look for the same. Their ids work wherever a rule is named:", ""]
    lines += ["`devopslint rule show DL3007`, `--ignore CKV_K8S_14`, `# devopslint: ignore[SC2086]`.", ""]
    for peer, ids in sorted(peers.items()):
        lines += [f"## {peer}", "", "| id | rule |", "|---|---|"]
        for identifier, members in sorted(ids.items()):
            ours = ", ".join(f"[{rule.id}](rules/{rule.id}.md)" for rule in members)
            lines.append(f"| `{cell(identifier)}` | {ours} |")
        lines.append("")
    return "\n".join(lines)


def reference(group: click.Group) -> str:
    """Return the reference of the command line, from its own help."""
    lines = ["# Command line", ""]
    for path, command in commands("devopslint", group):
        words = [
            *("[OPTIONS]" for _ in options_of(command)[:1]),
            *(shown(argument) for argument in arguments_of(command)),
        ]
        more = ["COMMAND"] if isinstance(command, click.Group) else []
        lines += [f"## {path}", "", f"`{' '.join([path, *words, *more])}`", "", prose(command.help or ""), ""]
        if options_of(command):
            lines += ["| option | |", "|---|---|"]
            lines += [f"| {shown(option)} | {cell(option.help or '')} |" for option in options_of(command)]
            lines.append("")
    lines += ["## Exit codes", "", "| code | meaning |", "|---|---|"]
    lines += ["| 0 | nothing to fail on |", "| 1 | findings at or above `--fail-on` |"]
    lines += ["| 2 | usage, configuration, rule or internal error |", ""]
    return "\n".join(lines)


def options_of(command: click.Command) -> list[click.Option]:
    """Return the options of a command, in their order."""
    return [parameter for parameter in command.params if isinstance(parameter, click.Option)]


def arguments_of(command: click.Command) -> list[click.Argument]:
    """Return the arguments of a command, in their order."""
    return [parameter for parameter in command.params if isinstance(parameter, click.Argument)]


def shown(parameter: click.Parameter) -> str:
    """Return an option or an argument as people type it; not by click, whose versions differ in it."""
    if isinstance(parameter, click.Argument):
        name = str(parameter.name).upper()
        if isinstance(parameter.type, click.Choice):
            name = "|".join(str(choice) for choice in parameter.type.choices)
        return parameter.metavar or f"[{name}]{'...' if parameter.nargs == -1 else ''}"
    if isinstance(parameter.type, click.Choice):
        value = "\\|".join(str(choice) for choice in parameter.type.choices)
    else:
        value = parameter.metavar or parameter.type.name.upper()
    flag = isinstance(parameter, click.Option) and parameter.is_flag
    return " ".join(f"`{name}`" for name in parameter.opts) + ("" if flag else f" {value}")


def prose(text: str) -> str:
    """Return a docstring as paragraphs."""
    import inspect

    return inspect.cleandoc(text).replace("\b", "")


def commands(path: str, command: click.Command) -> list[tuple[str, Any]]:
    """Return a command and all below it, with what people type."""
    found: list[tuple[str, Any]] = [(path, command)]
    if isinstance(command, click.Group):
        for name, below in sorted(command.commands.items()):
            found += commands(f"{path} {name}", below)
    return found


def config_schema(rules: list[Rule]) -> dict[str, Any]:
    """Return the schema of a configuration for editors: with the kinds of files, every rule, and what options it takes."""
    schema: dict[str, Any] = json.loads((ROOT / "devopslint/config/config.schema.json").read_text("utf-8"))
    schema["properties"]["kinds"]["propertyNames"] = {"enum": ["none", *artifacts()]}
    types = {"list": "array"}
    known: dict[str, Any] = {}
    for rule in rules:
        known[rule.id] = {"$ref": "#/$defs/rule", "description": rule.raw["title"]}
        options = {
            name: {
                "type": types.get(option["type"], option["type"]),
                "description": option["description"],
                "default": option["default"],
            }
            for name, option in rule.raw.get("options", {}).items()
        }
        if options:
            known[rule.id]["properties"] = {"options": {"properties": options, "additionalProperties": False}}
    schema["$defs"]["rules"]["properties"] = known
    return schema


def as_json(value: Any) -> str:
    """Return plain values as JSON that people can read."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def readme(text: str, rules: list[Rule]) -> str:
    """Return the README with its picture and its figures made again."""
    text = between(text, "demo", f"```\n{picture()}\n```")
    groups: dict[str, int] = {}
    for rule in rules:
        groups[rule.id.split("/")[0]] = groups.get(rule.id.split("/")[0], 0) + 1
    titles = {name: artifact.TITLES[1] for name, artifact in artifacts().items()} | {"shell": "shell scripts in them"}
    counted = [f"{number} on {titles[name]}" for name, number in groups.items() if name in titles]
    return between(text, "rules", f"{len(rules)} rules ({', '.join(counted)})")


def between(text: str, name: str, content: str) -> str:
    """Return a text with what stands between two markers put anew."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    return pattern.sub(lambda found: f"{found.group(1)}{content}\n{found.group(2)}", text)


def picture() -> str:
    """Return what devopslint says of some faults of the demo, as it says it."""
    command = [
        sys.executable,
        "-m",
        "devopslint",
        "check",
        "fixtures/demo",
        "--shellcheck",
        "off",
        "--show-urls",
        "never",
        "--color",
        "never",
    ]
    with tempfile.TemporaryDirectory() as folder:
        # As in a checkout, be this one or not: the root is the folder that holds `.git`.
        shutil.copytree(ROOT / "fixtures" / "demo", Path(folder) / "fixtures" / "demo")
        (Path(folder) / ".git").mkdir()
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False)
    said = done.stdout
    parts = said.strip().split("\n\n")
    shown = [part for name in PICTURED for part in parts if part.split("]", 1)[0].endswith("[" + name)]
    return "\n\n".join([*shown, "…", parts[-1].splitlines()[-1]])


def main() -> int:
    """Write what is new, remove what is no more, and say how much that was."""
    made = pages()
    changed = 0
    for path in (ROOT / "docs" / "rules").rglob("*.md"):
        if path.relative_to(ROOT).as_posix() not in made:
            path.unlink()
            changed += 1
    for name, text in made.items():
        path = ROOT / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            changed += 1
    print(f"{len(made)} pages, {changed} changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
