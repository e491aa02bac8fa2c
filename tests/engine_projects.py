"""Small projects made by hypothesis, and runs over them: what the property tests of the engine share."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from running import write

from devopslint.commands.catalog import open_catalog
from devopslint.config.settings import Config
from devopslint.engine.discover import Asked, discover
from devopslint.engine.run import Run, one_by_one
from devopslint.engine.workspace import Workspace
from devopslint.policy.finding import Finding, Report
from devopslint.policy.rule import Rule
from devopslint.policy.selection import Selection

IMAGES = st.sampled_from(["nginx", "nginx:latest", "node:22.11.0-slim", "ghcr.io/a/b@sha256:" + "0" * 64, "${BASE}"])
NAMES = st.sampled_from(["web", "db", "api"])

DOCKERFILE = st.tuples(
    IMAGES,
    st.lists(
        st.sampled_from(
            [
                "RUN apt-get update && apt-get install curl",
                "RUN cd /tmp && sudo make",
                "COPY . .",
                "COPY build/app.jar /srv",
                "ADD https://example.com/a.tar.gz /",
                "EXPOSE 22 70000",
                "USER root",
                "ENV TOKEN=abc",
                "# devopslint: ignore[all] -- so be it",
                "CMD node server.js",
                "RUN <<END\napt install x\nEND",
                "FRM x",
            ]
        ),
        max_size=4,
    ),
).map(lambda parts: f"FROM {parts[0]}\n" + "".join(line + "\n" for line in parts[1]))

_STEPS = st.sampled_from(
    [
        "uses: actions/checkout@v4",
        "uses: ./.github/actions/one",
        "uses: ./.github/actions/two",
        "uses: ./tools/act",
        "uses: ./../outside",
        "run: echo ${{ github.event.issue.title }}",
        "run: curl http://example.com | bash",
    ]
)
_JOBS = st.tuples(
    st.lists(_STEPS, min_size=1, max_size=3),
    st.sampled_from(["", "    timeout-minutes: 5\n", "    permissions: write-all\n", "    needs: [other]\n"]),
).map(
    lambda parts: (
        "    runs-on: ubuntu-latest\n" + parts[1] + "    steps:\n" + "".join(f"      - {step}\n" for step in parts[0])
    )
)
_CALL = st.sampled_from(["b.yml", "c.yml"]).map(
    lambda name: f"    uses: ./.github/workflows/{name}\n    with: {{x: 1}}\n"
)
_ON = st.sampled_from(["push", "pull_request_target", "workflow_call", "[push, pull_request]"])
WORKFLOW = st.tuples(_ON, st.one_of(_JOBS, _CALL)).map(lambda parts: f"on: {parts[0]}\njobs:\n  one:\n{parts[1]}")
ACTION = st.sampled_from(
    [
        "name: A\ndescription: b\ninputs:\n  x: {required: true}\nruns:\n  using: composite\n  steps:\n"
        "    - run: echo ${{ inputs.x }}\n      shell: bash\n",
        "name: A\nruns: {using: node12, main: index.js}\n",
        "name: [\n",
    ]
)
TERRAFORM = st.lists(
    st.sampled_from(
        [
            'variable "ports" {\n  default = [22]\n}\n',
            'resource "aws_s3_bucket" "b" {\n  bucket = var.name\n  acl = "public-read"\n}\n',
            'resource "aws_security_group" "g" {\n  ingress {\n    from_port = var.ports[0]\n'
            '    cidr_blocks = ["0.0.0.0/0"]\n  }\n}\n',
            'module "m" {\n  source = "./child"\n}\n',
            'module "r" {\n  source = "git::https://example.com/m.git"\n}\n',
            'output "o" {\n  value = local.nowhere\n}\n',
            'terraform {\n  backend "s3" {}\n}\n',
            'resource "x" {\n',
        ]
    ),
    max_size=3,
    unique=True,
).map("".join)
_OBJECT = st.tuples(
    st.sampled_from(["Deployment", "Service", "ConfigMap", "Role", "NetworkPolicy"]), NAMES, IMAGES
).map(
    lambda parts: (
        f"apiVersion: apps/v1\nkind: {parts[0]}\nmetadata: {{name: {parts[1]}}}\nspec:\n"
        f"  selector: {{matchLabels: {{app: {parts[1]}}}}}\n  template:\n    metadata: {{labels: {{app: {parts[1]}}}}}\n"
        f"    spec:\n      serviceAccountName: {parts[1]}\n      containers:\n      - name: {parts[1]}\n"
        f"        image: {parts[2]}\n        envFrom: [{{configMapRef: {{name: db}}}}]\n"
        "        securityContext: {privileged: true}\n"
    )
)
MANIFEST = st.lists(_OBJECT, min_size=1, max_size=2).map("---\n".join)
ODD = st.sampled_from(
    ["", "a: [\n", "kind: x\napiVersion: [", "\ufeffkind: List\n", "on: push\njobs: {}\n", "apiVersion: v1\nkind: 3\n"]
)
FILES: dict[str, st.SearchStrategy[str]] = {
    "Dockerfile": DOCKERFILE,
    "app/Dockerfile": DOCKERFILE,
    "app/web.dockerfile": DOCKERFILE,
    ".dockerignore": st.sampled_from(["*.md\n", "build\n.git\n", "../x\n"]),
    "app/.dockerignore": st.sampled_from([".git\n.env\n", "*\n!src\n"]),
    ".github/workflows/a.yml": WORKFLOW,
    ".github/workflows/b.yml": WORKFLOW,
    ".github/workflows/c.yml": st.one_of(WORKFLOW, ODD),
    ".github/actions/one/action.yml": ACTION,
    ".github/actions/two/action.yaml": ACTION,
    "tools/act/action.yml": ACTION,
    ".github/dependabot.yml": st.sampled_from(["version: 2\nupdates: []\n", "version: 1\n"]),
    "infra/main.tf": TERRAFORM,
    "infra/other.tf": TERRAFORM,
    "infra/values.auto.tfvars": st.sampled_from(["ports = [80]\n", 'name = "x"\n']),
    "infra/child/main.tf": TERRAFORM,
    "infra/.terraform.lock.hcl": st.just("# locked\n"),
    "infra/README.md": st.just("# Infra\n"),
    "k8s/a.yaml": MANIFEST,
    "k8s/b.yaml": st.one_of(MANIFEST, ODD),
    "k8s/kustomization.yaml": st.sampled_from(
        ["images:\n- name: nginx\n  newTag: '1.27'\n", "patches:\n- path: a.yaml\n"]
    ),
    "k8s/c.json": st.sampled_from(['{"apiVersion": "v1", "kind": "Pod", "spec": {"hostNetwork": true}}', "{"]),
    "CODEOWNERS": st.just("* @ann\n"),
    "LICENSE": st.just("MIT\n"),
}
"""Every path that a project may have, with what may stand in it."""

PROJECTS = st.fixed_dictionaries({}, optional=FILES).filter(bool)


def edits(draw: st.DrawFn, project: dict[str, str]) -> dict[str, str]:
    """Return a project with one to three files edited, added, deleted or renamed."""
    changed = dict(project)
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["write", "delete", "rename"]))
        if kind == "write" or not changed:
            path = draw(st.sampled_from(sorted(FILES)))
            changed[path] = draw(FILES[path])
        elif kind == "delete":
            del changed[draw(st.sampled_from(sorted(changed)))]
        else:
            old = draw(st.sampled_from(sorted(changed)))
            changed[draw(st.sampled_from(sorted(FILES)))] = changed.pop(old)
    return changed


EDITED = st.composite(lambda draw: (project := draw(PROJECTS), edits(draw, project)))()
"""A project, and the same with some edits."""


class Everything(Selection):
    """A selection of every rule there is, previews too."""

    __slots__ = ()

    def runs(self, rule: Rule) -> bool:
        """Say that it does."""
        return True


def replace(folder: Path, files: dict[str, str]) -> None:
    """Make a folder hold exactly these files."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink()
    write(folder, dict(files))


@cache
def catalog() -> Any:
    """Return the catalog of the rules that come with devopslint."""
    return open_catalog(Config())


def check(root: Path, *paths: str, performer: Any = one_by_one, **remembering: Any) -> Report:
    """Run every rule over some paths below a root, the root itself by default."""
    asked = discover(str(root), [str(root / path) for path in paths] or [str(root)])
    return check_asked(root, asked, performer, **remembering)


def check_asked(root: Path, asked: Asked, performer: Any = one_by_one, **remembering: Any) -> Report:
    """Run every rule over the files of `asked`; `remembering` are `ignoring` and `memory` of the run."""
    return Run(Workspace(str(root)), catalog(), Everything(), performer, **remembering).check(asked)


def everything(report: Report) -> Any:
    """Return all that a report says, in plain values and in its order."""
    summary = report.summary
    return (
        [plain(finding) for finding in report.findings],
        dict(summary.files),
        (summary.not_parsed, summary.undecided, summary.suppressed, summary.total_files),
        report.successful,
    )


def plain(finding: Finding) -> Any:
    """Return a finding as a tuple that compares."""
    related = [(one.path, one.span.as_tuple(), one.text, one.origin) for one in finding.related]
    suppressed = finding.suppressed
    return (
        *finding.sort_key(),
        finding.level,
        finding.line_text,
        related,
        None if suppressed is None else (suppressed.kind, suppressed.reason),
    )
