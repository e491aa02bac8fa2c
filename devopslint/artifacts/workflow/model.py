"""A workflow or an action as people think of it: triggers, jobs, steps, permissions, environment."""

from __future__ import annotations

from devopslint.artifacts.workflow.actions import parse_uses
from devopslint.artifacts.workflow.inputs import inputs_of
from devopslint.artifacts.workflow.matrix import read_matrix
from devopslint.artifacts.workflow.needs import needed_before
from devopslint.artifacts.workflow.operating_systems import is_on_windows, labels_of
from devopslint.artifacts.workflow.shells import SHELLS, shell_name, speaks_powershell
from devopslint.syntax.tree import MISSING, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeGuard

    from devopslint.artifacts.workflow.actions import ActionRef
    from devopslint.artifacts.workflow.matrix import Matrix
    from devopslint.policy.artifact import Workspace
    from devopslint.policy.subject import Subject
    from devopslint.syntax.fragment import Fragment
    from devopslint.syntax.shell import Script
    from devopslint.syntax.tree import Document, Mark, Path


def names_of(value: Any) -> list[str]:
    """Return the strings of a value that is one string or a list of them."""
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


_NOTHING = Map()


def map_at(value: Any, key: str) -> Map:
    """Return the mapping under a key, or an empty one, which nobody may change."""
    below = value.get(key) if isinstance(value, Map) else None
    return below if isinstance(below, Map) else _NOTHING


def permissions_of(value: Any) -> dict[str, str] | None:
    """Return a `permissions` value as scope to level, with `*` for `read-all` and `write-all`; `None` when not known."""
    if value in ("read-all", "write-all"):
        return {"*": value[:-4]}
    if isinstance(value, Map):
        return {scope: level for scope, level in value.items() if isinstance(level, str)}
    return None


def is_step(owner: Step | Job) -> TypeGuard[Step]:
    """Say whether it is a step, not a job."""
    return isinstance(owner, Step)


def step_of(command: Subject) -> Step | None:
    """Return the step in whose script a command of a shell stands; `None` when that is no script of a step."""
    owner = command.context.owner
    return owner if isinstance(owner, Step) else None


class Workflow:
    """A workflow file, or an action's `action.yml` (`is_action`), whose steps then belong to `action_job`."""

    __slots__ = (
        "_walk", "action_job", "cache", "containers", "document", "is_action", "jobs", "mappings", "path", "root",
        "steps", "triggers", "workspace",
    )  # fmt: skip

    def __init__(self, document: Document, path: str, workspace: Workspace | None, *, is_action: bool = False) -> None:
        self.document = document
        self.path = path
        self.root: Map = document.root if isinstance(document.root, Map) else Map()
        self.workspace = workspace
        self.is_action = is_action
        self.containers: list[Map | Seq] = []
        """Every mapping and list of the document once, in a workflow that is judged."""
        self.mappings: list[Map] = []
        """The mappings among them."""
        self._walk: Any = None
        self.cache: dict[str, Any] = {}
        self.triggers = {} if is_action else _triggers(self.root.get("on"))
        self.jobs: dict[str, Job] = {}
        self.action_job: Job | None = None
        if is_action:
            self.action_job = Job(self, "", map_at(self.root, "runs"))
        else:
            for key, value in map_at(self.root, "jobs").items():
                if isinstance(value, Map):
                    self.jobs[key] = Job(self, key, value)
        jobs = [self.action_job] if self.action_job else list(self.jobs.values())
        self.steps: list[Step] = [step for job in jobs for step in job.steps]
        """Every step of every job."""

    @property
    def walk(self) -> Any:
        """The `schema.Walk` over the document, made once."""
        if self._walk is None:
            from devopslint.artifacts.workflow.schema import walk_document

            self._walk = walk_document(self.document.root, "action" if self.is_action else "workflow")
        return self._walk

    def let_go(self) -> None:
        """Part the circles of jobs, steps and commands, so that memory is free at once."""
        for step in self.steps:
            step.let_go()
        for job in (self.action_job, *self.jobs.values()):
            if job is not None:
                job.let_go()
        self.action_job = None
        for held in (self.jobs, self.steps, self.cache, self.containers, self.mappings):
            held.clear()

    def job_called(self, name: str) -> Job | None:
        """Return the job with a key (keys do not mind case), or `None`."""
        known: dict[str, Job] | None = self.cache.get("jobs by key")
        if known is None:
            known = self.cache["jobs by key"] = {}
            for key, job in self.jobs.items():
                known.setdefault(key.lower(), job)
        return known.get(name.lower())

    def has_trigger(self, *names: str) -> bool:
        """Say whether one of the events triggers the workflow."""
        return not self.triggers.keys().isdisjoint(names)

    def fragment(self, path: Path) -> Fragment | None:
        """Return the string at a path of the document with the place of each of its characters."""
        node: Any = self.root
        mark: Mark | None = None
        for step in path:
            if isinstance(node, Map) and step in node.at:
                mark = node.at[step][2:]
                node = node.get(step)
            elif isinstance(node, Seq) and isinstance(step, int) and step < len(node):
                mark = node.at[step]
                node = node[step]
            else:
                return None
        if mark is None or not isinstance(node, str):
            return None
        return self.fragment_at(mark, node)

    def fragment_at(self, mark: Mark, value: str) -> Fragment:
        """Return a string with the place of each of its characters; made once, for many may ask."""
        known: dict[Mark, Fragment] = self.cache.setdefault("fragments", {})
        if mark not in known:
            from devopslint.syntax.yaml_scalar import scalar_fragment

            known[mark] = scalar_fragment(self.document.source, mark, value)
        return known[mark]


class Job:
    """A job; `matrix` is `None` without one, and `needs` holds the names as written."""

    __slots__ = (
        "_by_id", "_by_path", "_closure", "_extremes", "_on_windows", "key", "matrix", "needs", "path", "permissions",
        "purposes", "run_defaults", "steps", "uses", "value", "workflow",
    )  # fmt: skip

    def __init__(self, workflow: Workflow, key: str, value: Map) -> None:
        self.workflow = workflow
        self.key = key
        self.value = value
        self.path: Path = ("jobs", key) if key else ("runs",)
        self.needs = names_of(value.get("needs"))
        self.matrix: Matrix | None = read_matrix(value, workflow.document.source)
        uses = value.get("uses")
        self.uses: ActionRef | None = parse_uses(uses) if isinstance(uses, str) and key else None
        declared = value.get("permissions", MISSING)
        if declared is MISSING:
            declared = workflow.root.get("permissions", MISSING)
        self.permissions: dict[str, str] | None = permissions_of(declared)
        steps = value.get("steps")
        self.steps: list[Step] = []
        if isinstance(steps, Seq):
            self._take_steps(steps, ("steps",), {id(steps)})
        self.run_defaults: list[tuple[Map, Path]] = [
            (map_at(owner["defaults"], "run"), (*path, "defaults", "run"))
            for owner, path in ((value, self.path), (workflow.root, ()))
            if "defaults" in owner
        ]
        """Its `defaults.run` and that of the workflow, each with its path."""
        self.purposes: frozenset[str] | None = None
        """What it is for, once somebody has asked `purpose.job_purposes`."""
        self._by_id: dict[str, Step] | None = None
        self._by_path: dict[Path, Step] | None = None
        self._closure: frozenset[str] | None = None
        self._extremes: dict[Any, tuple[int, int]] = {}
        self._on_windows: bool | str | None = "not asked"

    def let_go(self) -> None:
        """Forget the steps."""
        self.steps.clear()
        self._by_id = self._by_path = None

    @property
    def declares_permissions(self) -> bool:
        """Whether the job or the workflow says what the token may do."""
        return "permissions" in self.value or "permissions" in self.workflow.root

    def grants(self, scope: str) -> str | None:
        """Return `write`, `read` or `none` for the token's access to a scope, `None` when nothing says."""
        if self.permissions is None:
            return "none" if self.declares_permissions and self.value.get("permissions", 0) == {} else None
        return self.permissions.get("*") or self.permissions.get(scope, "none")

    @property
    def runs_on(self) -> list[str] | None:
        """Every label that its runner can have; `None` when one can't be known, or a group decides."""
        return labels_of(self)

    @property
    def on_windows(self) -> bool | None:
        """Whether it runs on Windows, where the default shell is PowerShell; `None` when not known."""
        if self._on_windows == "not asked":
            self._on_windows = is_on_windows(self)
        return self._on_windows  # type: ignore[return-value]  # it has been asked

    def env_owners(self) -> list[tuple[Map, Path]]:
        """Return its `env` and that of the workflow, each with its path: the first that has a variable gives it its value."""
        return [(map_at(self.value, "env"), (*self.path, "env")), (map_at(self.workflow.root, "env"), ("env",))]

    def step(self, identifier: str) -> Step | None:
        """Return the step with an id (ids do not mind case), or `None`."""
        if self._by_id is None:
            self._by_id = {}
            for step in self.steps:
                self._by_id.setdefault(step.id.lower(), step)
        return self._by_id.get(identifier.lower())

    def _take_steps(self, items: Seq, below: Path, taken: set[int]) -> None:
        """Take up the steps of a list, and behind each those that it runs at the same time: a list of aliases once."""
        for index, item in enumerate(items):
            if isinstance(item, Map):
                self.steps.append(Step(self, (*below, index), item))
                if "parallel" in item and len(below) == 1:
                    inner = item["parallel"]
                    if isinstance(inner, Seq) and id(inner) not in taken:
                        taken.add(id(inner))
                        self._take_steps(inner, (*below, index, "parallel"), taken)

    def step_at(self, path: Path) -> Step | None:
        """Return the step to which a path below the job leads, or into which; `None` where there may be what is no step."""
        if self._by_path is None:
            self._by_path = {step.below: step for step in self.steps}
        return self._by_path.get(path[:4]) or self._by_path.get(path[:2])

    def needs_closure(self) -> frozenset[str]:
        """Return the keys of all jobs that come before this one."""
        if self._closure is None:
            self._closure = needed_before(self)
        return self._closure

    def extremes(self, test: Callable[..., object], *more: object) -> tuple[int, int]:
        """Return the places in `steps` of the first and the last for which `test(step, *more)` holds, else (-1, -1).

        The answers are kept, so that each of many steps may ask of all the others; `test` must be a function of a module.
        """
        key = (test, *more)
        if key not in self._extremes:
            found = [place for place, step in enumerate(self.steps) if test(step, *more)]
            self._extremes[key] = (found[0], found[-1]) if found else (-1, -1)
        return self._extremes[key]

    def has_step(self, test: Callable[..., object], *more: object) -> bool:
        """Say whether `test(step, *more)` holds for a step; the answer is kept."""
        return self.extremes(test, *more)[0] >= 0


class Step:
    """A step of a job or of a composite action."""

    __slots__ = (
        "_is_shell", "_script", "_shell", "action", "below", "env", "fragment", "id", "index", "inputs", "job", "path",
        "place", "purposes", "run", "uses", "value", "workflow",
    )  # fmt: skip

    def __init__(self, job: Job, below: Path, value: Map) -> None:
        self.job = job
        self.workflow: Workflow = job.workflow
        """The workflow or action that it belongs to."""
        self.below = below
        """The path below the job."""
        self.index: int = below[1]  # type: ignore[assignment]  # a step stands in a list
        """The number in the list of the job: steps that run at the same time share it."""
        self.place = len(job.steps)
        """The place in `steps` of the job."""
        self.value = value
        self.path: Path = (*job.path, *below)
        uses, run, identifier, inputs, env = map(value.get, ("uses", "run", "id", "with", "env"))
        self.uses: ActionRef | None = parse_uses(uses) if isinstance(uses, str) else None
        self.action: str = self.uses.name if self.uses is not None else ""
        """The name of the action that it uses, in lower case; empty without one."""
        self.run: str | None = run if isinstance(run, str) else None
        self.id: str = identifier if isinstance(identifier, str) else ""
        self.inputs = inputs_of(value, inputs) if isinstance(inputs, Map) else _NOTHING
        """Its `with`: look its names up in lower case."""
        self.env = env if isinstance(env, Map) else _NOTHING
        """Its own `env`."""
        self.purposes: frozenset[str] | None = None
        """What it is for, once somebody has asked `purpose.purposes`."""
        self.fragment: Fragment | None = None
        """The script of its `run` with the place of each character."""
        if self.run is not None:
            self.fragment = self.workflow.fragment_at(value.at["run"][2:], self.run)
        self._script: Script | None = None
        self._shell: str | None = "not asked"
        self._is_shell: bool | None = None

    def let_go(self) -> None:
        """Forget the script."""
        if self._script is not None:
            self._script.let_go()

    @property
    def shell(self) -> str | None:
        """The name of the shell of its `run`; `None` when not known."""
        if self._shell == "not asked":
            self._shell = self._its_shell()
        return self._shell

    def _its_shell(self) -> str | None:
        shell, _ = self.run_setting("shell")
        if shell is not None:
            return shell_name(shell)
        windows = self.job.on_windows if self.job.key else None
        if windows is None or (not windows and self.run is not None and speaks_powershell(self.run)):
            return None
        return "pwsh" if windows else "bash"

    def run_setting(self, key: str) -> tuple[Any, Path]:
        """Return `shell` or `working-directory` as the step says it, else `defaults.run` of the job, else of the workflow.

        Beside it is the path at which it stands. Where nobody says it, it is `None`.
        """
        if self.value.get(key) is not None:
            return self.value[key], (*self.path, key)
        for settings, path in self.job.run_defaults:
            if settings.get(key) is not None:
                return settings[key], (*path, key)
        return None, ()

    def env_owners(self) -> list[tuple[Map, Path]]:
        """Return its `env` and those around it, the innermost first, each with its path."""
        return [(self.env, (*self.path, "env")), *self.job.env_owners()]

    def may_have_in_env(self, *names: str) -> bool:
        """Say whether an `env` has one of the variables, or may have it, for only an expression says what is in it."""
        owners = (self.value, self.job.value, self.workflow.root)
        return any(any(name in env for name in names) for env, _ in self.env_owners()) or any(
            not isinstance(owner.get("env", {}), dict) for owner in owners
        )

    @property
    def is_shell(self) -> bool:
        """Whether its script is one of bash or sh."""
        if self._is_shell is None:
            self._is_shell = self.run is not None and self.shell in SHELLS
        return self._is_shell

    def script(self) -> Script:
        """Return its script, parsed once."""
        script = self._script
        if script is None:
            from devopslint.syntax.shell_reader import read_shell

            assert self.fragment is not None
            script = self._script = read_shell(self.fragment)
        return script

    def is_preceded_by(self, test: Callable[..., object], *more: object) -> bool:
        """Say whether `test(step, *more)` holds for a step before this one in its job."""
        first, _ = self.job.extremes(test, *more)
        return 0 <= first < self.place

    def is_followed_by(self, test: Callable[..., object], *more: object) -> bool:
        """Say whether `test(step, *more)` holds for a step after this one in its job."""
        _, last = self.job.extremes(test, *more)
        return last > self.place

    @property
    def before(self) -> list[Step]:
        """The steps of the same job that come before it."""
        return self.job.steps[: self.place]

    @property
    def after(self) -> list[Step]:
        """The steps of the same job that come after it."""
        return self.job.steps[self.place + 1 :]


def _triggers(value: Any) -> dict[str, Map]:
    if isinstance(value, Map):
        return {name: config if isinstance(config, Map) else Map() for name, config in value.items()}
    return {name: Map() for name in names_of(value)}
