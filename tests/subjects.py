"""Subjects made of a few lines of YAML, whose `$?` can't be known and whose `$a|b` is either a or b."""

from __future__ import annotations

from typing import Any

from devopslint.policy.subject import Subject
from devopslint.syntax.source import Source
from devopslint.syntax.tree import UNKNOWN, Candidate
from devopslint.syntax.yaml import read_yaml


def subject(text: str, **more: Any) -> Subject:
    source = Source("some.yaml", text)
    documents, problems = read_yaml(source)
    assert not problems, problems
    document = documents[0]

    def resolve(value: Any, _subject: Any) -> list[Candidate] | None:
        if not isinstance(value, str) or not value.startswith("$"):
            return None
        if value == "$?":
            return [Candidate(UNKNOWN)]
        start = text.index(value)
        origin = (source, start, start + len(value), "chosen here")
        return [Candidate(UNKNOWN if word == "?" else word, [origin]) for word in value[1:].split("|")]

    document.resolve = resolve
    return Subject("some.thing", document.root, document=document, **more)
