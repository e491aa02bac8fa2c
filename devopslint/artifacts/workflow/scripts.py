"""What reads the script of a `run:`, and what is certain when it begins.

From the page "Workflow syntax" of GitHub's documentation: without `shell` bash is started with `-e`, with `shell: bash`
with `-eo pipefail` too, with `shell: sh` with `-e`; a template of one's own (`bash {0}`) says everything itself.
"""

from __future__ import annotations

import re

from devopslint.artifacts.workflow.model import map_at
from devopslint.artifacts.workflow.shells import ends_with_the_first_failure
from devopslint.knowledge.commands import ScriptContext
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.artifacts.workflow.model import Step

_ALWAYS = frozenset({"CI", "HOME", "PATH", "PWD", "SHELL", "USER"})


def script_context(step: Step) -> ScriptContext:
    """Return what checks on the script of a step can ask."""
    return ScriptContext(
        step.script,
        step,
        shell="dash" if step.shell == "sh" and _is_on_ubuntu(step) else step.shell,
        errexit=_ends_with_the_first_failure(step),
        known=lambda name: _is_set(step, name),
        declared=lambda name: _is_declared(step, name),
    )


def _ends_with_the_first_failure(step: Step) -> bool:
    shell, _ = step.run_setting("shell")
    return not isinstance(shell, str) or ends_with_the_first_failure(shell)


def _is_on_ubuntu(step: Step) -> bool:
    """Say whether a step runs on one of GitHub's runners with Ubuntu, whose `sh` is dash, and in no container."""
    labels = step.job.runs_on
    return (
        labels is not None
        and all(label.startswith("ubuntu-") for label in labels)
        and "container" not in step.job.value
    )


_FROM_RUNNER = lazily(
    r"(?:JAVA_HOME|GOROOT|ANDROID|CHROME|EDGE|GECKO|SELENIUM|AGENT|ACTIONS|Python\d?)_|pythonLocation$"
)
"""Variables that the image of a runner or a set-up action gives."""


def _is_declared(step: Step, name: str) -> bool:
    """Say whether a variable gets a value where the script is run: in an `env`, or by a step before."""
    if _is_set(step, name) or _FROM_RUNNER.match(name) or any(name in env for env, _ in step.env_owners()):
        return True
    container = step.job.value.get("container")
    if isinstance(container, dict) and name in map_at(container, "env"):
        return True
    given = re.compile(rf"\b{re.escape(name)}(?:=|<<)")
    return any(
        one.run is not None and "GITHUB_ENV" in one.run and given.search(one.run) is not None for one in step.before
    )


def _is_set(step: Step, name: str) -> bool:
    """Say whether a variable certainly holds a text that is not empty."""
    if name in _ALWAYS or name.startswith(("GITHUB_", "RUNNER_")):
        return True
    for env, _ in step.env_owners():
        value = env.get(name)
        if value is not None:
            return not isinstance(value, str) or (bool(value.strip()) and "${{" not in value)
    return False
