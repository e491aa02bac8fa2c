"""What `rule new` writes holds at once, and finds nothing in a project; what can't hold yet does not run."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import ROOT, devopslint, findings

from devopslint.commands.skeletons import skeleton
from devopslint.engine.artifacts import subject_kinds

UNFINISHED = {
    "core.file", "dependabot.file", "dockerfile.file", "shell.script", "repository", "terraform.module", "terraform.file",
    "terraform.settings", "terraform.local", "terraform.state", "workflow.action", "dockerfile.instruction.ONBUILD",
    "kubernetes.object.Kustomization",
}  # fmt: skip
"""What rules are about that rarely have a condition: most are checks in Python."""
TYPED = (
    "kubernetes.object.Service", "terraform.resource.aws_s3_bucket", "terraform.data.aws_ami", "terraform.provider.google",
    "shell.command.wget", "dockerfile.instruction.RUN", "dockerfile.instruction.COPY", "dockerfile.instruction.ENV",
    "terraform.backend.gcs", "dockerfile.instruction.ONBUILD", "dockerfile.instruction.FROM", "kubernetes.object.Kustomization",
    "kubernetes.container.init", "kubernetes.container.main", "workflow.step.run", "workflow.step.uses",
)  # fmt: skip


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("skeletons") / "policy"
    (folder / "house").mkdir(parents=True)
    for kind in (*subject_kinds(), *TYPED):
        name = kind.replace(".", "-").replace("_", "-").lower()
        (folder / "house" / f"{name}.yaml").write_text(skeleton("Say what is wrong", kind, f"house/{name}"), "utf-8")
    return folder


def test_what_is_written_passes_its_own_examples(policy: Path) -> None:
    done = devopslint("rule", "test", policy, cwd=policy.parent)
    failed = {line.partition(":")[0] for line in done.stdout.splitlines() if line.startswith("house/")}
    assert failed == {f"house/{kind.replace('.', '-').replace('_', '-').lower()}" for kind in UNFINISHED}, done.stdout


@pytest.mark.parametrize("project", ["demo", "ok/node-service", "ok/aws"])
def test_what_is_written_reports_nothing_of_a_project(project: str, policy: Path) -> None:
    arguments = ("--rules-dir", policy, "--no-config", "--no-cache", "--profile", "strict")
    found = findings(*arguments, cwd=ROOT / "fixtures" / project)
    assert [one for one in found if one["rule"].startswith("house/")] == []
