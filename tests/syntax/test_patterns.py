"""Patterns that are compiled when they are first used must be sound before that."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

import devopslint
from devopslint.syntax.patterns import lazily

MODULES = [
    module.name for module in pkgutil.walk_packages(devopslint.__path__, "devopslint.") if "__main__" not in module.name
]


@pytest.mark.parametrize("name", MODULES)
def test_every_pattern_of_a_module_is_sound(name: str) -> None:
    waiting = list(vars(importlib.import_module(name)).values())
    while waiting:
        value = waiting.pop()
        if isinstance(value, (list, tuple, set, frozenset)):
            waiting.extend(value)
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif type(value) is type(lazily("")):
            re.compile(value.pattern, value.flags)


def test_a_pattern_is_as_a_compiled_one() -> None:
    pattern = lazily(r"(a+)(?P<tail>b)?", re.IGNORECASE)
    found = pattern.fullmatch("AAb")
    assert found is not None
    assert (found[1], found["tail"], pattern.groups, pattern.sub("x", "caab")) == ("AA", "b", 2, "cx")
    assert pattern.flags & re.IGNORECASE
    with pytest.raises(re.error):
        lazily("(").search("")
