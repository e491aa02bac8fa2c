from __future__ import annotations

from devopslint.policy.finding import Suppression
from devopslint.report.practices import Practice

END = "3 errors, 1 note in 1 of 1 file (1 Kubernetes manifest)\n"


def sample(build):
    rules = (
        build.rule(practice="containers/specific-tags"),
        build.rule("kubernetes/a-rare", title="Rare", practice="own/practice"),
    )
    findings = [build.finding((line, 1, line, 2)) for line in (1, 2)]
    findings.append(build.finding((3, 1, 3, 2), level="note"))
    findings.append(build.finding((4, 1, 4, 2), rule="kubernetes/a-rare"))
    findings.append(build.finding((5, 1, 5, 2), suppressed=Suppression("", "inline")))
    return build.report(*findings, rules=rules)


def test_rules_by_number_and_practices_with_what_was_not_checked(build):
    practices = [
        Practice("containers/specific-tags", "T", ran=3, idle={"not selected": 2, "in preview": 1}),
        Practice("containers/non-root", "T", ran=1),
        Practice("infrastructure/remote-state", "T", idle={"not run (no Terraform files)": 4}),
        Practice("delivery/fast-pipeline", "T"),
    ]
    assert build.render("statistics", sample(build), practices=lambda: practices) == (
        "Rules\n"
        "3  error  kubernetes/latest-tag  Image floats\n"
        "1  error  kubernetes/a-rare      Rare\n"
        "\n"
        "Practices\n"
        "   3 findings  containers/specific-tags     3 rules; 2 not selected, 1 in preview\n"
        "nothing found  containers/non-root          1 rule\n"
        "  not checked  infrastructure/remote-state  4 not run (no Terraform files)\n"
        "  not checked  delivery/fast-pipeline       no rule is about it\n"
        "    1 finding  own/practice                 1 rule\n"
        "\n" + END
    )


def test_without_findings_only_the_practices(build):
    practices = [Practice("a/b", "T", ran=2)]
    assert build.render("statistics", build.report(), practices=lambda: practices) == (
        "Practices\nnothing found  a/b  2 rules\n\nNothing found in 1 file (1 Kubernetes manifest)\n"
    )


def test_quiet_leaves_the_summary_out(build):
    text = build.render("statistics", sample(build), quiet=True)
    assert text.startswith("Rules\n")
    assert END not in text
