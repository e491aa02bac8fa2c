"""Checks on what packages are published with: a stored token, or the identity of the run."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.inputs import switch
from devopslint.artifacts.workflow.model import step_of
from devopslint.artifacts.workflow.shells import powershell_code, shell_name
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Place, Problem, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command

    Options = Mapping[str, Any]

_PUBLISHING = (
    ("npm", lazily(r"(?:^|[\s;&|])(?:npm|pnpm|bun|yarn(?: npm)?)(?: +-\S{1,99}){0,4} +publish\b"),
     ("NODE_AUTH_TOKEN", "NPM_TOKEN", "YARN_NPM_AUTH_TOKEN", "NPM_CONFIG_TOKEN")),
    ("PyPI", lazily(r"\btwine\s+upload\b|\b(?:uv|poetry|pdm|hatch|flit) publish\b"),
     ("TWINE_PASSWORD", "UV_PUBLISH_TOKEN", "POETRY_PYPI_TOKEN_PYPI", "PDM_PUBLISH_PASSWORD", "HATCH_INDEX_AUTH",
      "FLIT_PASSWORD")),
    ("crates.io", lazily(r"\bcargo (?:\+\S+ )?publish\b"), ("CARGO_REGISTRY_TOKEN",)),
    ("NuGet", lazily(r"\bnuget push\b"), ("NUGET_API_KEY", "NUGET_TOKEN")),
    ("RubyGems", lazily(r"\bgem push\b"), ("GEM_HOST_API_KEY", "RUBYGEMS_API_KEY")),
)  # fmt: skip
"""Registry that takes GitHub's identity token, the command that publishes there, and the variables of its stored token."""
_TOKEN_INPUTS = {
    "js-devtools/npm-publish": ("npm", "token"), "rubygems/configure-rubygems-credentials": ("RubyGems", "api-token"),
    "katyo/publish-crates": ("crates.io", "registry-token"), "pascalgn/npm-publish-action": ("npm", "token"),
}  # fmt: skip
"""Action that publishes → the registry, and the input with the stored token."""
_STORED = lazily(r"secrets\.(?!GITHUB_TOKEN\b)", re.IGNORECASE)
_LOGICAL_LINE = lazily(r"(?:[^\\\n]|\\[\s\S]|\\\Z)+")
"""A line with those that continue it."""
_NO_CALL = lazily(r"^\s*#|--dry(?:-run)?\b|--help\b")
"""What makes a comment or a trial of a line."""
_TOKEN = lazily(r"(?:--token|--api-key|-k|-p|--password)[ =]\"?(\$\{\{\s*secrets\.\w+\s*\}\})")
_OTHER_REGISTRY = lazily(r"--registry|--repository|--index|--host|--key|repository-url", re.IGNORECASE)
_OTHERS_BY: dict[str, tuple[re.Pattern[str], re.Pattern[str]]] = {
    "npm": (lazily(r"(?!)"), lazily(r"(?i)npm_config_(?:\w+:)?registry|YARN_NPM_(?:PUBLISH_)?REGISTRY")),
    "PyPI": (
        lazily(r"\s-r[ =]?(?!pypi\b)\w|--publish-url|\btestpypi\b"),
        lazily(r"TWINE_REPOSITORY|UV_PUBLISH_(?:URL|INDEX)|POETRY_REPOSITORIES_|FLIT_INDEX_URL|HATCH_INDEX_REPO|PDM_PUBLISH_REPO"),
    ),
    "crates.io": (lazily(r"(?!)"), lazily(r"CARGO_REGISTR(?:IES_|Y_DEFAULT)")),
    "NuGet": (lazily(r"(?:-s|--?[Ss]ource)[ =]+[\"']?(?!\S*nuget\.org)\S"), lazily(r"(?!)")),
    "RubyGems": (lazily(r"(?!)"), lazily(r"RUBYGEMS_HOST")),
}  # fmt: skip
"""Registry → what in a script, and which variables, say that another one is meant."""
_COMMANDS: dict[tuple[str, ...], str] = {
    ("twine", "upload"): "PyPI",
    ("uv", "publish"): "PyPI",
    ("hatch", "publish"): "PyPI",
    ("pdm", "publish"): "PyPI",
    ("poetry", "publish"): "PyPI",
    ("flit", "publish"): "PyPI",
    ("cargo", "publish"): "crates.io",
    ("npm", "publish"): "npm",
    ("pnpm", "publish"): "npm",
    ("bun", "publish"): "npm",
    ("yarn", "publish"): "npm",
    ("yarn", "npm", "publish"): "npm",
    ("gem", "push"): "RubyGems",
    ("nuget", "push"): "NuGet",
    ("dotnet", "nuget", "push"): "NuGet",
}
_RUNS_TOOL: dict[str, tuple[tuple[str, ...], ...]] = {
    "python": (("-m",),),
    "python3": (("-m",),),
    "uv": (("tool", "run"),),
    "uvx": ((),),
    "pipx": (("run",),),
    "npx": ((),),
    "bunx": ((),),
}
"""Program that runs another one → the words that stand before that one's name."""
_PACKAGE_REGISTRY = lazily(r'"registry"\s*:\s*"([^"]*)"')
_LINE = lazily(
    r"(?:^|[;&|{])[ \t]*(?:&[ \t]*|call[ \t]+)?"
    r"((?:python3?|py|twine|uvx?|hatch|pdm|poetry|flit|cargo|p?npm|bun|yarn|gem|nuget|dotnet|npx)(?:\.exe)?[ \t]"
    r"(?:\$\{\{[^}\n]*\}\}|[^\n;|&{}])*)",
    re.IGNORECASE | re.MULTILINE,
)
"""A command of PowerShell or cmd that may publish."""
_TRIAL = ("--dry-run", "--dry", "--help", "-h")


def publishing_token(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find packages that are published with a stored token, where the registry takes GitHub's own identity."""
    step: Step = subject.context
    if step.uses is not None:
        target = step.inputs.get("repository-url", step.inputs.get("repository_url", "https://upload.pypi.org"))
        known = _TOKEN_INPUTS.get(step.uses.name)
        if known is not None and "registry" not in step.inputs and known[1] in step.inputs:
            yield Problem(("with", known[1]), part="key", registry=known[0])
        if step.uses.name == "pypa/gh-action-pypi-publish" and "password" in step.inputs and "pypi.org" in str(target):
            yield Problem(("with", "password"), part="key", registry="PyPI")
        if step.uses.name == "rubygems/release-gem" and switch(step.inputs.get("setup-trusted-publisher")) is False:
            yield Problem(("with", "setup-trusted-publisher"), registry="RubyGems")
        return
    if not step.run or _OTHER_REGISTRY.search(step.run.replace("--api-key", "")):
        return
    elsewhere = step.is_preceded_by(_sets_another_registry)
    for registry, command, variables in _PUBLISHING:
        if not command.search(step.run) or (registry == "npm" and elsewhere) or _goes_elsewhere(step, registry):
            continue
        lines = [
            line
            for line in _LOGICAL_LINE.finditer(step.run)
            if command.search(line[0]) and not _NO_CALL.search(line[0])
        ]
        yield from _token_in_script(step, lines, registry)
        for name in variables if lines else ():
            env = next((one for one, _ in step.env_owners() if name in one), None)
            value = env[name] if env is not None else None
            if env is not None and isinstance(value, str) and _STORED.search(value):
                mark = env.at[name][:2]
                yield Problem(Place(subject.document.source, *mark), registry=registry)


def _goes_elsewhere(step: Step, registry: str) -> bool:
    """Say whether the script of a step, a variable or `package.json` names another registry."""
    known: dict[tuple[Step, str], bool] = step.workflow.cache.setdefault("publishes elsewhere", {})
    if (step, registry) not in known:
        in_script, in_env = _OTHERS_BY[registry]
        known[step, registry] = (
            in_script.search(step.run or "") is not None
            or any(in_env.search(str(env)) for env, _ in step.env_owners())
            or (registry == "npm" and _is_for_another_registry(step))
        )
    return known[step, registry]


def _sets_another_registry(step: Step) -> bool:
    return "registry-url" in step.inputs and "npmjs.org" not in str(step.inputs["registry-url"])


def _token_in_script(step: Step, lines: list[re.Match[str]], registry: str) -> Iterator[Problem]:
    """Find `--token ${{ secrets.x }}` in the lines that publish."""
    fragment = step.fragment
    if fragment is None:
        return
    for line in lines:
        for found in _TOKEN.finditer(step.run or "", line.start(), line.end()):
            yield Problem(place_in(fragment, *found.span(1)), registry=registry)


def publishing_without_identity(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find commands that publish in jobs that have no identity token to publish with."""
    if subject.kind == "workflow.step":
        yield from _published_by_others(subject.context)
        return
    command: Command = subject.context.command
    step = step_of(subject)
    found = _published(step, command.name, command.args) if step is not None else None
    if found is not None:
        yield Problem(place_of(command), command=found[0], registry=found[1])


def _published_by_others(step: Step) -> Iterator[Problem]:
    """Find such commands in scripts of PowerShell and cmd, which are read line by line."""
    if step.is_shell or step.fragment is None or shell_name(step.shell) not in {"pwsh", "powershell", "cmd"}:
        return
    for line in _LINE.finditer(powershell_code(step.run or "")):
        name, *words = [word.strip("\"'") for word in line[1].split()] or [""]
        found = _published(step, name.lower().removesuffix(".exe"), words)
        if found is not None:
            start = line.start(1)
            yield Problem(
                place_in(step.fragment, start, start + len(line[1].rstrip())), command=found[0], registry=found[1]
            )


def _published(step: Step, name: str, words: list[str]) -> tuple[str, str] | None:
    """Return the command that publishes and the registry that takes an identity which the job has not, else `None`."""
    called = _published_by(name, words)
    known = next((one for one in _COMMANDS if tuple(called[: len(one)]) == one), None)
    if known is None or not _has_no_identity(step):
        return None
    registry = _COMMANDS[known]
    flags = {*_TRIAL, *{"PyPI": ("-r",), "crates.io": ("-n",)}.get(registry, ())}
    if any(word.partition("=")[0] in flags or _OTHER_REGISTRY.match(word) for word in called):
        return None
    if registry == "npm" and step.is_preceded_by(_sets_another_registry):
        return None
    return None if _goes_elsewhere(step, registry) else (" ".join(known), registry)


def _published_by(name: str, words: list[str]) -> list[str]:
    """Return the program that publishes and its words, without what only runs it and the options before its own words."""
    for before in _RUNS_TOOL.get(name, ()):
        if tuple(words[: len(before)]) == before:
            words = words[len(before) :]
            while words and words[0].startswith("-"):
                words = words[1:]
            return words
    while words and words[0].startswith(("+", "-")):
        words = words[1:]
    return [name, *words]


def _has_no_identity(step: Step) -> bool:
    """Say whether the job surely can't ask for an identity token, as far as the file itself says."""
    job = step.job
    if not job.key or (not job.declares_permissions and step.workflow.has_trigger("workflow_call")):
        return False
    return job.grants("id-token") != "write"


def _is_for_another_registry(step: Step) -> bool:
    """Say whether the package says itself that it belongs to another registry than npm's own."""
    workspace = step.workflow.workspace
    source = workspace.source("package.json") if workspace is not None and workspace.exists("package.json") else None
    found = _PACKAGE_REGISTRY.search(source.text) if source is not None else None
    return found is not None and "npmjs.org" not in found.group(1)
