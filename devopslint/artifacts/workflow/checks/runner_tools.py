"""Checks on the tools that a job calls: those that its runner's image does not hold, and that no step before sets up.

Source of what images hold: `data/runners.json`, made by `scripts/runner_tools.py`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from devopslint.artifacts.workflow.checks.runners import labels
from devopslint.artifacts.workflow.checks.systems import missing_on_system
from devopslint.knowledge.tables import read_table
from devopslint.knowledge.words import place_of
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command

    Options = Mapping[str, Any]

_PROVIDES: dict[str, tuple[str, ...]] = {
    "actions/setup-go": ("go",), "actions/setup-dotnet": ("dotnet",), "actions/setup-java": (), "actions/setup-node": (),
    "actions/setup-python": (), "ruby/setup-ruby": ("ruby", "bundle"), "shivammathur/setup-php": ("php", "composer"),
    "dtolnay/rust-toolchain": ("cargo", "rustup"), "actions-rs/toolchain": ("cargo", "rustup"), "swatinem/rust-cache": (),
    "astral-sh/setup-uv": ("uv", "uvx"), "oven-sh/setup-bun": ("bun", "bunx"), "denoland/setup-deno": ("deno",),
    "pnpm/action-setup": ("pnpm",), "erlef/setup-beam": ("mix", "elixir", "rebar3"),
    "subosito/flutter-action": ("flutter", "dart"),
    "hashicorp/setup-terraform": ("terraform",), "opentofu/setup-opentofu": ("tofu",), "hashicorp/setup-packer": ("packer",),
    "azure/setup-kubectl": ("kubectl",), "azure/setup-helm": ("helm",), "terraform-linters/setup-tflint": ("tflint",),
    "sigstore/cosign-installer": ("cosign",), "google-github-actions/setup-gcloud": ("gcloud",), "azure/cli": (),
    "golangci/golangci-lint-action": ("golangci-lint",), "goreleaser/goreleaser-action": ("goreleaser",),
    "aquasecurity/setup-trivy": ("trivy",), "aquasecurity/trivy-action": ("trivy",), "helm/kind-action": ("kind", "kubectl"),
    "pypa/gh-action-pypi-publish": (), "gradle/actions/setup-gradle": ("gradle",), "step-security/harden-runner": (),
}  # fmt: skip
"""Well known action → the tools that it puts on the path."""
_PROVIDES_NOTHING = lazily(
    r"actions/(?:checkout|cache(?:/\w+)?|(?:upload|download)-artifact|github-script|labeler|configure-pages|deploy-pages"
    r"|upload-pages-artifact|attest[\w-]*|create-github-app-token|dependency-review-action|stale)"
    r"|docker/(?:login|build-push|metadata|setup-buildx|setup-qemu|bake)-action|aws-actions/[\w-]+|google-github-actions/auth"
    r"|github/codeql-action/\w+|azure/login|codecov/codecov-action|dorny/paths-filter|hadolint/hadolint-action"
    r"|softprops/action-gh-release|peter-evans/create-pull-request|slackapi/slack-github-action"
)
_MAY_PROVIDE_ANYTHING = lazily(
    r"(?:^|[;&|(]|\b(?:sudo|then|do|else|exec|time|xargs))[^\S\n]*\./\w|\b(?:bash|sh|zsh)\s+[\w./$\"-]|\bmake\b|\bsource\b|^[^\S\n]*\.\s|GITHUB_PATH|\bPATH=|\b(?:mise|asdf|nix\w*|devbox"
    r"|proto|aqua|pkgx|conda|mamba|micromamba|brew bundle|eval|ln|mv|cp|tar|unzip|chmod|install-\w+|alias|setup\.py"
    r"|pixi|sdk|apt-get install \$|direnv|volta|fnm|nvm)\b",
    re.MULTILINE,
)
"""What in a script may put any tool on the path."""
_BRINGS_ITS_OWN = frozenset(
    {"npx", "pnpm", "yarn", "npm", "bunx", "bun", "uv", "uvx", "poetry", "pdm", "pipenv", "hatch", "nix"}
)
"""Commands that run another from a folder of their own."""
_OF_PYTHON = """poetry uv uvx pdm hatch pipenv pytest ruff black flake8 mypy tox nox pre-commit checkov semgrep yamllint ansible
    ansible-playbook sam"""
_OF_NODE = """pnpm yarn bun bunx cdk serverless sls wrangler firebase vercel netlify markdownlint eslint prettier tsc jest
    vitest newman snyk"""
_PYTHON, _NODE = frozenset(_OF_PYTHON.split()), frozenset(_OF_NODE.split())
_GETS_PYTHON = lazily(r"\b(?:pip3?|uv|poetry|pdm|pipenv|pipx|hatch|tox|nox|virtualenv|venv)\b")
_GETS_NODE = lazily(r"\bcorepack\b|\bnpm\s[^\n]{0,200}(?:-g\b|--global|--location)|\byarn global\b")


def _table() -> Mapping[str, Any]:
    """Return the table of images."""
    return read_table("artifacts/workflow", "runners")


def missing_tool(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find the first call in a job of each tool that is not on its runner, or in its container."""
    job: Job = subject.context
    yield from missing_on_system(job)
    if "container" in job.value or "actions/checkout" not in [step.action for step in job.steps]:
        return  # an abridged example leaves more out than the checkout
    watched = [_watched_in(step.run) for step in job.steps if step.run is not None]
    if not any(watched):
        return
    images = sorted({label.lower() for label, _, _ in labels(job)})
    known = _table()["images"]
    if not images or isinstance(job.value.get("runs-on"), list) or any(one not in known for one in images):
        return
    lacking = set(_lacking(tuple(images)))
    if all(map(lacking.isdisjoint, watched)):
        return
    told: set[str] = set()
    before = line = ""
    for step in job.steps:
        if step.uses is not None:
            provided = _provided(step)
            if provided is None:
                return
            lacking -= provided
        elif step.run is not None:
            if step.is_shell and not lacking.isdisjoint(_watched_in(step.run)):
                yield from _calls(step, before, lacking, told, images[0])
            # What stands in front of the last line has been looked through already.
            if _MAY_PROVIDE_ANYTHING.search(f"{line}\n{step.run}"):
                return
            before += "\n" + step.run
            line = step.run.rstrip().rpartition("\n")[2]


@lru_cache(maxsize=256)
def _lacking(images: tuple[str, ...]) -> frozenset[str]:
    """Return the watched tools that none of some images holds."""
    table = _table()
    found = frozenset(table["watched"]).difference(*(table["images"][one] for one in images))
    return found.difference(*map(_set_up_at_hand, images))


@lru_cache(maxsize=256)
def _watched_in(script: str) -> frozenset[str]:
    """Return the watched tools whose names stand anywhere in a script."""
    return frozenset(tool for tool in _table()["watched"] if tool in script)


def _set_up_at_hand(image: str) -> tuple[str, ...]:
    """Return what an image is known to hold though its list does not say so."""
    return ("docker",) if image.startswith("windows-") else ()


def _provided(step: Step) -> set[str] | None:
    """Return the tools that an action puts on the path, `None` when it may be any."""
    assert step.uses is not None
    name = step.uses.name
    if step.uses.kind != "repository":
        return None
    if name in _PROVIDES:
        told = set(re.findall(r"[\w-]+", str(step.inputs.get("tools", ""))))
        return {*_PROVIDES[name], *told}
    if _PROVIDES_NOTHING.fullmatch(name):
        return set()
    return None


def _calls(step: Step, before: str, lacking: set[str], told: set[str], image: str) -> Iterator[Problem]:
    script = step.run or ""
    for command in step.script():
        tool = command.name
        if tool not in lacking or tool in told or command.name_word is None or command.fragment is not step.fragment:
            continue
        text = f"{before}\n{script[: command.start]}"
        if _MAY_PROVIDE_ANYTHING.search(text):
            return
        told.add(tool)
        if not _may_be_there(tool, text, command) and not step.value.get("continue-on-error"):
            yield Problem(place_of(command.name_word), tool=tool, image=image)


def _may_be_there(tool: str, text: str, command: Command) -> bool:
    """Say whether something before a call may have installed the tool, or looked for it."""
    if command.failure_ignored or command.function or (command.name_word is not None and "/" in command.name_word.text):
        return True
    if command.wrapper is not None and command.wrapper.name in _BRINGS_ITS_OWN:
        return True
    if tool in _PYTHON and _GETS_PYTHON.search(text):
        return True
    if tool in _NODE and _GETS_NODE.search(text):
        return True
    return re.search(rf"(?<![\w-]){re.escape(tool)}(?![\w-])", text) is not None
