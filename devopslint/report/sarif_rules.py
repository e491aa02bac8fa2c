"""What SARIF says of a rule."""

from __future__ import annotations

from devopslint.report.gravity import security_severity
from devopslint.report.help import first_paragraph, help_markdown, help_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from devopslint.policy.finding import RuleInfo

MAX_DESCRIPTION = 1024
MAX_NAME = 255
MAX_TAGS = 10
"""GitHub takes 20 tags and keeps 10."""

_PROBLEM = {"error": "error", "warning": "warning", "note": "recommendation"}


def descriptor(rule: RuleInfo) -> dict[str, Any]:
    """Return the `reportingDescriptor` of a rule, with every field that GitHub reads."""
    properties: dict[str, Any] = {
        "tags": tags(rule),
        "precision": rule.confidence,
        "problem.severity": _PROBLEM.get(rule.level, "warning"),
    }
    severity = security_severity(rule)
    if severity:
        properties["security-severity"] = f"{severity:.1f}"
    if rule.practice:
        properties["practice"] = rule.practice
    if rule.equivalents:
        properties["equivalents"] = list(rule.equivalents)
    if rule.standards:
        properties["standards"] = list(rule.standards)
    if rule.preview:
        properties["preview"] = True
    return {
        "id": rule.id,
        "name": rule.id[:MAX_NAME],
        "shortDescription": {"text": _cut(rule.title or rule.id)},
        "fullDescription": {"text": _cut(first_paragraph(rule.why) or rule.title or rule.id)},
        "help": {"text": help_text(rule), "markdown": help_markdown(rule)},
        **({"helpUri": rule.url} if rule.url else {}),
        "defaultConfiguration": {"level": rule.level},
        "properties": properties,
    }


def tags(rule: RuleInfo) -> list[str]:
    """Return at most ten different tags: `security` first, the rule's own, the kind of artifact, the practice."""
    kind = rule.id.split("/", 1)[0]
    own = sorted(rule.tags, key=lambda tag: tag != "security")
    return list(dict.fromkeys(tag for tag in (*own, kind, rule.practice) if tag))[:MAX_TAGS]


def _cut(text: str) -> str:
    return text if len(text) <= MAX_DESCRIPTION else text[: MAX_DESCRIPTION - 1].rstrip() + "…"
