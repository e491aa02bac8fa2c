"""Checks on what the run's token may do, against what the steps of a job do with it."""

from __future__ import annotations

import re

from devopslint.artifacts.workflow import known_permissions as known
from devopslint.artifacts.workflow.inputs import keeps_credentials
from devopslint.artifacts.workflow.purpose import purposes
from devopslint.policy.subject import Place, Problem, place_in
from devopslint.syntax.patterns import at_word, lazily
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.workflow.model import Job, Step
    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command

    Options = Mapping[str, Any]
    Need = tuple[str, str, str, tuple[str, ...] | Place]
    """A scope, what for, what needs it, and where."""

_OWN_TOKEN = lazily(r"secrets\.GITHUB_TOKEN|github\.token", re.IGNORECASE)
_TOKEN_INPUTS = frozenset(
    {"token", "github_token", "github-token", "repo-token", "repo_token", "app-token", "personal_token", "repotoken"}
)
_TOKEN_VARIABLES = ("GH_TOKEN", "GITHUB_TOKEN")
_GH_VALUED = frozenset(
    {"-R", "--repo", "--title", "-t", "--body", "-b", "-F", "--body-file", "--notes", "-n", "--hostname", "-X", "-H"}
    | {"--method", "--field", "-f", "--raw-field", "--jq", "-q", "--header", "--input", "--template"}
)
_ON_PULLS = frozenset({"pull_request", "pull_request_target"})
_GIT_VALUED = frozenset({"-C", "-c", "--git-dir", "--work-tree"})
_MAY_NEED = lazily(at_word(r"gh\s", r"push\b", r"cosign\b") + r"|--provenance")
_WRITES = lazily(
    r"(?:^|\s)(?:-X|--method)[ =]?[\"']?(?:POST|PUT|PATCH|DELETE)\b|(?:^|\s)(?:-f|-F|--field|--raw-field|--input)\b"
)
_OTHER_REMOTE = lazily(
    r"remote (?:set-url|add)|url\.\S{1,300}\.insteadOf|https?://[^\s]{0,300}@|extraheader|GIT_SSH|ssh-add|gh auth setup-git"
)
_SAFE = lazily(
    r"^\s*(?:(?:npm|yarn|pnpm|bun) (?:ci|install|i|test|t|run (?:lint|test|build|check|typecheck)\S*|lint|build)"
    r"|npx (?:eslint|tsc|prettier)|pytest|python3? -m (?:pytest|pip|unittest|build)|pip3? install"
    r"|go (?:test|build|vet|mod)|cargo (?:test|build|clippy|fmt|check)|ruff|mypy|flake8|black|tox"
    r"|(?:\./)?(?:mvnw?|gradlew?) (?:-\S+ )*(?:test|verify|check|build)|uv (?:sync|run pytest)"
    r"|poetry (?:install|run pytest)|bundle (?:install|exec rspec)|dotnet (?:restore|build|test)|composer install"
    r"|echo|set -|cd |export |ls|cat |node --version|make (?:test|lint|build))\b.*$"
)
"""Lines of scripts that surely neither push nor ask for an identity."""


def missing_permission(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find what writes with the run's token to a scope that the job, which names others, does not grant."""
    step: Step = subject.context
    job = step.job
    if not job.key or not job.declares_permissions:
        return
    told: set[str] = set()
    for scope, purpose, what, at in needs_of(step):
        granted = [job.grants(one) for one in scope.split("|")]
        if scope in told or None in granted or "write" in granted:
            continue
        told.add(scope)
        shown = " or ".join(f"`{one}: write`" for one in scope.split("|"))
        yield Problem(at, action=what, scope=shown, purpose=purpose)


def needs_of(step: Step) -> Iterator[Need]:
    """Yield what a step needs of the run's own token, as far as that is known."""
    if step.uses is not None and step.uses.kind == "repository":
        yield from _of_action(step)
    elif step.run is not None and _MAY_NEED.search(step.run) and step.is_shell:
        for command in step.script():
            yield from _of_command(command, step)


def _of_action(step: Step) -> Iterator[Need]:
    assert step.uses is not None
    name, inputs = step.uses.name, step.inputs
    if name not in known.WRITING or _brings_a_token(step):
        return
    if any(key in inputs for key in known.OTHER_KEYS.get(name, ())):
        return
    if name == "release-drafter/release-drafter" and set(step.workflow.triggers) <= _ON_PULLS:
        return  # it labels pull requests then, and drafts nothing
    if name == "actions/github-script":
        yield from _of_javascript(step)
    elif name == "pypa/gh-action-pypi-publish":
        url = str(inputs.get("repository-url", inputs.get("repository_url", "pypi.org")))
        if "password" not in inputs and "pypi.org" in url:
            yield "id-token", "prove who it is", name, ("uses",)
    elif (
        name == "docker/build-push-action" and "push" in purposes(step) and _goes_to_ghcr(step, str(inputs.get("tags")))
    ):
        yield "packages", "push to ghcr.io", name, ("uses",)
    for scope, purpose in known.ACTIONS.get(name, ()):
        yield scope, purpose, name, ("uses",)
    for condition, needs in known.ONLY_WITH.get(name, {}).items():
        if _is_met(condition, inputs):
            for scope, purpose in needs:
                yield scope, purpose, name, ("uses",)


def _is_met(condition: str, given: Mapping[str, Any]) -> bool:
    key, mark, wanted = re.fullmatch(r"([\w-]++)([=~]?)(.*)", condition).groups()  # type: ignore[union-attr]
    value = given.get(key)
    if value is None:
        return False
    text = str(value).lower()
    return (text == wanted if mark == "=" else re.search(wanted, text) is not None) if mark else True


def _brings_a_token(step: Step) -> bool:
    """Say whether a step works with another token than the run's own."""
    for owner in (step.inputs, *(env for env, _ in step.env_owners())):
        for key, value in owner.items():
            if key.lower() in _TOKEN_INPUTS and isinstance(value, str) and not _OWN_TOKEN.search(value):
                return True
    return False


def _of_javascript(step: Step) -> Iterator[Need]:
    script = step.inputs.get("script")
    fragment = step.workflow.fragment((*step.path, "with", "script")) if isinstance(script, str) else None
    if fragment is None or not isinstance(script, str):
        return
    for pattern, scope, purpose in known.OCTOKIT if "github." in script else ():
        found = re.search(r"\bgithub\.(?:rest\.)?" + pattern, script)
        if found:
            yield scope, purpose, found.group(), place_in(fragment, *found.span())


def _of_command(command: Command, step: Step) -> Iterator[Need]:
    name = command.name
    if name == "gh":
        yield from _of_gh(command, step)
    elif name == "git":
        words = command.operands(_GIT_VALUED)
        if words and words[0].text == "push" and _pushes_with_own_token(command, step):
            yield known.CONTENTS, "push", *_told(command, 1)
    elif name == "cosign":
        words = command.operands()
        keyed = command.has_flag("--key", "-k", "--sk", "--identity-token")
        if words and words[0].text in known.KEYLESS and not keyed:
            yield "id-token", "sign", *_told(command, 1)
    elif name == "npm":
        if command.args[:1] == ["publish"] and command.has_flag("--provenance"):
            yield "id-token", "prove who it is", *_told(command, 1)
    elif name in {"docker", "podman", "buildah", "helm", "oras", "crane"}:
        text = command.fragment.text[command.start : command.end]
        if re.search(r"\bpush\b", text) and _goes_to_ghcr(step, text):
            yield "packages", "push to ghcr.io", *_told(command, 1)


def _told(command: Command, words: int) -> tuple[str, Place]:
    """Return what people call a command, and the place of its name with its first words."""
    assert command.name_word is not None
    shown = [word for word in command.words if not word.text.startswith("-")][:words]
    end = shown[-1].end if shown else command.name_word.end
    named = " ".join([command.name, *(word.text for word in shown)])
    return named, place_in(command.fragment, command.name_word.start, end)


def _of_gh(command: Command, step: Step) -> Iterator[Need]:
    if not _has_own_token(command, step) or command.has_flag("-R", "--repo"):
        return
    words = [word.text for word in command.operands(_GH_VALUED)]
    if words[:1] == ["api"]:
        text = command.fragment.text[command.start : command.end]
        if _WRITES.search(text) and "graphql" not in text and not re.search(r"-X[ =]?GET|--method[ =]GET", text):
            path = next((word for word in words[1:] if "/" in word), "")
            found = next(((scope, what) for pattern, scope, what in known.API if re.search(pattern, path)), None)
            if found is not None and not re.search(r"^/?orgs/", path):
                yield *found, *_told(command, 1)
        return
    for first, seconds, scope, purpose in known.GH:
        if words[:1] == [first] and words[1:2] and words[1] in seconds:
            yield scope, purpose, *_told(command, 2)


def _has_own_token(command: Command, step: Step) -> bool:
    """Say whether `gh` surely works with the run's own token."""
    if any(one.name in _TOKEN_VARIABLES for one in command.assignments) or re.search(
        r"(?:export\s+|^[^\S\n]*)(?:GH_TOKEN|GITHUB_TOKEN)=|gh auth login|GH_REPO=", step.run or "", re.MULTILINE
    ):
        return False
    for name in _TOKEN_VARIABLES:
        value = variable(step, name)
        if value is not None:
            return bool(_OWN_TOKEN.search(value)) and not re.search(
                r"\|\||secrets\.(?!GITHUB_TOKEN)", value, re.IGNORECASE
            )
    return False


def variable(step: Step, name: str) -> str | None:
    """Return what the innermost `env` sets a variable to; `None` when no text."""
    for env, _ in step.env_owners():
        if name in env:
            value = env[name]
            return value if isinstance(value, str) else None
    return None


def _pushes_with_own_token(command: Command, step: Step) -> bool:
    """Say whether `git push` surely uses the token that `actions/checkout` has left behind."""
    if command.has_flag("--dry-run", "-n") or any("://" in word.text or "@" in word.text for word in command.words):
        return False
    if any(_OTHER_REMOTE.search(one.run or "") for one in step.job.steps):
        return False
    if any(one.uses is not None and one.uses.kind == "local" for one in step.before):
        return False
    checkouts = [one for one in step.before if one.action == "actions/checkout"]
    if not checkouts or any({"path", "repository", "ssh-key"} & set(one.inputs) for one in checkouts):
        return False
    words = [word.text for word in command.operands(_GIT_VALUED)]
    plain = words[1:2] in ([], ["origin"])
    if (
        not plain
        or step.value.get("working-directory")
        or re.search(r"\bcd\s|\bgit (?:clone|init)\b|git -C", step.run or "")
    ):
        return False
    return all(
        not isinstance(one.inputs.get("token"), str)
        or _OWN_TOKEN.fullmatch(one.inputs["token"].strip("${} ")) is not None
        for one in checkouts
    ) and any(keeps_credentials(one.inputs) is not False for one in checkouts)


def _goes_to_ghcr(step: Step, text: str) -> bool:
    """Say whether an image surely goes to ghcr.io, by a login with the run's own token."""
    if not any(_logs_in(one) for one in step.before) and not (step.run and _logs_in(step)):
        return False
    if "ghcr.io" in _with_variables(step, text):
        return True
    named = re.findall(r"steps\.([\w-]+)\.outputs\.tags", text)
    for identifier in named:
        other = step.job.step(identifier)
        images = other.inputs.get("images") if other is not None else None
        if other is not None and isinstance(images, str) and "ghcr.io" in _with_variables(other, images):
            return True
    return False


def _logs_in(step: Step) -> bool:
    if step.action == "docker/login-action":
        registry, password = step.inputs.get("registry"), step.inputs.get("password")
        own = isinstance(password, str) and _OWN_TOKEN.search(password) is not None and "||" not in password
        return own and isinstance(registry, str) and "ghcr.io" in _with_variables(step, registry)
    if step.run is None or not re.search(r"\blogin\b[^\n]{0,300}\bghcr\.io", step.run):
        return False
    line = next(line for line in step.run.split("\n") if re.search(r"\blogin\b[^\n]{0,300}\bghcr\.io", line))
    if _OWN_TOKEN.search(line):
        return True
    names = re.findall(r"\$\{?(\w+)", line)
    return any(_OWN_TOKEN.search(variable(step, name) or "") for name in names)


def _with_variables(step: Step, text: str) -> str:
    """Return a text with what its `${{ env.X }}` and `$X` are set to behind it."""
    names = re.findall(r"env\.(\w+)|\$\{?(\w+)", text)
    return " ".join([text, *(variable(step, one or other) or "" for one, other in names)])


def unneeded_permission(subject: Subject, options: Options) -> Iterator[Problem]:
    """Find permissions to write of which it is known that no step of the job makes use."""
    job: Job = subject.context
    source = subject.document.source
    owner = job.value if "permissions" in job.value or len(job.workflow.jobs) > 1 else job.workflow.root
    declared = owner.get("permissions")
    if not isinstance(declared, Map):
        return
    given = [scope for scope, level in declared.items() if level == "write"]
    if not given or not job.steps or not all(_is_known(step) for step in job.steps):
        return
    needed = {scope for step in job.steps for need in needs_of(step) for scope in need[0].split("|")}
    quiet = all(step.run is None or _is_quiet(step.run) for step in job.steps)
    for scope in given:
        if scope not in needed and (quiet or scope not in {"contents", "id-token"}):
            yield Problem(Place(source, *declared.at[scope][:2]), scope=scope, job=job.key)


def _is_known(step: Step) -> bool:
    """Say whether it is known what a step does with the run's token."""
    texts = [str(value) for owner in (step.inputs, step.env) for value in owner.values()]
    if step.uses is not None:
        name = step.uses.name
        if step.uses.kind != "repository":
            return False
        login = name == "docker/login-action" and not _brings_a_token(step) and "GITHUB_TOKEN" in str(step.inputs)
        return known.INERT.fullmatch(name) is not None and not login
    handed = any(_OWN_TOKEN.search(text) for text in [*texts, step.run or ""])
    whole = [value for env, _ in step.job.env_owners() for value in env.values()]
    return step.run is not None and not handed and not any(_OWN_TOKEN.search(str(text)) for text in whole)


def _is_quiet(script: str) -> bool:
    lines = [
        line for line in script.replace("\\\n", " ").split("\n") if line.strip() and not line.lstrip().startswith("#")
    ]
    return all(_SAFE.match(line) and not re.search(r"&&|;|\||\$\(|`", line) for line in lines)
