"""Single instructions: their form, their order, and values that can't be right."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache

from devopslint.artifacts.dockerfile.checks.common import docker_place, expansions, name_place, related_step
from devopslint.artifacts.dockerfile.checks.programs import has_nobody_to_read_it
from devopslint.artifacts.dockerfile.faults import INSTRUCTIONS
from devopslint.artifacts.dockerfile.lookback import first_before
from devopslint.artifacts.dockerfile.resolve import PREDEFINED_ARGS, Expanded
from devopslint.knowledge.official_images import has_dash
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.artifacts.dockerfile.instruction import Instruction
    from devopslint.artifacts.dockerfile.model import Model, Stage, Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_FLAGS: dict[str, frozenset[str]] = {
    "ADD": frozenset(("chown", "chmod", "link", "keep-git-dir", "checksum", "exclude", "unpack")),
    "COPY": frozenset(("from", "chown", "chmod", "link", "parents", "exclude")),
    "FROM": frozenset(("platform",)),
    "HEALTHCHECK": frozenset(("interval", "timeout", "start-period", "start-interval", "retries")),
    "RUN": frozenset(("mount", "network", "security", "device")),
}
"""The flags of the Dockerfile reference (frontend 1.19); other instructions have none."""
_SIGNALS = frozenset(
    {"ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL",
     "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "UNUSED", "URG",
     "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ"}
)  # fmt: skip
_EXPANDED = frozenset(("ADD", "ARG", "COPY", "ENV", "EXPOSE", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"))
_PORT = lazily(r"(\d+)(?:-(\d+))?(?:/(\w+))?$")
_WITHOUT_PIPEFAIL = lazily(
    r"\b(?:stretch|buster|bullseye|bookworm|xenial|bionic|focal|jammy|noble)\b|^debian:(?:9|1[0-2])\b|^ubuntu:(?:1[68]|2[024])\.04\b"
)
"""Releases of Debian and Ubuntu whose dash is too old for it."""
_WITHOUT_COMMAS = lazily(r"""\[\s*(?:"[^"]*"(?:\s+"[^"]*")+|'[^']*'(?:\s+'[^']*')*)\s*\]""")
_OF_THE_SYSTEM = lazily(
    r"//?(?:(?:proc|sys|dev|boot|lib|lib64|bin|sbin|lost\+found)(?:/|$)|(?:etc|usr|var|usr/(?:bin|sbin|lib))/?$)"
)
_ABSOLUTE = lazily(r"[/\\$%]|[A-Za-z]:")
_DURATION = lazily(r"(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$|0$")
_PARTS = lazily(r"(?:^|/)[\w.-]*(?:templates?|fragments?|partials?|snippets?|includes?)/", re.IGNORECASE)
"""Folders with pieces of which Dockerfiles are made."""


def unknown_flag(subject: Subject, options: Options) -> Iterable[Problem]:
    """A flag that the instruction does not have."""
    step: Step = subject.context
    return _unknown_flags(step) if step.instruction.flags else ()


def _unknown_flags(step: Step) -> Iterator[Problem]:
    known = _FLAGS.get(step.name, frozenset())
    for flag in step.instruction.flags:
        if flag.name not in known and step.name != "ONBUILD":
            place = Place(step.instruction.source, *step.instruction.fragment.mark(flag.start, flag.end))
            yield Problem(place, flag=f"--{flag.name}")


def before_from(subject: Subject, options: Options) -> Iterator[Problem]:
    """An instruction other than ARG in front of the first FROM, or no FROM at all."""
    model: Model = subject.context
    if not model.stages and _PARTS.search(model.source.path):
        return
    wrong = [step for step in model.globals if step.name != "ARG"]
    if wrong and (wrong[0].name not in INSTRUCTIONS or wrong[0].name == "FROM"):
        return  # it can't be read, which is told
    if wrong:
        yield Problem(name_place(wrong[0]), fault=f"{wrong[0].name} comes before any FROM")
    elif not model.stages:
        yield Problem((), fault="no FROM names a base image")


def relative_workdir(subject: Subject, options: Options) -> Iterator[Problem]:
    """A relative WORKDIR that no absolute one goes before."""
    step: Step = subject.context
    if step.settings.get("WORKDIR") is not None or not step.instruction.words:
        return
    words = step.instruction.words
    text = step.text_of(words[0])
    if text is UNKNOWN:
        text = words[0].value  # `app/$NAME` is relative whatever the name is
    if not _ABSOLUTE.match(text):
        yield Problem(docker_place(step, words[0]), path=text)


def chained_workdir(subject: Subject, options: Options) -> Iterator[Problem]:
    """A relative WORKDIR behind an absolute one."""
    step: Step = subject.context
    words = step.instruction.words
    text = step.text_of(words[0]) if words else UNKNOWN
    if step.settings.get("WORKDIR") is None or not isinstance(text, str):
        return
    if not _ABSOLUTE.match(text):
        yield Problem(docker_place(step, words[0]), path=text)


def system_workdir(subject: Subject, options: Options) -> Iterator[Problem]:
    """A WORKDIR in a folder of the kernel or of the system."""
    step: Step = subject.context
    words = step.instruction.words
    text = step.text_of(words[0]) if words else UNKNOWN
    if isinstance(text, str) and _OF_THE_SYSTEM.match(posixpath.normpath(text)):
        yield Problem(docker_place(step, words[0]), path=text)


def ports(subject: Subject, options: Options) -> Iterator[Problem]:
    """Ports that are not from 0 to 65535."""
    step: Step = subject.context
    for word in step.instruction.words:
        text = step.text_of(word)
        match = _PORT.match(text) if isinstance(text, str) else None
        is_negative = match is None and isinstance(text, str) and re.match(r"-\d", text) is not None
        if is_negative or (match and not all(0 <= int(port) < 65536 for port in match.groups()[:2] if port)):
            yield Problem(docker_place(step, word), port=text)


def ssh_port(subject: Subject, options: Options) -> Iterator[Problem]:
    """Port 22."""
    step: Step = subject.context
    for word in step.instruction.words:
        text = step.text_of(word)
        match = _PORT.match(text) if isinstance(text, str) else None
        if match and match[3] != "udp" and int(match[1]) <= 22 <= int(match[2] or match[1]):
            yield Problem(docker_place(step, word), port=text)


def expose_form(subject: Subject, options: Options) -> Iterator[Problem]:
    """A host port, an address, or a protocol that is none."""
    step: Step = subject.context
    for word in step.instruction.words:
        text = step.text_of(word)
        if text is UNKNOWN:
            continue
        match = _PORT.match(text)
        if ":" in text:
            yield Problem(
                docker_place(step, word), port=text, reason="maps to a port or address of the host, which EXPOSE can't"
            )
        elif not match and not re.match(r"-\d", text):
            yield Problem(docker_place(step, word), port=text, reason="is no port")
        elif match and match[3] and match[3].lower() not in {"tcp", "udp", "sctp"}:
            yield Problem(
                docker_place(step, word), port=text, reason="has a protocol that is neither tcp, udp nor sctp"
            )
        elif match and match[3] and match[3] != match[3].lower():
            yield Problem(docker_place(step, word), port=text, reason="has its protocol in capitals")


def shell_form(subject: Subject, options: Options) -> Iterator[Problem]:
    """CMD or ENTRYPOINT in shell form, without `exec` or a SHELL that was chosen."""
    step: Step = subject.context
    instruction = step.instruction
    text = instruction.text.strip()
    if instruction.json or not text or step.settings.get("SHELL") is not None or not step.has_posix_shell():
        return
    if text.startswith("[") or re.search(r"(?:^|&&|;)\s*exec\s", text) or has_nobody_to_read_it(step):
        return
    yield Problem(name_place(step), name=instruction.name)


def broken_json(subject: Subject, options: Options) -> Iterable[Problem]:
    """What was meant as a JSON list, but is none: the shell gets the brackets."""
    step: Step = subject.context
    instruction = step.instruction
    return _broken_json(instruction) if instruction.text.startswith("[") and not instruction.json else ()


def _broken_json(instruction: Instruction) -> Iterator[Problem]:
    text = instruction.text.strip()
    if not (text.endswith("]") or re.match(r'\[\s*"[\w./-]+",', text)):
        return
    if text.startswith(("[ ", "[[")) and "," not in text and not _WITHOUT_COMMAS.fullmatch(text):
        return
    if instruction.name == "RUN" and not re.match(r"""\[\s*['"]""", text):
        return
    start = instruction.rest
    mark = instruction.fragment.mark(start, instruction.end)
    yield Problem(Place(instruction.source, *mark), name=instruction.name)


def shell_without_json(subject: Subject, options: Options) -> Iterator[Problem]:
    """SHELL takes nothing but JSON."""
    step: Step = subject.context
    if not step.instruction.json:
        yield Problem(name_place(step))


def pipefail_unknown(subject: Subject, options: Options) -> Iterator[Problem]:
    """SHELL with `pipefail` for a `/bin/sh` that is dash, which does not know it and ends each RUN with an error."""
    step: Step = subject.context
    words = step.instruction.words
    if step.stage is None or not words or not re.fullmatch(r"(?:/usr)?(?:/bin/)?(?:sh|dash)", words[0].value):
        return
    word = next((one for one in words if one.value == "pipefail"), None)
    image = step.stage.root_image
    if word is None or not has_dash(image) or not _WITHOUT_PIPEFAIL.search(f"{image.name}:{image.tag}"):
        return
    if first_before(step, "names dash", _names_dash) is None:
        yield Problem(docker_place(step, word), shell=words[0].value, image=step.stage.root_stage.image_text)


def _names_dash(step: Step) -> bool:
    return step.name == "RUN" and re.search(r"\bdash\b|bin/sh\b", step.instruction.text) is not None


def cmd_ignored(subject: Subject, options: Options) -> Iterator[Problem]:
    """A CMD behind an ENTRYPOINT in shell form, which never gets it."""
    stage: Stage = subject.context
    entrypoint = next((s for s in reversed(stage.steps) if s.name == "ENTRYPOINT" and not s.instruction.onbuild), None)
    cmd = next((s for s in reversed(stage.steps) if s.name == "CMD" and not s.instruction.onbuild), None)
    if entrypoint is None or cmd is None or entrypoint.instruction.json or not entrypoint.instruction.text.strip():
        return
    if entrypoint.settings.get("SHELL") is None and cmd.instruction.text.strip() not in {"", "[]"}:
        yield Problem(name_place(cmd), related=[related_step(entrypoint, "in shell form")])


def nested_onbuild(subject: Subject, options: Options) -> Iterator[Problem]:
    """ONBUILD with an instruction that can't be a trigger."""
    step: Step = subject.context
    trigger = step.instruction.trigger
    if trigger is not None and trigger.name in {"ONBUILD", "FROM", "MAINTAINER"}:
        yield Problem(Place(trigger.source, *trigger.name_mark), name=trigger.name)


def self_reference(subject: Subject, options: Options) -> Iterator[Problem]:
    """`ENV A=1 B=$A`: `$A` is what it was before the line."""
    step: Step = subject.context
    instruction = step.instruction
    pairs, _ = instruction.pairs
    names = [pair.name.value for pair in pairs]
    for index, pair in enumerate(pairs):
        assert pair.value is not None
        value = step.expand(pair.value)
        for use in value.used if isinstance(value, Expanded) else ():
            if use.name in names[:index] and not use.known and not use.defaulted:
                mark = instruction.fragment.mark(pair.value.start + use.at, pair.value.start + use.end)
                yield Problem(Place(instruction.source, *mark), name=use.name)


def arg_not_redeclared(subject: Subject, options: Options) -> Iterator[Problem]:
    """A variable that only an ARG in front of the first FROM declares: it is empty in a stage."""
    stage: Stage = subject.context
    cache = stage.model.cache
    if "global arguments" not in cache:
        cache["global arguments"] = _global_arguments(stage.model)
    declared: dict[str, Step] = cache["global arguments"]
    if not declared:
        return
    told: set[str] = set()
    for step in stage.steps[1:]:
        for name, place in _uses(step):
            if name in declared and name not in step.scope and name not in told and name not in PREDEFINED_ARGS:
                told.add(name)
                yield Problem(place, related=[related_step(declared[name], "declared for FROM only")], name=name)


def _global_arguments(model: Model) -> dict[str, Step]:
    found: dict[str, Step] = {}
    for step in model.globals:
        if step.name == "ARG":
            for word in step.instruction.words:
                found.setdefault(word.raw.partition("=")[0], step)
    return found


def _uses(step: Step) -> Iterator[tuple[str, Place]]:
    """Yield the variables that a step uses without a default, and where."""
    instruction = step.instruction
    source = instruction.source
    if instruction.name == "RUN":
        fragment = step.shell_fragment()
        if fragment is None:
            return
        text = fragment.text
        for match in re.finditer(r"(?<![\\$])\$(?:(\w+)|\{(\w+)\})", text):
            name = match[1] or match[2]
            in_quotes = text.count("'", 0, match.start()) % 2 == 1
            if not in_quotes and not _is_set(text, name):
                yield name, Place(source, *fragment.mark(match.start(), match.end()))
    elif instruction.name in _EXPANDED:
        for word, value in expansions(step):
            for use in value.used:
                if not use.defaulted:
                    yield use.name, Place(source, *instruction.fragment.mark(word.start + use.at, word.start + use.end))


def _is_set(script: str, name: str) -> bool:
    """Say whether a script gives a variable a value itself."""
    return name in _set_in(script)


@lru_cache(maxsize=16)
def _set_in(script: str) -> frozenset[str]:
    """Return the variables that a script may give a value, and all words behind `for`, `read` and `in`."""
    named = re.findall(r"(?:^|(?<=[\s;&(]))(\w+)=", script)
    behind = re.findall(r"\b(?:for|read|in)\b([^;\n]*)", script)
    return frozenset((*named, *(word for text in behind for word in re.findall(r"\w+", text))))


def legacy_pairs(subject: Subject, options: Options) -> Iterator[Problem]:
    """`ENV NAME value`: told once for a file and instruction, since old files are full of it."""
    model: Model = subject.context
    found: dict[tuple[str, bool], list[tuple[Step, str]]] = {}
    for step in model.steps:
        if step.name in {"ENV", "LABEL"}:
            pairs, legacy = step.instruction.pairs
            if legacy and pairs:
                found.setdefault((step.name, step.instruction.onbuild), []).append((step, pairs[0].name.value))
    for (kind, _), steps in found.items():
        more = f"; {len(steps) - 1} more {kind} in this file" if len(steps) > 1 else ""
        yield Problem(name_place(steps[0][0]), name=steps[0][1], more=more)


def casing(subject: Subject, options: Options) -> Iterator[Problem]:
    """Instructions in capitals and others in small letters: the rarer ones are told of."""
    model: Model = subject.context
    if not [step for step in model.steps if not step.instruction.written.isupper()]:
        return
    # What is no instruction is told as a fault of the syntax.
    steps = [step for step in model.steps if not step.instruction.onbuild and step.name in INSTRUCTIONS]
    upper = [step for step in steps if step.instruction.written.isupper()]
    if len(upper) == len(steps):
        return
    lower = [step for step in steps if step.instruction.written.islower()]
    mixed = [step for step in steps if step not in lower and step not in upper]
    rarer = lower if len(lower) <= len(upper) else upper
    case = "upper" if rarer is lower else "lower"
    for step in sorted([*rarer, *mixed], key=lambda one: one.index):
        yield Problem(name_place(step), written=step.instruction.written, case=case)


def blank_continuation(subject: Subject, options: Options) -> Sequence[Problem]:
    """A blank line between the lines of one instruction."""
    step: Step = subject.context
    blanks = step.instruction.blank_continuations
    if not blanks or step.instruction.onbuild:
        return ()
    related = [related_step(step, "the instruction")]
    return [Problem(Place(step.instruction.source, *blanks[0]), related=related, name=step.name)]


def stop_signal(subject: Subject, options: Options) -> Iterator[Problem]:
    """A STOPSIGNAL that no kernel knows."""
    step: Step = subject.context
    words = step.instruction.words
    text = step.text_of(words[0]) if words else UNKNOWN
    if not isinstance(text, str):
        return
    name = text.upper().removeprefix("SIG")
    known = (
        name in _SIGNALS or re.match(r"RTM(?:IN|AX)(?:[+-]\d+)?$", name) or (name.isdigit() and 1 <= int(name) <= 64)
    )
    if not known or name in {"KILL", "9"}:
        yield Problem(docker_place(step, words[0]), signal=text)


def healthcheck_form(subject: Subject, options: Options) -> Iterator[Problem]:
    """A HEALTHCHECK that Docker refuses: its type, its durations, its retries."""
    step: Step = subject.context
    words = step.instruction.words
    if words and words[0].value.upper() not in {"CMD", "NONE"}:
        yield Problem(docker_place(step, words[0]), reason=f"`{words[0].value}` is neither CMD nor NONE")
    elif not words:
        yield Problem(name_place(step), reason="it says neither CMD nor NONE")
    elif len(words) == 1 and words[0].value.upper() == "CMD":
        yield Problem(docker_place(step, words[0]), reason="no command stands behind CMD")
    for flag in step.instruction.flags:
        if flag.value is None or "$" in flag.value.raw:
            continue
        text = flag.value.value
        if flag.name == "retries" and not text.isdigit():
            yield Problem(docker_place(step, flag.value), reason=f"`{text}` is no number of retries")
        elif flag.name in _FLAGS["HEALTHCHECK"] - {"retries"} and not _DURATION.match(text):
            yield Problem(docker_place(step, flag.value), reason=f"`{text}` is no duration such as `30s`")
