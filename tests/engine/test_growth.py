"""What costs a file or a folder is in proportion to what stands in it: counted in calls, for clocks tell lies."""

from __future__ import annotations

import gc
import os
import sys

import pytest
from engine_projects import Everything, catalog, check
from running import write

import devopslint
from devopslint.engine.discover import Asked, discover
from devopslint.engine.run import Run
from devopslint.engine.workspace import MemoryWorkspace
from devopslint.policy.baseline import Baseline
from devopslint.policy.finding import Finding, Location
from devopslint.syntax.fragment import Fragment
from devopslint.syntax.shell_reader import read_shell
from devopslint.syntax.source import Source, Span

PLACE = Location("a", Span(1, 1, 1, 2))
WORKFLOW = ".github/workflows/a.yml"
POD = "template: {metadata: {labels: LABELS}, spec: {serviceAccountName: a@, containers: [{name: c, image: 'b:1', ports: [{containerPort: 80, name: http}]}]}}"
DEPLOYMENT = (
    "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d@, namespace: NS}\nspec: {selector: {matchLabels: LABELS}, "
    + POD
    + "}\n"
)
SERVICE = "---\napiVersion: v1\nkind: Service\nmetadata: {name: s@, namespace: NS}\nspec: {selector: LABELS, ports: [{port: 80, targetPort: http}]}\n"
POLICY = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p@, namespace: NS}\nspec: {policyTypes: [Ingress], podSelector: SELECTOR}\n"
SCALER = "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h@, namespace: NS}\nspec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: TARGET}, minReplicas: 1, maxReplicas: 3}\n"


def labelled(text: str, labels: str = "{app: a@}", namespace: str = "one") -> str:
    return text.replace("LABELS", labels).replace("NS", namespace)


ALIKE = {
    "steps": (WORKFLOW, "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n", "    - {uses: actions/checkout%v4, id: s@}\n    - run: echo ${{ steps.s@.outputs.ref }}\n"),
    "steps that read what runs in the background": (WORKFLOW, "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - {id: s, run: a, background: true}\n", "    - run: echo ${{ steps.s.outputs.o@ }}\n" * 4),
    "jobs in a row": (WORKFLOW, "on: push\njobs:\n  a-1: {runs-on: x, steps: [{run: a}]}\n", "  a@: {runs-on: ubuntu-latest, needs: [a-1], steps: [{run: make}]}\n"),
    "jobs that deploy": (WORKFLOW, "on: push\njobs:\n  a-1: {runs-on: x, steps: [{run: make test}]}\n", "  a@: {runs-on: ubuntu-latest, needs: a-1, environment: production, steps: [{run: kubectl apply -f a@}, {run: docker push 'a:@'}]}\n"),
    "rows of a matrix": (WORKFLOW, "on: push\njobs:\n  a:\n    runs-on: x\n    steps: [{run: 'echo ${{ matrix.v }}'}, {run: 'echo ${{ matrix.w3 }}'}]\n    strategy:\n      matrix:\n        o: [1]\n        include:\n", "          - {o: '${{ github.ref }}', w@: 3}\n"),
    "uses of a matrix": (WORKFLOW, "on: push\njobs:\n  a:\n    runs-on: x\n    strategy: {matrix: {o: ['${{ github.ref }}'], p: [1]}}\n    steps:\n", "      - run: echo ${{ matrix.o }} ${{ matrix.p }}\n"),
    "expressions in one script": (WORKFLOW, "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - run: |\n", "        echo ${{ github.event.issue.title }} ${{ format('{0}', github.ref) }} @\n"),
    "groups that write variables": (WORKFLOW, "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - run: |\n", "        } >> $GITHUB_ENV\n"),
    "downloads that are run": (WORKFLOW, "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - run: |\n", "        curl https://a.example/a@ -o a@.sh; sh a@.sh\n        curl https://a.example/@ | sudo sh\n"),
    "commands of PowerShell": (WORKFLOW, "on: push\njobs:\n  a:\n    runs-on: windows-2022\n    steps:\n    - shell: pwsh\n      run: |\n", "        $a@ = @'\n        text $(b) `\n        '@\n        iwr https://a.example/@ -OutFile a@.ps1 `\n          -UseBasicParsing; ./a@.ps1\n"),
    "steps of PowerShell": (WORKFLOW, "on: push\njobs:\n  a:\n    runs-on: windows-2022\n    steps:\n", "    - shell: pwsh\n      run: |\n        iwr https://a.example/@ | iex\n        echo ${{ github.ref }} >> $env:GITHUB_ENV\n"),
    "pipes into what reads nothing": (WORKFLOW, "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - run: |\n", "        make a@ | rm b; su c && exit\n"),
    "scripts within a script": ("Dockerfile", "FROM debian:12\nRUN <<EOF\n", "sh -c 'echo -e a@; exit 1; true'\necho '$A'\n"),
    "scripts that scripts hand over": ("Dockerfile", "FROM debian:12\nRUN <<EOF\n", "sh -c 'cat <<E\n a@\nE'\n" * 8),
    "commands that publish": (WORKFLOW, "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - run: |\n", "        npm publish a@\n        cargo publish --token ${{ secrets.A }}\n"),
    "outputs of jobs": (WORKFLOW, "on: push\njobs:\n  a-1: {runs-on: x, outputs: {o: '${{ steps.a.outputs.b }}'}, steps: [{id: a, run: 'echo b=c >> $GITHUB_OUTPUT'}]}\n", "  a@: {runs-on: x, needs: a-1, outputs: {o: '${{ needs.a-1.outputs.o }}'}, steps: [{run: 'echo ${{ needs.a-1.outputs.o }}'}]}\n"),
    "stages": ("Dockerfile", "FROM a:1 AS s\n", "FROM a:@ AS s@\nRUN apt-get install -y p@\nCOPY --from=s /a /b\n"),
    "stages on one base": ("Dockerfile", "FROM debian:12 AS s\nRUN apt-get update\n", "FROM s AS s@\nRUN apt-get update && apt-get install -y p@\nUSER app\n"),
    "arguments": ("Dockerfile", "FROM a:1\n", "ARG A@=b@\nENV B@=$A@\nRUN echo $B@\n"),
    "accounts": ("Dockerfile", "FROM debian:12\n", "RUN useradd u@\nUSER u@\nCOPY --chown=u@ a@ /b@\nRUN chown u@ /b@\nUSER root\n"),
    "programs": ("Dockerfile", "FROM debian:12\n", "HEALTHCHECK CMD curl a@\nCMD [\"java\", \"a@\"]\n"),
    "installs": ("Dockerfile", "FROM python:3.12\n", "COPY r@.txt .\nRUN pip install -r r@.txt\nRUN npm install\nRUN go build ./...\nCOPY . .\n"),
    "installs in one instruction": ("Dockerfile", "FROM debian:12\nRUN true", " \\\n && apt-get install -y p@ && cd /x@ && export A@=b"),
    "arguments that change": ("Dockerfile", "FROM debian:12\n", "ARG BUILD_DATE=@\nRUN make a@\n"),
    "installs that nothing was copied for": ("Dockerfile", "FROM node:24\n", "RUN npm install\n"),
    "such installs in one instruction": ("Dockerfile", "FROM node:24\nRUN set -e", " \\\n && npm install"),
    "images that are built and pushed": (WORKFLOW, "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - run: |\n", "        docker build -t x/a@:1 . && docker push x/a@:1 && docker push x/b@ && docker run y/c@:latest\n" * 4),
    "images that are pushed and deployed": (WORKFLOW, "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - run: |\n", "".join(f"        docker push x/image@-{n}:1\n" for n in range(20)) + "        kubectl set image d/x x=x/other@:1 y=x/others@:1 z=x/third@:2\n" * 3),
    "jobs that push and jobs that deploy": (WORKFLOW, "on: push\njobs:\n", "".join(f"  b@-{n}: {{runs-on: x, steps: [{{run: 'docker push x/a@:1'}}]}}\n  d@-{n}: {{runs-on: x, steps: [{{run: 'kubectl set image d/x x=x/b@:1'}}]}}\n" for n in range(4))),
    "values of one export": ("Dockerfile", "FROM debian:12\nRUN export", " A@=$(b)" * 8),
    "a script in a heredoc": ("Dockerfile", "FROM debian:12\nRUN <<EOF\n", "f@() { echo $1; }\nX@=1\nif [ $X@ = 1 ]; then cd /a@; fi\n"),
    "exceptions of an ignore file": (".dockerignore", "", "d@/x\n!d@/x/k\n"),
    "buckets": ("main.tf", "", 'resource "aws_s3_bucket" "b@" {\n  bucket = "b@"\n}\noutput "o@" {\n  value = aws_s3_bucket.b@.id\n}\n'),
    "buckets with logs and policies": ("main.tf", 'resource "aws_s3_bucket" "logs" {}\n', 'resource "aws_s3_bucket" "b@" {\n  bucket = "b@"\n}\nresource "aws_s3_bucket_logging" "l@" {\n  bucket        = aws_s3_bucket.b@.id\n  target_bucket = aws_s3_bucket.logs.id\n}\nresource "aws_s3_bucket_policy" "p@" {\n  bucket = aws_s3_bucket.b@.id\n  policy = data.aws_iam_policy_document.d@.json\n}\ndata "aws_iam_policy_document" "d@" {\n  statement {\n    actions   = ["s3:*"]\n    resources = [aws_s3_bucket.b@.arn]\n  }\n}\n'),
    "buckets of names that are not known": ("main.tf", "", 'resource "aws_s3_bucket" "b@" {\n  bucket = var.n@\n}\nresource "aws_s3_bucket_public_access_block" "v@" {\n  bucket = var.m@\n}\n'),
    "credentials": ("main.tf", "", 'resource "aws_db_instance" "d@" {\n  password = "hunter2hunter@"\n}\n'),
    "names that nothing declares": ("main.tf", "", 'output "o@" {\n  value = aws_instance.nope@.id\n}\nresource "aws_instance" "i@" {}\n'),
    "broken blocks": ("main.tf", "", 'resource "a" "b@" {\n  a = [1, 2\n}\n'),
    "backends": ("a.yaml", "", "---\napiVersion: v1\nkind: Service\nmetadata: {name: d@}\nspec: {selector: {app: d@}, ports: [{port: 80}]}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: d@}\nspec: {defaultBackend: {service: {name: d@, port: {number: 80}}}}\n"),
    "ports of one Service": ("a.yaml", "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec:\n  rules:\n", "  - {host: h@, http: {paths: [{path: /, pathType: Exact, backend: {service: {name: s, port: {number: 80}}}}]}}\n"),
    "workloads and autoscalers": ("a.yaml", "", labelled(DEPLOYMENT + SCALER.replace("TARGET", "x@"))),
    "Services that select the same pods": ("a.yaml", "", labelled(DEPLOYMENT + SERVICE, "{app: a}")),
    "Services that select nothing": ("a.yaml", "", labelled(DEPLOYMENT) + labelled(SERVICE, "{app: b@}")),
    "policies": ("a.yaml", "", labelled(DEPLOYMENT + POLICY.replace("SELECTOR", "{matchLabels: {app: a@}}"))),
    "policies of expressions": ("a.yaml", "", labelled(DEPLOYMENT + POLICY.replace("SELECTOR", "{matchExpressions: [{key: app, operator: In, values: [a@]}]}"))),
    "namespaces": ("a.yaml", "", labelled(DEPLOYMENT + SERVICE, "{app: a}", "n@")),
    "one name in many namespaces": ("a.yaml", "", labelled(DEPLOYMENT + SERVICE, "{app: a}", "n@").replace("name: d@", "name: d").replace("name: s@", "name: s")),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _without_analysers(monkeypatch):
    """Leave out ShellCheck, where it is installed: what it takes is not counted in calls."""
    monkeypatch.setattr("devopslint.engine.analysis.missing", lambda rule: rule.analyser)


def watched(work, one, ask, put) -> None:
    """Do something while Python tells `one` what happens."""
    before = ask()
    put(one)
    try:
        work()
    finally:
        put(before)


def calls_of(work) -> int:
    """Return how many functions are called, those of C too: what grows with them needs no clock."""
    count = 0

    def one(frame, event, argument):
        nonlocal count
        count += event in {"call", "c_call"}

    watched(work, one, sys.getprofile, sys.setprofile)
    return count


OURS = os.path.dirname(devopslint.__file__) + os.sep


def lines_of(work) -> int:
    """Return how many lines of ours are gone through: what loops without a call is seen.

    Those of Python's own modules are left out: it compiles patterns again when it has let go of them.
    """
    count = 0

    def one(frame, event, argument):
        nonlocal count
        if event == "call" and not frame.f_code.co_filename.startswith(OURS):
            return None
        count += 1
        return one

    watched(work, one, sys.gettrace, sys.settrace)
    return count


def is_steeper_than_linear(calls, smallest: int) -> bool:
    """Say whether the second doubling costs more than twice what the first costs: what is square costs four times it.

    What is made once, such as a pattern that only the largest asks for, is made before anything is counted.
    """
    calls(smallest * 4)
    first, second, third = (calls(smallest * times) for times in (1, 2, 4))
    return third - second >= 2.3 * (second - first)


@pytest.mark.parametrize("name", ALIKE)
def test_many_of_a_kind_in_one_file_cost_what_each_costs(name):
    path, head, each = ALIKE[name]

    def calls(count: int) -> int:
        text = head + "".join(each.replace("@", str(n)).replace("%", "@") for n in range(count))
        run = Run(MemoryWorkspace({path: text}), catalog(), Everything())
        return calls_of(lambda: run.check(Asked([], [path], True)))

    assert not is_steeper_than_linear(calls, 30)


IN_LINES = ("downloads that are run", "scripts within a script", "commands that publish", "commands of PowerShell")
"""What is small beside all else that stands in these is seen when each line is counted, and there are more of them."""


@pytest.mark.parametrize("name", IN_LINES)
def test_many_commands_of_one_script_cost_what_each_costs(name):
    path, head, each = ALIKE[name]
    table = catalog()

    def steps(count: int) -> int:
        text = head + "".join(each.replace("@", str(n)) for n in range(count))
        run = Run(MemoryWorkspace({path: text}), table, Everything())
        return lines_of(lambda: run.check(Asked([], [path], True)))

    steps(400)
    first, second, third = (steps(count) for count in (100, 200, 400))
    assert third - second < 2.1 * (second - first)


def test_the_scripts_within_a_script_are_read():
    _, head, each = ALIKE["scripts within a script"]
    text = "".join(each.replace("@", str(n)) for n in range(50))
    commands = read_shell(Fragment(text, Source("a.sh", text))).commands
    assert head.endswith("RUN <<EOF\n")
    assert sum(one.wrapper is not None for one in commands) == 3 * 50


FOLDERS = {
    "Services in files": {"@.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: a@}\nspec: {selector: {app: a@}}\n"},
    "autoscalers of what is not there": {"@.yaml": labelled(SCALER.replace("TARGET", "x@")).removeprefix("---\n")},
    "files of one module": {"t/@.tf": 'resource "aws_instance" "i@" {\n  ami = var.v@\n}\nvariable "v@" {}\n'},
    "modules and their callers": {
        "modules/m@/main.tf": 'variable "x" {}\nresource "aws_instance" "i" {\n  ami = var.x\n}\n',
        "live/e@/main.tf": 'module "m" {\n  source = "../../modules/m@"\n  x = "a"\n}\n',
    },
    "bases and overlays": {
        "a@/base/kustomization.yaml": "resources: [d.yaml]\n",
        "a@/base/d.yaml": labelled(DEPLOYMENT).removeprefix("---\n"),
        "a@/prod/kustomization.yaml": "resources: [../base]\npatches: [{target: {kind: Deployment}, path: p.yaml}]\n",
        "a@/prod/p.yaml": "spec: {replicas: 3}\n",
    },
    "Dockerfiles": {"d@/Dockerfile": "FROM a:1 AS s@\nFROM b:1\nCOPY --from=s@ /a /b\n", "d@/.dockerignore": ".git\n"},
    "actions": {
        "actions/a@/action.yml": "name: A@\ndescription: d\nruns: {using: composite, steps: [{run: echo, shell: bash}]}\n",
        ".github/workflows/w@.yml": "on: push\njobs: {a: {runs-on: x, steps: [{uses: ./actions/a@}]}}\n",
    },
}  # fmt: skip


@pytest.mark.parametrize("name", FOLDERS)
def test_many_files_cost_what_each_costs(name, tmp_path):
    def calls(count: int) -> int:
        root = tmp_path.resolve() / str(count)
        files = FOLDERS[name]
        write(root, {one.replace("@", str(n)): files[one].replace("@", str(n)) for n in range(count) for one in files})
        return calls_of(lambda: check(root))

    assert not is_steeper_than_linear(calls, 20)


TOGETHER = {
    "what is copied and what is ignored": {
        "Dockerfile": ("FROM debian:12\n", "COPY a@ /b@\n"),
        ".dockerignore": ("", "a@/*.log\n!a@/x.log\n"),
    },
    "jobs of a workflow and calls of it": {
        ".github/workflows/a.yml": ("on: workflow_call\njobs:\n", "  a@: {runs-on: x, steps: [{run: make}]}\n"),
        ".github/workflows/b.yml": (
            "on: push\njobs:\n",
            "  a@: {uses: ./.github/workflows/a.yml, concurrency: a}\n",
        ),
    },
    "stages and what builds them": {
        "Dockerfile": ("", "FROM debian:12 AS s@\nCMD [\"a\"]\n"),
        ".github/workflows/@.yml": ("", "on: push\njobs: {a: {runs-on: x, steps: [{run: docker build --target s@ .}]}}\n"),
    },
}  # fmt: skip


@pytest.mark.parametrize("name", TOGETHER)
def test_each_is_not_compared_with_each(name, tmp_path):
    """A file whose name has no `@` holds all of them, otherwise each has its own."""

    def calls(count: int) -> int:
        files: dict[str, str] = {}
        for path, (head, each) in TOGETHER[name].items():
            for number in range(count):
                one = path.replace("@", str(number))
                files[one] = files.get(one, head) + each.replace("@", str(number))
        root = write(tmp_path.resolve() / str(count), files)
        return calls_of(lambda: check(root))

    assert not is_steeper_than_linear(calls, 80)


BASELINES = {
    "of the same findings": ("a", ""),
    "of files that are gone": ("b", ""),
    "of lines that have moved": ("a", "c"),
}


@pytest.mark.parametrize("name", BASELINES)
def test_a_baseline_is_not_gone_through_for_each_finding(name):
    folder, address = BASELINES[name]

    def calls(count: int) -> int:
        found = [(("r", f"a/{n}", "", f"{n % 3}"), Finding("r", "error", "m", PLACE)) for n in range(count)]
        baseline = Baseline({("r", f"{folder}/{n}", address, f"{n % 3}"): 1 for n in range(count)})
        known = []
        steps = lines_of(lambda: known.extend(baseline.split(found, lambda path: path.startswith("b/"))[0]))
        assert len(known) == count
        return steps

    assert not is_steeper_than_linear(calls, 100)


def test_patterns_of_git_are_asked_once_for_a_name(tmp_path):
    """Without git each name must be held against each pattern, and that costs no more than the product."""

    def calls(patterns: int, files: int) -> int:
        root = tmp_path.resolve() / f"{patterns}-{files}"
        write(root, {".gitignore": "".join(f"x{n}/*.log\n" for n in range(patterns))})
        write(root, {f"d/{n}.txt": "" for n in range(files)})
        found = []
        count = lines_of(lambda: found.extend(discover(str(root), [str(root)]).found))
        assert len(found) == files + 1
        return count

    calls(10, 10)
    few, many, more = (calls(20, 40), calls(40, 40), calls(80, 40))
    assert more - many < 2.3 * (many - few) + 40
    few, many, more = (calls(40, 20), calls(40, 40), calls(40, 80))
    assert more - many < 2.3 * (many - few) + 40


READ_INTO = {
    ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{run: make && make test}, {uses: actions/checkout@v4}]\n",
    "Dockerfile": "FROM debian:12 AS a\nUSER app\nRUN cd /a && make\nFROM a\nCOPY --from=a /a /b\n",
    "a.yaml": labelled(DEPLOYMENT + SERVICE),
}


def test_what_a_task_was_read_into_is_free_without_a_search_for_circles(tmp_path):
    root = write(tmp_path.resolve(), READ_INTO)
    gc.collect()
    gc.disable()
    try:
        assert check(root).findings
        left = {
            type(one).__qualname__ for one in gc.get_objects() if str(type(one).__module__).startswith("devopslint.")
        }
    finally:
        gc.enable()
    assert left.isdisjoint({"Workflow", "Job", "Model", "Stage", "Manifests", "KubernetesObject", "Script", "Command"})
