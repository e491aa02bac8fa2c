"""From the model of a Dockerfile to the subjects of rules."""

from __future__ import annotations

from functools import partial

from devopslint.artifacts.dockerfile.model import read_model
from devopslint.artifacts.dockerfile.resolve import Expanded
from devopslint.artifacts.dockerfile.shells import script_context
from devopslint.artifacts.dockerfile.signs import signs_of
from devopslint.artifacts.dockerfile.words import split_pair
from devopslint.knowledge.commands import command_subjects, is_plain, script_subject, tell_if_unread, wanted_commands
from devopslint.knowledge.credentials import may_hold_credential
from devopslint.policy.subject import Later
from devopslint.syntax.tree import UNKNOWN, Document, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Model, Stage, Step
    from devopslint.artifacts.dockerfile.words import Flag, Word
    from devopslint.policy.artifact import Unit
    from devopslint.policy.subject import Subject
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Candidate, Mark


def subjects(unit: Unit, source: Source) -> Iterator[Subject]:
    """Yield `dockerfile.file`, its stages, their instructions and the commands of RUN; tell of what can't be read."""
    model = read_model(source, unit.workspace)
    unit.at_end.append(model.let_go)
    if _is_template(model):
        return
    for problem in model.file.problems:
        unit.syntax_problem(source, problem)
    document = Document(source, None)
    document.resolve = _resolve
    values = _Values(model)
    file: Subject = Later("dockerfile.file", values.of_file, document, header=model.header, context=model)
    yield file
    stages: list[Subject] = []
    for stage in model.stages:
        stages.append(
            Later(
                "dockerfile.stage",
                partial(values.of_stage, stage),
                document,
                "final" if stage.is_final else "",
                _address(stage),
                stage.start.instruction.mark,
                {"file": file},
                stage,
            )
        )
    yield from stages
    credential = may_hold_credential(model.text)
    names = wanted_commands(unit.wanted)
    scripts = unit.wants("shell.script")
    owner: Stage | None = None
    parents: dict[str, Subject] = {"file": file}
    where = ""
    for step in model.steps:
        if step.stage is not owner and step.stage is not None:
            owner = step.stage
            parents = {"file": file, "stage": stages[owner.index]}
            where = f"{_address(owner)}, " if len(stages) > 1 else ""
        subject = Later(
            "dockerfile.instruction",
            partial(values.of, step),
            document,
            step.name,
            f"{where}{step.name}",
            step.instruction.name_mark,
            parents,
            step,
        )
        subject.signs = signs_of(step.instruction, credential=credential)
        yield subject
        if step.name == "RUN" and (names is None or names or scripts):
            fragment = step.shell_fragment()
            if fragment is not None:
                inner = {**parents, "instruction": subject}
                if scripts and not is_plain(fragment.text):
                    tell_if_unread(unit, fragment, step.read_script)
                    yield script_subject(fragment, document, inner, f"{where}RUN", script_context(step))
                yield from command_subjects(
                    fragment,
                    document,
                    inner,
                    f"{where}RUN",
                    step,
                    names=names,
                    read=step.read_script,
                    is_read=step.has_read_script,
                )


def _is_template(model: Model) -> bool:
    """Say whether a file is a Dockerfile only when its `{{ … }}` or `{% … %}` have been filled in.

    They stand where an instruction or an image should: in scripts and labels they are texts of other tools.
    """
    if not model.stages and _has_markup(model.source.text):
        return True
    return _has_markup(model.text) and any(
        _has_markup(instruction.written)
        or (instruction.name == "FROM" and _has_markup(instruction.text))
        or any(flag.name == "from" and flag.value and _has_markup(flag.value.raw) for flag in instruction.flags)
        for instruction in model.file.instructions
    )


def _has_markup(text: str) -> bool:
    return "{{" in text or "}}" in text or "{%" in text or "<%" in text


def _resolve(value: Any, subject: Subject) -> Sequence[Candidate] | None:
    return value.candidates if value.__class__ is Expanded else None


def _address(stage: Stage) -> str:
    return f"stage {stage.label}"


def _instruction(step: Step) -> Map:
    """Return `name`, `written`, `text`, `flags`, `args`, `json`, `onbuild`, and the keys of the instruction."""
    instruction = step.instruction
    start, end = instruction.mark
    value = Map(start, end)
    name_mark = instruction.name_mark
    value.header = name_mark
    here = (*name_mark, *name_mark)
    flags = Map(start, end)
    value.update(
        name=instruction.name,
        written=instruction.written,
        text=instruction.text.rstrip(),
        json=instruction.json,
        onbuild=instruction.onbuild,
        flags=flags,
    )
    value.at = dict.fromkeys(value, here)
    value.at["text"] = (*name_mark, *instruction.rest_mark)
    flags.header = name_mark
    for flag in instruction.flags:
        _put_flag(step, flags, flag)
    if instruction.name not in {"RUN", "ONBUILD"} or instruction.json:
        _args(step, value, here)
    keys = _KEYS.get(instruction.name)
    if keys is not None:
        keys(step, value)
    return value


def _put_flag(step: Step, value: Map, flag: Flag) -> None:
    fragment = step.instruction.fragment
    mark = fragment.mark(flag.start, flag.end)
    if flag.value is None:
        value.put(flag.name, True, (*mark, *mark))
    else:
        value.put(flag.name, step.expand(flag.value), (*mark, *fragment.mark(flag.value_start, flag.end)))


def _args(step: Step, value: Map, here: tuple[int, int, int, int]) -> None:
    fragment = step.instruction.fragment
    args = Seq(value.start, value.end)
    verbatim = step.name in {"CMD", "ENTRYPOINT", "SHELL", "RUN", "HEALTHCHECK", "MAINTAINER"}
    for word in step.instruction.words:
        args.add(word.value if verbatim else step.expand(word), fragment.mark(word.start, word.end))
    value.put("args", args, here)


def _put(step: Step, value: Map, key: str, word: Word, content: Any = None) -> None:
    mark = step.instruction.fragment.mark(word.start, word.end)
    value.put(key, step.expand(word) if content is None else content, (*step.instruction.name_mark, *mark))


def _from(step: Step, value: Map) -> None:
    _of_from(step, value, "as")


def _of_from(step: Step, value: Map, name: str) -> None:
    """Put what a FROM says, its AS under a name."""
    words = step.instruction.words
    if words:
        _put(step, value, "image", words[0])
    if len(words) == 3:
        _put(step, value, name, words[2])
    for flag in step.instruction.flags:
        if flag.name == "platform":
            _put_flag(step, value, flag)


def _pairs(step: Step, value: Map) -> None:
    """Put `pairs` (a mapping) and `legacy` (`NAME value` without `=`)."""
    instruction = step.instruction
    fragment = instruction.fragment
    pairs, legacy = instruction.pairs
    found = Map(value.start, value.end)
    found.header = instruction.name_mark
    later = []
    for pair in pairs:
        assert pair.value is not None
        name = step.text_of(pair.name)
        mark = (*fragment.mark(pair.name.start, pair.name.end), *fragment.mark(pair.value.start, pair.value.end))
        if name is UNKNOWN:
            found.open = True
        elif name in found:
            later.append((name, mark))
        else:
            found.put(name, step.expand(pair.value), mark)
    found.duplicates = later
    value.put("pairs", found, value.at["name"])
    value.put("legacy", legacy, value.at["name"])


def _arg(step: Step, value: Map) -> None:
    fragment = step.instruction.fragment
    found = Map(value.start, value.end)
    found.header = step.instruction.name_mark
    for word in step.instruction.words:
        pair = split_pair(word)
        name_mark = fragment.mark(pair.name.start, pair.name.end)
        content = None if pair.value is None else step.expand(pair.value)
        mark = name_mark if pair.value is None else fragment.mark(pair.value.start, pair.value.end)
        found.put(pair.name.value, content, (*name_mark, *mark))
    value.put("pairs", found, value.at["name"])


def _copy(step: Step, value: Map) -> None:
    words = step.instruction.words
    heredocs = {heredoc.word.start for heredoc in step.instruction.heredocs}
    sources = Seq(value.start, value.end)
    for word in words[:-1]:
        if word.start not in heredocs:
            sources.add(step.expand(word), step.instruction.fragment.mark(word.start, word.end))
    value.put("sources", sources, value.at["name"])
    value.put("heredocs", len(heredocs), value.at["name"])
    if len(words) > 1:
        _put(step, value, "destination", words[-1])


def _user(step: Step, value: Map) -> None:
    word = step.instruction.whole_word
    text = step.text_of(word)
    if text is UNKNOWN:
        _put(step, value, "user", word)
        return
    user, _, group = text.partition(":")
    _put(step, value, "user", word, user)
    if group:
        _put(step, value, "group", word, group)


def _path(step: Step, value: Map) -> None:
    _put(step, value, "path", step.instruction.whole_word)


def _signal(step: Step, value: Map) -> None:
    _put(step, value, "signal", step.instruction.whole_word)


def _ports(step: Step, value: Map) -> None:
    value.put("ports", value["args"], value.at["args"])


def _healthcheck(step: Step, value: Map) -> None:
    words = step.instruction.words
    if words:
        _put(step, value, "type", words[0], words[0].value.upper())


_KEYS = {
    "FROM": _from,
    "ENV": _pairs,
    "LABEL": _pairs,
    "ARG": _arg,
    "ADD": _copy,
    "COPY": _copy,
    "USER": _user,
    "WORKDIR": _path,
    "STOPSIGNAL": _signal,
    "EXPOSE": _ports,
    "HEALTHCHECK": _healthcheck,
}


class _Values:
    """The values of the subjects of a Dockerfile, made when somebody asks for them."""

    __slots__ = ("_made", "model")

    def __init__(self, model: Model) -> None:
        self.model = model
        self._made: dict[int, Map] = {}

    def of(self, step: Step) -> Map:
        """Return the value of an instruction."""
        value = self._made.get(step.index)
        if value is None:
            value = self._made[step.index] = _instruction(step)
        return value

    def of_file(self) -> Map:
        """Return `directives`, `instructions` and `stages`."""
        model = self.model
        value = Map(0, len(model.source.text))
        value.header = model.header
        here = (*value.header, *value.header)
        directives = Map(0, 0)
        for directive in model.file.directives:
            mark = (directive.start, directive.end)
            directives.put(directive.name, directive.value, (*mark, *mark))
        value.put("directives", directives, here)
        value.put("instructions", _Instructions(self, model.steps), here)
        stages = Seq(0, len(model.source.text))
        for stage in model.stages:
            stages.add(self.of_stage(stage), stage.start.instruction.mark)
        value.put("stages", stages, here)
        return value

    def of_stage(self, stage: Stage) -> Map:
        """Return `image`, `name`, `platform`, `index`, `base` (the stage it builds on), the settings, and its instructions.

        The settings (`user`, `workdir`, `cmd` …) are those that the stage ends with, inherited ones among them.
        """
        header = stage.start.instruction.mark
        value = Map(*header)
        value.header = header
        _of_from(stage.start, value, "name")
        here = (*header, *header)
        value.put("index", stage.index, here)
        if stage.base is not None:
            value.put("base", stage.base.label, value.at["image"])
        for name, held in stage.settings.items():
            setting = held.value
            instruction = held.step.instruction
            mark = (*instruction.name_mark, *instruction.rest_mark)
            if isinstance(setting, list):
                items = Seq(mark[2], mark[3])
                for word in instruction.words:
                    items.add(word.value, instruction.fragment.mark(word.start, word.end))
                setting = items
            value.put(name.lower(), setting, mark)
        value.put("instructions", _Instructions(self, stage.steps), here)
        return value


class _Instructions(Seq):
    """The values of some instructions, each of which is made when it is asked for."""

    __slots__ = ("_steps", "_values")

    def __init__(self, values: _Values, steps: Sequence[Step]) -> None:
        self.start = self.end = 0
        self.open = False
        self._values = values
        self._steps = tuple(steps)

    @property
    def at(self) -> list[Mark]:  # type: ignore[override]  # nobody sets it
        """The offsets of the instructions."""
        return [step.instruction.mark for step in self._steps]

    def __len__(self) -> int:
        return len(self._steps)

    def __iter__(self) -> Iterator[Any]:
        return map(self._values.of, self._steps)

    def __getitem__(self, index: Any) -> Any:
        return self._values.of(self._steps[index])
