"""How grave a finding is, where only some can be shown."""

from __future__ import annotations

from devopslint.policy.finding import LEVELS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from devopslint.policy.finding import Finding, Report, RuleInfo


def security_severity(rule: RuleInfo | None) -> float:
    """Return the severity of a rule tagged `security`, from 0.1 to 10.0; 0 for the others."""
    if rule is None or "security" not in rule.tags or rule.security_severity is None:
        return 0.0
    return min(10.0, max(0.1, float(rule.security_severity)))


def gravest(report: Report, most: int) -> Sequence[Finding]:
    """Return the gravest open findings, in the order of the report; all of them when `most` is 0."""
    if not 0 < most < len(report.active):
        return report.active
    key = by_gravity(report.rules)
    kept = {id(finding) for finding in sorted(report.active, key=key)[:most]}
    return [finding for finding in report.active if id(finding) in kept]


def by_gravity(rules: Mapping[str, RuleInfo]) -> Callable[[Finding], tuple[bool, int, float]]:
    """Return a sort key that puts the gravest first: open ones, then by level, then by severity for security."""
    ranks = {level: rank for rank, level in enumerate(LEVELS)}
    severity = {name: security_severity(rule) for name, rule in rules.items()}

    def key(finding: Finding) -> tuple[bool, int, float]:
        return finding.suppressed is not None, ranks.get(finding.level, 0), -severity.get(finding.rule, 0.0)

    return key
