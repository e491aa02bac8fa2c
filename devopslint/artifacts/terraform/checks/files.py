"""Checks of the files that a module reads: templates and scripts that are not there."""

from __future__ import annotations

import posixpath

from devopslint.artifacts.terraform.indexes import operations_of, resources
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from tree_sitter import Node

    from devopslint.artifacts.terraform.module import Module
    from devopslint.policy.subject import Subject
    from devopslint.syntax.hcl_nodes import Expression

    Options = Mapping[str, Any]

_READING = lazily(r"\b(?:file|filebase64|templatefile)\(")
_FUNCTIONS = frozenset({"file", "filebase64", "templatefile"})
_GUARDED = lazily(r"\b(?:try|can|fileexists)\(")
_PATH = lazily(r'"\$\{\s*path\.module\s*\}/([\w./-]+)"')
_WRITTEN_BY_HAND = lazily(r"\.(?:tpl|tftpl|tmpl|sh|bash|ps1|py|js|json|ya?ml|toml|conf|cfg|ini|sql|txt|html|hcl|xml)$")
"""Endings of files that people write; a certificate, a key or an archive may be made before Terraform runs."""
_MADE = lazily(
    r"(?:^|/)(?:build|dist|out|output|outputs|target|generated|\.?tmp|temp|secrets?|node_modules|\.[\w.-]+)/"
)
"""Folders of what is made."""


def missing_file(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each call that reads a file of the module's own folder which is not there."""
    module: Module = subject.context
    if _writes_files(module):
        return
    for expression in operations_of(subject.context, subject.value):
        if _READING.search(expression.text) is None or _GUARDED.search(expression.text):
            continue
        for node in expression.nodes("function_call"):
            if expression.text_of(node.children[0]) in _FUNCTIONS:
                argument = _first_argument(node)
                named = _PATH.fullmatch(expression.text_of(argument)) if argument is not None else None
                if argument is None or named is None:
                    continue
                name = named[1]
                path = posixpath.normpath(posixpath.join(module.folder, name))
                if not _WRITTEN_BY_HAND.search(name) or _MADE.search(name) or path.startswith(".."):
                    continue
                if not module.workspace.exists(path):
                    yield Problem(_place(expression, argument), name=name)


def _writes_files(module: Module) -> bool:
    return any(resources(module, kind) for kind in ("local_file", "local_sensitive_file"))


def _first_argument(node: Node) -> Node | None:
    for child in node.children:
        if child.type == "function_arguments":
            return next((part for part in child.children if part.type == "expression"), None)
    return None


def _place(expression: Expression, node: Node) -> Place:
    return Place(expression.source, node.start_byte + expression.shift, node.end_byte + expression.shift)
