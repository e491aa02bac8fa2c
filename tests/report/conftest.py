"""Reports built by hand, and what writes them to strings."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from hostile import HOSTILE, obeyed

from devopslint.policy.finding import Finding, Location, Report, RuleInfo, Summary
from devopslint.report import writer
from devopslint.report.options import Options
from devopslint.syntax.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Callable

WEB = """\
apiVersion: apps/v1
kind: Deployment
spec:
  containers:
    - name: web
      imagePullPolicy: Always
      image: nginx:latest
"""

HOW = """\
Name the version that was tested,
better still its digest.

A second paragraph.
"""


def make_rule(name: str = "kubernetes/latest-tag", level: str = "error", **values: Any) -> RuleInfo:
    help_values = {
        "why": values.pop("why", "Two nodes run different code.\n\nMore on it."),
        "how": values.pop("how", HOW),
        "examples": values.pop("examples", ({"bad": "image: nginx #! 8-12\n"}, {"good": "image: nginx:1.29\n"})),
    }
    return RuleInfo(name, values.pop("title", "Image floats"), level, load_help=lambda: help_values, **values)


def make_finding(
    span: tuple[int, int, int, int],
    *,
    rule: str = "kubernetes/latest-tag",
    level: str = "error",
    message: str = "image `nginx:latest` has no fixed version",
    path: str = "web.yaml",
    text: str = "",
    **values: Any,
) -> Finding:
    return Finding(rule, level, message, Location(path, Span(*span), text), **values)


def make_report(
    *findings: Finding, files: dict[str, str] | None = None, rules: tuple[RuleInfo, ...] | None = None, **values: Any
) -> Report:
    sources = {path: Source(path, text) for path, text in (files or {"web.yaml": WEB}).items()}

    def read_lines(path: str) -> list[str]:
        source = sources.get(path)
        return [source.line(number) for number in range(1, len(source.line_starts) + 1)] if source else []

    known = (make_rule(),) if rules is None else rules
    summary = values.pop("summary", None) or Summary(
        {"kubernetes": 1}, total_files=1, titles={"kubernetes": ("Kubernetes manifest", "Kubernetes manifests")}
    )
    return Report(findings, {rule.id: rule for rule in known}, summary, read_lines=read_lines, **values)


def render(name: str, report: Report, **options: Any) -> str:
    out = io.StringIO()
    writer(name)(report, out, Options(**options))
    return out.getvalue()


class Build:
    rule = staticmethod(make_rule)
    finding = staticmethod(make_finding)
    report = staticmethod(make_report)
    render: Callable[..., str] = staticmethod(render)
    web = WEB
    hostile = HOSTILE
    obeyed = staticmethod(obeyed)


@pytest.fixture
def build() -> type[Build]:
    return Build
