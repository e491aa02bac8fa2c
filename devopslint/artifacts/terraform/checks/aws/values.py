"""Checks of values that the AWS provider or AWS itself refuses, by the table of what each argument takes."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from devopslint.artifacts.terraform.checks.blocks import problem_at
from devopslint.artifacts.terraform.policies import Where, file_of, read_embedded
from devopslint.artifacts.terraform.uses import scope_of
from devopslint.artifacts.terraform.values import EvaluationError, text_of
from devopslint.knowledge.tables import read_table
from devopslint.policy.suggestion import suggestion
from devopslint.syntax.hcl_nodes import Expression
from devopslint.syntax.tree import MISSING, UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.policy.subject import Problem, Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]
    Fact = Mapping[str, Any]

_NUMBER = re.compile(r"-?\d+")
_MOST_SHOWN = 8
_TRANSPORTS = frozenset({"tcp", "udp", "6", "17"})
_RULES = ("ingress", "egress")


@cache
def _table() -> dict[str, dict[str, Fact]]:
    """Return type → path → what the argument there takes."""
    table = read_table("artifacts/terraform", "aws_values")
    facts = {name: _fact(fact) for name, fact in {**table["facts"], **table["enums"]}.items()}
    found: dict[str, dict[str, Fact]] = {}
    for types, arguments in table["values"].items():
        row = {path: facts[fact] if isinstance(fact, str) else _fact(fact) for path, fact in arguments.items()}
        for name in types.split():
            found[name] = row
    return found


def _fact(fact: Any) -> Fact:
    if isinstance(fact, list):
        fact = {"one_of": fact}
    return {**fact, "one_of": [str(one) for one in fact["one_of"]]} if "one_of" in fact else fact


@cache
def _by_first_name(type_name: str) -> dict[str, list[tuple[Sequence[str], Fact]]]:
    """Return first name of a path → the names of the paths that begin so, with what the arguments there take."""
    found: dict[str, list[tuple[Sequence[str], Fact]]] = {}
    for path, fact in _table().get(type_name, {}).items():
        names = path.split(".")
        found.setdefault(names[0], []).append((names, fact))
    return found


def invalid_value(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each value of a resource, or of the provider, that AWS takes for none of the argument's."""
    block = subject.value if isinstance(subject.value, Map) else {}
    for first, arguments in _by_first_name(subject.type).items():
        for names, fact in arguments if first in block else ():
            yield from _at(subject, names, fact)
    yield from _reversed_ports(subject)


def _at(subject: Subject, names: Sequence[str], fact: Fact) -> Iterator[Problem]:
    """Yield a problem for each wrong value that the names of one argument lead to."""
    if "unless" in fact and subject.get(fact["unless"]) is not MISSING:
        return
    for path, value in _places(subject, subject.value[names[0]], tuple(names[:1]), names[1:]):
        if "policy" in fact:
            yield from _in_policy(subject, path)
            continue
        wrong = _wrong(value, fact)
        if wrong is not None:
            yield problem_at(subject, path, value=value, name=names[-1], wanted=wrong)


def _places(subject: Subject, value: Any, base: Path, names: Sequence[str]) -> Iterator[tuple[Path, Any]]:
    """Yield each value that the names lead to with its path, through every block and every item of a list.

    `value` is what stands at the path `base`, as the reader left it.
    """
    if isinstance(value, Expression):
        value = subject.get(base)
    if isinstance(value, Seq):
        for index, item in enumerate(value):
            yield from _places(subject, item, (*base, index), names)
    elif not names:
        if value is not None and value is not UNKNOWN and value is not MISSING:
            yield base, value
    elif isinstance(value, Map) and names[0] in value:
        yield from _places(subject, value[names[0]], (*base, names[0]), names[1:])


def _wrong(value: Any, fact: Fact) -> str | None:
    """Return what a value should be, when it is certainly wrong."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        text = text_of(value)
    except EvaluationError:
        return None
    if not isinstance(text, str) or not text or _is_right(text, fact):
        return None
    return _wanted(text, fact)


def _is_right(text: str, fact: Fact) -> bool:
    known = fact.get("one_of", ())
    if text in known or (fact.get("any_case") and text.lower() in {one.lower() for one in known}):
        return True
    if "from" in fact and _NUMBER.fullmatch(text) and fact["from"] <= int(text) <= fact["to"]:
        return True
    if "form" in fact and re.fullmatch(fact["form"], text):
        return True
    return "network" in fact and not _network_fault_of(text, fact)


def _wanted(text: str, fact: Fact) -> str:
    known: list[str] = fact.get("one_of", [])
    if known and all(map(_NUMBER.fullmatch, (text, *known))):
        return _neighbours(int(text), sorted(map(int, known)))
    hint = suggestion(text, known) or suggestion(text.upper(), known) or suggestion(text.lower(), known)
    hint = hint or _near_form(text, fact)
    if hint:
        return hint
    if "network" in fact:
        return f": {_network_fault_of(text, fact)}"
    wanted = []
    shown = fact.get("shown", known)
    if shown:
        more = " …" if len(shown) > _MOST_SHOWN or len(shown) < len(known) else ""
        wanted.append(", ".join(f"`{one}`" for one in shown[:_MOST_SHOWN]) + more)
    if "from" in fact:
        wanted.append(f"{fact['from']} to {fact['to']}")
    if "as" in fact:
        wanted.append(fact["as"])
    return ": it takes " + ", or ".join(wanted)


def _neighbours(number: int, known: Sequence[int]) -> str:
    """Return the hint at the numbers next to one that is none of those known."""
    around = [*[one for one in known if one < number][-1:], *[one for one in known if one > number][:1]]
    return f", did you mean {' or '.join(f'`{one}`' for one in around)}?"


def _near_form(text: str, fact: Fact) -> str:
    """Return the hint at a value of the right form: with its prefix, or with a size that there is."""
    prefixed = fact.get("prefix", "") + text
    if prefixed != text and re.fullmatch(fact["form"], prefixed):
        return f", did you mean `{prefixed}`?"
    family = text.rpartition(".")[0]
    right = [name for size in fact.get("sizes", ()) if re.fullmatch(fact["form"], name := f"{family}.{size}")]
    return suggestion(text, right)


def _network_fault_of(text: str, fact: Fact) -> str:
    return _network_fault(text, fact["network"], fact.get("shortest", 0), fact.get("longest"), bool(fact.get("strict")))


@lru_cache(maxsize=256)
def _network_fault(text: str, version: int, shortest: int, longest: int | None, is_strict: bool) -> str:
    """Return why a text is no block of addresses, or an empty text; `version` 0 takes both kinds of addresses."""
    from ipaddress import ip_address, ip_network

    address, slash, length = text.partition("/")
    kind = {4: "an IPv4 block, as `10.0.0.0/16`", 6: "an IPv6 block, as `2001:db8::/56`"}.get(
        version, "a block of addresses"
    )
    try:
        found = ip_address(address)
    except ValueError:
        return f"it takes {kind}"
    if version not in (0, found.version):
        return f"it takes {kind}"
    if not slash:
        return f"it lacks the length, as `{address}/{0 if found.is_unspecified else found.max_prefixlen}`"
    longest = found.max_prefixlen if longest is None else longest
    if not length.isdecimal() or not shortest <= int(length) <= longest:
        return f"the length is {shortest} to {longest}"
    network = ip_network(text, strict=False)
    if is_strict and network.network_address != found:
        return f"the block is `{network}`"
    return ""


def _reversed_ports(subject: Subject) -> Iterator[Problem]:
    """Yield a problem for each rule of a security group whose first port is greater than its last."""
    bases: list[Path] = []
    if subject.type in {"aws_security_group", "aws_default_security_group"}:
        bases = [path for name in _RULES for path in _blocks(subject, name)]
    elif subject.type == "aws_security_group_rule" or subject.type.startswith("aws_vpc_security_group_"):
        bases = [()]
    for base in bases:
        protocol = subject.get((*base, "ip_protocol" if subject.type.startswith("aws_vpc_") else "protocol"))
        first, last = subject.get((*base, "from_port")), subject.get((*base, "to_port"))
        if str(protocol).lower() not in _TRANSPORTS or type(first) is not int or type(last) is not int:
            continue
        if first > last:
            wanted = f": it is at least `from_port`, which is {first}"
            yield problem_at(subject, (*base, "to_port"), value=last, name="to_port", wanted=wanted)


def _blocks(subject: Subject, name: str) -> Iterator[Path]:
    value = subject.get(name)
    if isinstance(value, Seq):
        yield from ((name, index) for index in range(len(value)))


def _in_policy(subject: Subject, path: Path) -> Iterator[Problem]:
    """Yield a problem for the version and each effect of a policy in JSON that AWS does not know."""
    owner = subject.raw(path[:-1])
    name = path[-1]
    if not isinstance(owner, Map) or name not in owner:
        return
    mark = owner.at[name][2:]  # type: ignore[index]  # a Map only has names
    source = subject.document.source
    scope = scope_of(subject)
    root, own = read_embedded(owner[name], mark, scope, source)  # type: ignore[index]
    where = Where(own, subject.place(path), file_of(owner[name], scope))  # type: ignore[index]
    if not isinstance(root, Map):
        return
    facts = _table()["aws_iam_policy_document"]
    yield from _entry(root, "Version", facts["version"], where)
    statements = root.get("Statement")
    for statement in statements if isinstance(statements, Seq) else [statements]:
        if isinstance(statement, Map):
            yield from _entry(statement, "Effect", facts["statement.effect"], where)


def _entry(owner: Map, name: str, fact: Fact, where: Where) -> Iterator[Problem]:
    wrong = _wrong(owner.get(name, MISSING), fact)
    if wrong is None:
        return
    mark = owner.at[name][2:]
    yield where.problem_at(mark, value=owner[name], name=name, wanted=wrong)
