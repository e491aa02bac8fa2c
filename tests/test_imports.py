"""Imports run one way: `cli → commands → config, engine → artifacts → knowledge → policy → syntax`; reports know findings only."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from running import ROOT

PACKAGE = ROOT / "devopslint"
MAY_IMPORT = {
    "syntax": {"syntax"},
    "policy": {"policy", "syntax"},
    "knowledge": {"knowledge", "policy", "syntax"},
    "artifacts": {"artifacts", "knowledge", "policy", "syntax"},
    "analysers": {"analysers", "knowledge", "policy", "syntax"},
    "engine": {"engine", "artifacts", "knowledge", "policy", "syntax"},
    "report": {"report"},
    "config": {"config", "engine", "policy", "syntax"},
    "migration": {"migration", "config", "policy", "syntax"},
    "commands": {"commands", "config", "engine", "migration", "policy", "report", "syntax"},
}
"""Part of the package → the parts that it may import. `cli` and `__main__` are the top, and may import all."""
REPORT_MAY_IMPORT = (
    "devopslint.policy.finding",
    "devopslint.policy.whole_files",
    "devopslint.syntax.source",
    "devopslint.report",
)


def modules() -> dict[str, ast.Module]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = list(path.relative_to(ROOT).with_suffix("").parts)
        if parts[-1] == "__init__":
            parts.pop()
        found[".".join(parts)] = ast.parse(path.read_text("utf-8"), str(path))
    return found


MODULES = modules()


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the full names of what a module imports from devopslint: at once, inside of functions, and for its types."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "devopslint")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            if node.module and node.module.split(".")[0] == "devopslint":
                for alias in node.names:
                    name = f"{node.module}.{alias.name}"
                    yield name if name in MODULES else node.module


def part(module: str) -> str:
    names = module.split(".")
    return names[1] if len(names) > 1 and names[1] in MAY_IMPORT else "top"


@pytest.mark.parametrize("module", [name for name in MODULES if part(name) != "top"])
def test_imports_run_down(module: str) -> None:
    own = part(module)
    for name in imported(MODULES[module]):
        if name == "devopslint":
            continue
        if own == "report":
            assert name.startswith(REPORT_MAY_IMPORT), f"{module} imports {name}"
        else:
            assert part(name) in MAY_IMPORT[own], f"{module} imports {name}"


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("devopslint.artifacts.")])
def test_no_artifact_imports_another(module: str) -> None:
    own = module.split(".")[2]
    for name in imported(MODULES[module]):
        if name.startswith("devopslint.artifacts."):
            assert name.split(".")[2] == own, f"{module} imports {name}"


def test_the_engine_names_no_artifact() -> None:
    for module in MODULES:
        if module.startswith("devopslint.engine"):
            named = [name for name in imported(MODULES[module]) if name.startswith("devopslint.artifacts.")]
            assert named == [], module


def test_there_are_no_circles() -> None:
    """What a module imports, be it inside of a function or for its types, never leads back to it."""
    graph = {name: set(imported(tree)) - {name} for name, tree in MODULES.items()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " → ".join((*trail[trail.index(name) :], name))
        if name in done:
            return
        for other in sorted(graph.get(name, ())):
            visit(other, (*trail, name))
        done.add(name)

    for name in graph:
        visit(name, ())


def test_the_packages_have_no_circles() -> None:
    """Nor do the parts of the package, late imports included."""
    order = ["syntax", "policy", "knowledge", "artifacts", "engine", "config", "commands"]
    for module, tree in MODULES.items():
        if part(module) in order:
            for name in imported(tree):
                if part(name) in order:
                    assert order.index(part(name)) <= order.index(part(module)), f"{module} imports {name}"


def test_modules_stay_small() -> None:
    long = {name: len((PACKAGE.parent / _path(name)).read_text("utf-8").splitlines()) for name in MODULES}
    assert {name: lines for name, lines in long.items() if lines > 400} == {}


def _path(module: str) -> str:
    path = module.replace(".", "/")
    return f"{path}/__init__.py" if (ROOT / path).is_dir() else f"{path}.py"
