"""What steps and jobs are for: lint, test, build, scan, push images, publish packages, deploy.

Told by the actions that they use and the commands that they run.
"""

from __future__ import annotations

import re
from functools import lru_cache

from devopslint.artifacts.workflow.inputs import switch
from devopslint.artifacts.workflow.known_tools import ACTIONS, COMMANDS, TARGETS, WORDS
from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.shells import powershell_code
from devopslint.artifacts.workflow.stretches import heredocs, without
from devopslint.artifacts.workflow.words import has_one_of
from devopslint.knowledge.make import targets_asked_for
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.artifacts.workflow.actions import ActionRef
    from devopslint.artifacts.workflow.model import Job, Step, Workflow

_START = r"(?:^|[\s;&|(/'\"`=])"
_COMMANDS = {
    purpose: lazily(_START + r"(?:" + "|".join(patterns) + r")(?=$|[\s;&|)'\"`:])", re.MULTILINE)
    for purpose, patterns in COMMANDS.items()
}
_TARGETS = {purpose: lazily(pattern) for purpose, pattern in TARGETS.items()}
_WORD = r"(?>(?:\$\{\{[^}\n]{0,200}\}\}|\$\([^()\n]{0,200}\)|\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'|[^\s;&|()<>'\"`])+)"
_MAKE = lazily(_START + rf"make((?>(?:[ \t]+{_WORD})+))")
"""A call of make, and its words."""
_EACH_WORD = lazily(_WORD)
_REMARK = lazily(r"(?<=\s)#.*")
_LOCAL_CLUSTER = lazily(
    r"\b(?:kind (?:create|load)|minikube|k3d|k3s|microk8s|localstack|kind-action|setup-kind|tflocal|ctlptl)",
    re.IGNORECASE,
)
_LOCAL_REGISTRY = lazily(
    r"(?<![\w./-])[\"']?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|kind-registry|host\.docker\.internal)(?::\d+)?/"
)
_TEST_FOLDER = lazily(r"(?:^|/)(?:tests?|examples?|fixtures?|testdata|\.github)(?:/|$)")
_HANDS_OVER = lazily(
    r"\baws s3 (?:sync|cp)\b|\b(?:ssh|scp|rsync|sftp|lftp)\s|ssh-action|scp-action|ssh-deploy|ftp-deploy|s3-sync"
    r"|s3-deploy|docker[ -]compose[^\n]{0,300}\bup\b|cloudfront create-invalidation|az storage blob|gsutil",
    re.IGNORECASE,
)
"""What a job that calls itself a deployment deploys with, and others do other things with."""
_NAMES = {
    "test": lazily(r"(?:^|[^a-z])(?:tests?|e2e|unit|integration|spec|specs|verify|check|checks)(?:$|[^a-z])"),
    "end to end": lazily(r"(?:^|[^a-z])(?:tests?|e2e)(?:$|[^a-z])"),
    "lint": lazily(r"(?:^|[^a-z])(?:lint|linting|linter|format|style|static)(?:$|[^a-z])"),
    "deploy": lazily(r"(?:^|[^a-z])deploy(?:ment)?(?:$|[^a-z])"),
}
"""What the name of a job says that it is for."""
_CHECKS = frozenset({"test", "lint", "scan", "image-scan", "sarif"})
_NO_SERVICE = lazily(r"docs?\b|documentation|pages|preview|website|site\b|keys?\b|demo")
_DRY = lazily(
    r"--dry-run|--diff-only|--noop|-detailed-exitcode|--no-execute|--syntax-check|--check\b|--list-(?:hosts|tasks|tags)|--build-only"
)
_SAYS = lazily(r"(?:#|gh (?:pr|issue) |git (?:commit|tag|log|grep) |[ef]?grep |logger )")
"""What a line begins with that only speaks of commands."""
_SAID = lazily(
    r"\b(?:echo|printf)\s+(?:-\w+\s+)*(?:\"[^\"\n$`]*\"|'[^'\n]*')|^[ \t]*(?:echo|printf) [^&|;\n]*", re.MULTILINE
)
_DOCUMENT = lazily(r"^(?=[^|]*$)(?>.*?\b(?:cat|tee)\b).*<<-?[ \t]*[\"']?(\w+)")
"""The line that begins a text which is written to a file or into the log, not handed to a command."""


def purposes(step: Step) -> frozenset[str]:
    """Return what a step is for: names among `COMMANDS` and `ACTIONS`."""
    if step.purposes is None:
        step.purposes = _of_action(step) if step.uses is not None else _of_script(step.run or "")
    return step.purposes


@lru_cache(maxsize=256)
def _by_name(action: str) -> frozenset[str]:
    return frozenset(purpose for purpose, names in ACTIONS.items() if action.startswith(names))


def _of_action(step: Step) -> frozenset[str]:
    assert step.uses is not None
    name = step.uses.name
    if not step.inputs and step.uses.kind != "docker":
        return _by_name(name)
    found = set(_by_name(name))
    if name in {"docker/build-push-action", "docker/bake-action"}:
        outputs = str(step.inputs.get("outputs", ""))
        push = step.inputs.get("push", False)
        if (push is not None and switch(push) is not False) or "type=registry" in outputs or "push=true" in outputs:
            found.add("push")
        if _is_local(step.inputs.get("tags")):
            found.discard("push")
    if step.inputs.get("action") in ("close", "delete", "destroy"):
        found.discard("deploy")
    if name == "aquasecurity/trivy-action" and step.inputs.get("scan-type", "image") != "image":
        found.discard("image-scan")
    if step.uses.kind == "docker" and "trivy" in name:
        found.update(("scan", "image-scan"))
    return frozenset(found)


def _is_local(tags: object) -> bool:
    """Say whether all tags of an image are those of a registry on the runner itself."""
    each = [tag for tag in re.split(r"[\s,]+", tags) if tag] if isinstance(tags, str) else []
    return bool(each) and all(is_on_runner(tag) for tag in each)


def is_on_runner(image: str) -> bool:
    """Say whether an image is one of a registry on the runner itself, which ends with the job."""
    return _LOCAL_REGISTRY.match(image) is not None


@lru_cache(maxsize=256)
def _of_script(text: str) -> frozenset[str]:
    plain = powershell_code(text) if "<#" in text or "Write-" in text or re.search(r"@['\"]\s*\n", text) else text
    plain = plain.replace("\\\n", " ")
    plain = _SAID.sub("echo", without(plain, heredocs(plain, _DOCUMENT)) if "<<" in plain else plain)
    script = "\n".join(line for line in plain.split("\n") if not _SAYS.match(line.lstrip()))
    found = {purpose for purpose in _COMMANDS if has_one_of(script, WORDS[purpose]) and _does(script, purpose)}
    real = "\n".join(line for line in script.split("\n") if not _DRY.search(line))
    if "push" in found and _LOCAL_REGISTRY.search(script):
        elsewhere = "\n".join(line for line in script.split("\n") if not _LOCAL_REGISTRY.search(line))
        if not _COMMANDS["push"].search(elsewhere):
            found.discard("push")
    if "deploy" in found and (_LOCAL_CLUSTER.search(script) or not _does(real, "deploy")):
        found.discard("deploy")
    return frozenset(found)


def _does(script: str, purpose: str, *, at_once: bool = False) -> bool:
    """Say whether a script has a command for a purpose (`at_once`: begins with one)."""
    pattern = _COMMANDS[purpose]
    return (pattern.match(script) if at_once else pattern.search(script)) is not None or (
        purpose in _TARGETS and any(map(_TARGETS[purpose].search, _targets(script, at_once=at_once)))
    )


def _targets(script: str, *, at_once: bool) -> Iterator[str]:
    """Yield the targets that the calls of make in a script ask for."""
    if "make " not in script:
        return
    script = _REMARK.sub("", script) if "#" in script else script
    first = _MAKE.match(script)
    for call in ([first] if first else []) if at_once else _MAKE.finditer(script):
        words = _EACH_WORD.findall(call[1])
        for index in targets_asked_for([word.strip("\"'") for word in words]):
            yield words[index]


def is_check(line: str) -> bool:
    """Say whether a line of a script begins with a command that tests or lints."""
    return any(_does(line, purpose, at_once=True) for purpose in ("test", "lint"))


@lru_cache(maxsize=512)
def _told_by(name: str) -> frozenset[str]:
    """Return what the key and the name of a job say that it is for: `test` (and `end to end`), `lint`, `deploy`."""
    found = {what for what, pattern in _NAMES.items() if pattern.search(name.lower())}
    if _NO_SERVICE.search(name.lower()):
        found.discard("deploy")
    return frozenset(found)


def _deploys_nowhere(job: Job) -> bool:
    """Say whether what a job deploys is one of its tests, or goes to a cluster that ends with it."""
    run = map_at(map_at(job.value, "defaults"), "run")
    folders = [run.get("working-directory"), *(step.value.get("working-directory") for step in job.steps)]
    return any(_TEST_FOLDER.search(str(one)) for one in folders) or any(
        _LOCAL_CLUSTER.search(f"{step.run or ''} {step.uses.text if step.uses else ''}") for step in job.steps
    )


def job_purposes(job: Job) -> frozenset[str]:
    """Return what a job is for: what its steps do, and what its name says of tests and linting."""
    if job.purposes is None:
        job.purposes = frozenset(_of_job(job))
    return job.purposes


def purposes_with_called(job: Job) -> frozenset[str]:
    """Return what a job is for, what the workflow of the same repository that it calls does included."""
    if job.uses is None or job.uses.kind != "local":
        return job_purposes(job)
    from devopslint.artifacts.workflow.called import called_workflow

    called = called_workflow(job.workflow, job.uses)
    if called is None:
        return job_purposes(job)
    if "purposes" not in called.cache:
        called.cache["purposes"] = frozenset().union(*map(job_purposes, called.jobs.values()))
    inner: frozenset[str] = called.cache["purposes"]
    return job_purposes(job) | inner


def checks_with_used(job: Job) -> frozenset[str]:
    """Return what a job is for, and what the local actions that it uses check: they test, lint, scan."""
    found = job_purposes(job)
    for step in job.steps:
        if step.uses is not None and step.uses.kind == "local":
            found |= _CHECKS & _of_local_action(job.workflow, step.uses)
    return found


def _of_local_action(workflow: Workflow, uses: ActionRef) -> frozenset[str]:
    from devopslint.artifacts.workflow.called import called_action

    action = called_action(workflow, uses)
    if action is None or action.action_job is None:
        return frozenset()
    if "purposes" not in action.cache:
        action.cache["purposes"] = frozenset()  # of one that uses itself
        action.cache["purposes"] = checks_with_used(action.action_job)
    inner: frozenset[str] = action.cache["purposes"]
    return inner


def _of_job(job: Job) -> set[str]:
    found: set[str] = set()
    for step in job.steps:
        found.update(purposes(step))
    name = job.value.get("name")
    told = _told_by(f"{job.key} {name}" if isinstance(name, str) else job.key)
    found |= told & {"test", "lint"}
    if "deploy" in told and any(
        _HANDS_OVER.search(f"{step.run or ''} {step.uses.name if step.uses else ''}") for step in job.steps
    ):
        found.add("deploy")
    if "deploy" in found and ("end to end" in told or _deploys_nowhere(job)):
        found.discard("deploy")
    return found


def environment_of(job: Job) -> str | None:
    """Return the name of a job's environment as written, `None` without one."""
    value = job.value.get("environment")
    if isinstance(value, dict):
        value = value.get("name")
    return value if isinstance(value, str) and value else None


_PRODUCTION = lazily(r"(?:^|[^a-z])(?:prod|production|prd|live)(?:$|[^a-z])", re.IGNORECASE)
_STAGING = lazily(
    r"(?:^|[^a-z])(?:stag|stage|staging|stg|uat|preprod|pre-prod|pre-production|qa|test|testing|dev|development|preview|canary|integration)(?:$|[^a-z])",
    re.IGNORECASE,
)


def is_production(environment: str) -> bool:
    """Say whether the name of an environment is one for production."""
    return _PRODUCTION.search(environment) is not None and _STAGING.search(environment) is None


def stage_of(job: Job) -> str:
    """Return `production` or `staging` for where a job deploys to, as its environment or name says; else the empty string."""
    name = job.value.get("name")
    return _stage_told_by((environment_of(job) or "", job.key, name if isinstance(name, str) else ""))


@lru_cache(maxsize=512)
def _stage_told_by(texts: tuple[str, ...]) -> str:
    for text in texts:
        if _STAGING.search(text):
            return "staging"
        if _PRODUCTION.search(text):
            return "production"
    return ""
