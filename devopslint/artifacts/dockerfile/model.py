"""The stages of a Dockerfile: which builds on which, what each ends up with, and in what state every instruction runs."""

from __future__ import annotations

from devopslint.artifacts.dockerfile.reader import read_dockerfile
from devopslint.artifacts.dockerfile.resolve import (
    OF_A_STAGE,
    OF_SCRATCH,
    OF_THE_PLATFORM,
    expand,
    scope_behind_arg,
    scope_behind_env,
)
from devopslint.artifacts.dockerfile.scripts import POSIX_SHELL, run_script
from devopslint.knowledge.image_contents import contents
from devopslint.knowledge.images import parse_image
from devopslint.syntax.fragment import Fragment
from devopslint.syntax.shell import Script
from devopslint.syntax.shell_reader import read_shell
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any, Literal, TypeVar

    from devopslint.artifacts.dockerfile.instruction import Instruction
    from devopslint.artifacts.dockerfile.resolve import Value
    from devopslint.artifacts.dockerfile.words import Word
    from devopslint.knowledge.images import Image
    from devopslint.policy.artifact import Workspace
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Mark

    Kept = TypeVar("Kept")


def read_model(source: Source, workspace: Workspace | None = None) -> Model:
    """Return the stages of a Dockerfile."""
    model = Model(source, workspace)
    _Builder(model).build()
    return model


_NO_SETTINGS: Mapping[str, Held] = {}


class Held:
    """A setting of a stage (USER, WORKDIR, SHELL …): its value, and the step that made it."""

    __slots__ = ("step", "value")

    def __init__(self, value: Any, step: Step) -> None:
        self.value = value
        self.step = step


class Step:
    """An instruction in its stage, with what holds when it runs: variables, `user`, `workdir`, `shell`.

    `stage` is `None` in front of the first FROM. The instruction behind ONBUILD is a step of its own, whose `outer` is
    that of the ONBUILD.
    """

    __slots__ = (
        "_fragment",
        "_kept",
        "_script",
        "index",
        "instruction",
        "model",
        "name",
        "outer",
        "scope",
        "settings",
        "stage",
    )

    def __init__(self, model: Model, instruction: Instruction, stage: Stage | None, scope: Mapping[str, Value]) -> None:
        self.model = model
        self.instruction = instruction
        self.name = instruction.name
        """The instruction's name in upper case."""
        self.stage = stage
        self.scope = scope
        self.settings = stage.settings if stage is not None else _NO_SETTINGS
        self.index = len(model.steps)
        self.outer: Step | None = None
        self._fragment: Fragment | Literal[False] | None = False
        self._script: Script | None = None
        self._kept: dict[Any, Any] = {}

    def once(self, make: Callable[[Step], Kept]) -> Kept:
        """Return what a function makes of the step, kept for all that ask."""
        if make not in self._kept:
            self._kept[make] = make(self)
        kept: Kept = self._kept[make]
        return kept

    def expand(self, word: Word) -> Any:
        """Return a word as a value of the tree: its text, or an `Expanded` when variables stand in it."""
        if "$" not in word.raw:
            return word.value
        if word not in self._kept:
            self._kept[word] = expand(word, self.scope)
        return self._kept[word]

    def text_of(self, word: Word) -> Any:
        """Return the resolved text of a word, or UNKNOWN."""
        return self.expand(word).value if "$" in word.raw else word.value

    def shell_fragment(self) -> Fragment | None:
        """Return the script of a RUN as a POSIX shell reads it; `None` when it is none or another shell runs it."""
        if self._fragment is False:
            is_run = self.name == "RUN"
            self._fragment = run_script(self.instruction, posix=self.has_posix_shell()) if is_run else None
        return self._fragment

    def has_posix_shell(self) -> bool:
        """Say whether SHELL, or the default of the base image, reads scripts as POSIX shells do."""
        shell = self.settings.get("SHELL")
        if shell is not None:
            return any(POSIX_SHELL.search(item) for item in shell.value)
        if self.stage is None:
            return True
        if self.model.file.is_for_windows():
            # A shell of Linux is certain only where the image is known.
            return contents(self.stage.root_image) is not None
        return True

    @property
    def has_read_script(self) -> bool:
        """Whether `read_script` has been called."""
        return self._script is not None

    def read_script(self) -> Script:
        """Return the commands of a RUN, read when first asked for; none when there is no script to read."""
        if self._script is None:
            fragment = self.shell_fragment()
            self._script = read_shell(fragment) if fragment else Script(Fragment("", self.model.source))
        return self._script


class Stage:
    """From one FROM to the next.

    `image` is what FROM names, resolved, or UNKNOWN; `base` the earlier stage when it names one. `settings` are the
    last USER, WORKDIR, SHELL, HEALTHCHECK, CMD, ENTRYPOINT and STOPSIGNAL, inherited ones among them. `copied` are the
    stages that COPY --from and RUN --mount=from take files of. It `ships` when it is the final stage, which makes the
    image, or one that this builds on.
    """

    __slots__ = (
        "base", "copied", "image", "index", "model", "name", "name_word", "root_image", "root_stage", "scope", "settings",
        "ships", "start", "steps"
    )  # fmt: skip

    def __init__(self, model: Model, index: int) -> None:
        self.model = model
        self.index = index
        self.name = ""
        self.name_word: Word | None = None
        self.image: Any = UNKNOWN
        self.base: Stage | None = None
        self.scope: Mapping[str, Value] = {}
        self.settings = _NO_SETTINGS
        self.copied: list[Stage] = []
        self.start: Step
        self.steps: list[Step] = []
        self.ships = False
        self.root_stage = self
        """The first stage of the chain of FROM, the one that starts from an image."""
        self.root_image: Image
        """The image that the chain of FROM starts from."""

    def build_on(self, base: Stage) -> None:
        """Begin where an earlier stage ends."""
        self.base, self.root_stage, self.root_image = base, base.root_stage, base.root_image
        self.scope, self.settings = base.scope, base.settings

    @property
    def image_word(self) -> Word | None:
        """The word behind FROM."""
        words = self.start.instruction.words
        return words[0] if words else None

    @property
    def image_text(self) -> str:
        """The image, with what is unknown in it as it stands."""
        if isinstance(self.image, str):
            return self.image
        word = self.image_word
        return word.raw if word is not None else ""

    @property
    def is_final(self) -> bool:
        """Whether it is the last one, which makes the image."""
        return self.index == len(self.model.stages) - 1

    @property
    def label(self) -> str:
        """What people call it: its name, or its number."""
        return self.name or str(self.index)

    def lineage(self) -> Iterator[Step]:
        """Yield the steps of the stages that it builds on, then its own."""
        for stage in reversed(self.chain()):
            yield from stage.steps

    def chain(self) -> list[Stage]:
        """Return it and the stages that it builds on, in that order."""
        found = [self]
        while found[-1].base is not None:
            found.append(found[-1].base)
        return found

    def setting(self, name: str) -> Held | None:
        """Return the last USER, WORKDIR … in it or in the stages that it builds on."""
        return self.settings.get(name)


class Model:
    """A Dockerfile with its stages, and all steps in order (those in front of the first FROM are `globals`)."""

    __slots__ = (
        "_named", "_text", "cache", "file", "globals", "ignore", "runs_text", "source", "stages", "steps", "workspace"
    )  # fmt: skip

    def __init__(self, source: Source, workspace: Workspace | None) -> None:
        self.source = source
        self.workspace = workspace
        self.file = read_dockerfile(source)
        self.globals: list[Step] = []
        self.stages: list[Stage] = []
        self.steps: list[Step] = []
        self.ignore: Any = False
        self.cache: dict[Any, Any] = {}
        """What checks have worked out for all instructions at once."""
        self._text: str | None = None
        self.runs_text: str | None = None
        """The text of every RUN, COPY and ENV, once somebody has asked for it."""
        self._named: tuple[int, dict[str, list[Stage]]] = (0, {})

    def let_go(self) -> None:
        """Part the circles of stages, steps and commands, so that memory is free at once."""
        for step in self.steps:
            step.stage = None
            step.settings = _NO_SETTINGS
            if step._kept:
                step._kept.clear()
            if step._script is not None:
                step._script.let_go()
        for stage in self.stages:
            del stage.root_stage
        self._named = 0, {}
        for held in (self.globals, self.stages, self.steps, self.cache):
            held.clear()

    @property
    def header(self) -> Mark:
        """What stands for the whole file: the FROM of its final stage, else its first instruction, else its first line."""
        final = self.final
        if final is not None:
            return final.start.instruction.mark
        if self.steps:
            return self.steps[0].instruction.mark
        end = self.source.text.find("\n")
        return 0, len(self.source.text) if end < 0 else end

    @property
    def text(self) -> str:
        """What all instructions say, a line each, without comments and continuations, and their heredocs."""
        if self._text is None:
            lines = [instruction.fragment.text for instruction in self.file.instructions]
            if "<<" in self.source.text:
                lines.extend(heredoc.body.text for one in self.file.instructions for heredoc in one.heredocs)
            self._text = "\n".join(lines)
        return self._text

    @property
    def final(self) -> Stage | None:
        """The stage that makes the image."""
        return self.stages[-1] if self.stages else None

    def stage_named(self, name: str, before: int | None = None) -> Stage | None:
        """Return the last stage of a name (or number) in front of stage number `before`."""
        limit = len(self.stages) if before is None else min(before, len(self.stages))
        if not limit:
            return None
        for stage in reversed(self.stages_named(name)):
            if stage.index < limit:
                return stage
        return self.stages[int(name)] if name.isdigit() and int(name) < limit else None

    def stages_named(self, name: str) -> list[Stage]:
        """Return the stages of a name, in their order; there are more each time while the file is read."""
        known, by_name = self._named
        for stage in self.stages[known:]:
            if stage.name:
                by_name.setdefault(stage.name.lower(), []).append(stage)
        self._named = len(self.stages), by_name
        return by_name.get(name.lower(), [])


class _Builder:
    """Walks the instructions once, with the variables and settings that hold at each."""

    __slots__ = ("global_scope", "model")

    def __init__(self, model: Model) -> None:
        self.model = model
        self.global_scope: Mapping[str, Value] = OF_THE_PLATFORM

    def build(self) -> None:
        model = self.model
        for instruction in model.file.instructions:
            if instruction.name == "FROM" and instruction.words:
                self.start_stage(instruction)
                continue
            stage = model.stages[-1] if model.stages else None
            step = self.step(instruction, stage)
            if stage is None:
                if instruction.name == "ARG":
                    self.global_scope = scope_behind_arg(instruction, self.global_scope, None)
            else:
                self.run(step, stage)
            if instruction.trigger is not None:
                self.step(instruction.trigger, stage).outer = step
        for shipped in model.final.chain() if model.final is not None else ():
            shipped.ships = True

    def step(self, instruction: Instruction, stage: Stage | None) -> Step:
        step = Step(self.model, instruction, stage, stage.scope if stage is not None else self.global_scope)
        self.model.steps.append(step)
        (stage.steps if stage is not None else self.model.globals).append(step)
        return step

    def start_stage(self, instruction: Instruction) -> None:
        model = self.model
        stage = Stage(model, len(model.stages))
        step = Step(model, instruction, stage, self.global_scope)
        model.steps.append(step)
        stage.start = step
        words = instruction.words
        stage.image = step.text_of(words[0])
        if len(words) == 3:
            stage.name_word = words[2]
            stage.name = words[2].value
        if isinstance(stage.image, str) and not stage.image.isdigit():
            base = model.stage_named(stage.image)
            if base is not None:
                stage.build_on(base)
        model.stages.append(stage)
        stage.steps.append(step)
        if stage.base is None:
            stage.root_image = parse_image(stage.image_text)
            stage.scope = OF_SCRATCH if stage.image == "scratch" else OF_A_STAGE

    def run(self, step: Step, stage: Stage) -> None:
        instruction = step.instruction
        name = instruction.name
        if name == "ARG":
            stage.scope = scope_behind_arg(instruction, stage.scope, self.global_scope)
        elif name == "ENV":
            stage.scope = scope_behind_env(instruction, stage.scope)
        elif name in _SETTINGS:
            stage.settings = {**stage.settings, name: Held(_setting(step), step)}
        if instruction.flags and name in {"COPY", "RUN"}:
            for source in _sources(step):
                found = self.model.stage_named(source, stage.index)
                if found is not None:
                    stage.copied.append(found)


_SETTINGS = frozenset(("USER", "WORKDIR", "SHELL", "HEALTHCHECK", "CMD", "ENTRYPOINT", "STOPSIGNAL"))


def _setting(step: Step) -> Any:
    instruction = step.instruction
    if instruction.name == "SHELL":
        return [word.value for word in instruction.words]
    if instruction.name in {"USER", "WORKDIR", "STOPSIGNAL"}:
        return step.text_of(instruction.whole_word)
    return instruction.text.strip()


def _sources(step: Step) -> Iterable[str]:
    """Return the stages or images that a step takes files from."""
    for flag in step.instruction.flags:
        if flag.value is None:
            continue
        if flag.name == "from":
            value = step.text_of(flag.value)
            if isinstance(value, str):
                yield value
        elif flag.name == "mount":
            for option in flag.value.value.split(","):
                name, _, value = option.partition("=")
                if name.strip() == "from":
                    yield value
