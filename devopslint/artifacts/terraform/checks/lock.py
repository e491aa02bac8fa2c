"""Checks of `.terraform.lock.hcl`: whether it holds every provider that the folder asks for, in a version that fits."""

from __future__ import annotations

import re

from devopslint.policy.subject import Place, Problem
from devopslint.syntax.hcl_nodes import Block, blocks_of
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.module import Module
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_LOCK = ".terraform.lock.hcl"
_PART = lazily(r"\s*+(=|!=|>=|>|<=|<|~>)?\s*+v?(\d+(?:\.\d+)*)\s*")


def incomplete_lock_file(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each required provider that the lock file does not hold, or holds in a version that does not fit."""
    module: Module = subject.context
    path = module.path_of(_LOCK)
    if module.is_trial or not module.workspace.exists(path):
        return
    locked = _locked(module, path)
    if not locked:
        return
    for declared in module.nested_settings("required_providers"):
        for name, entry in declared.block.items():
            source = entry.get("source") if isinstance(entry, Map) else f"hashicorp/{name}"
            version = entry.get("version") if isinstance(entry, Map) else entry
            if not isinstance(source, str):
                continue
            address = "/".join(source.split("/")[-2:]).lower()
            address = address if "/" in address else f"hashicorp/{address}"
            if address not in locked:
                place = Place(declared.document.source, *declared.block.at[name][:2])
                yield Problem(place, problem=f"does not hold provider `{address}`")
            elif isinstance(version, str) and fits(locked[address], version) is False:
                mark = entry.at["version"][2:] if isinstance(entry, Map) else declared.block.at[name][2:]
                problem = f"holds version {locked[address]} of `{address}`, which does not fit `{version}`"
                yield Problem(Place(declared.document.source, *mark), problem=problem)


def _locked(module: Module, path: str) -> dict[str, str]:
    """Return the versions in a lock file by the providers' addresses without their host; empty when it is broken."""
    from devopslint.syntax.hcl import read_hcl

    source = module.workspace.source(path)
    if source is None:
        return {}
    document, problems = read_hcl(source)
    found: dict[str, str] = {}
    for block in blocks_of(document.root, "provider"):
        if isinstance(block, Block) and block.labels:
            address = "/".join(str(block.labels[0]).split("/")[-2:]).lower()
            found[address] = str(block.get("version", ""))
    return {} if problems else found


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def fits(version: str, constraint: str) -> bool | None:
    """Say whether a version fulfils a constraint; `None` when one of them is not made of numbers alone."""
    if not re.fullmatch(r"\d+(?:\.\d+)*", version):
        return None
    own = _numbers(version)
    for part in constraint.split(","):
        found = _PART.fullmatch(part)
        if found is None:
            return None
        wanted = _numbers(found[2])
        width = max(len(own), len(wanted))
        left, right = (one + (0,) * (width - len(one)) for one in (own, wanted))
        operator = found[1] or "="
        if operator == "~>":
            holds = left >= right and own[: len(wanted) - 1] == wanted[:-1]
        else:
            holds = {
                "=": left == right,
                "!=": left != right,
                ">": left > right,
                ">=": left >= right,
                "<": left < right,
                "<=": left <= right,
            }[operator]
        if not holds:
            return False
    return True
