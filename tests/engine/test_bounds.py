"""Time and memory stay bounded whatever the files hold, and a bound that is hit is told."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from engine_projects import Everything, catalog, check
from house import COMMON
from running import write

from devopslint.engine.discover import Asked, discover
from devopslint.engine.reading import LARGEST_FILE
from devopslint.engine.run import Run
from devopslint.engine.workspace import MOST_PROBLEMS, MemoryWorkspace

DEEP = 100_000
RUN = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          echo "
SCRIPT = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n"
POWERSHELL = "on: push\njobs:\n  a:\n    runs-on: windows-2022\n    steps:\n      - shell: pwsh\n        run: |\n"
OF_STRANGERS = "on: pull_request_target\njobs:\n  a:\n    runs-on: x\n    steps:\n      - {uses: actions/checkout@v4, with: {ref: '${{ github.head_ref }}'}}\n      - run: |\n          "
DEPLOYING = "on: push\njobs:\n  a: {runs-on: x, steps: [{run: docker push ghcr.io/a/b}]}\n  b:\n    runs-on: x\n    needs: a\n    steps:\n      - run: |\n          kubectl apply -f a/b "
ALIASES = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n"
BOMBS = {
    "alias bomb in YAML": ("bomb.yaml", POD + ALIASES),
    "alias bomb in a workflow": (".github/workflows/a.yml", "on: push\njobs: {}\n" + ALIASES),
    "merge bomb": ("bomb.yaml", POD + "a0: &a0 {k: v}\n" + "".join(f"a{n + 1}: &a{n + 1} {{<<: [*a{n}, *a{n}], k{n}: v}}\n" for n in range(60))),
    "self reference": ("a.yaml", POD + "spec: &a [*a]\n"),
    "deep flow YAML": ("a.yaml", POD + "spec: " + "[" * DEEP),
    "deep closed flow YAML": ("a.yaml", POD + "spec: " + "[" * DEEP + "]" * DEEP),
    "deep flow mappings": ("a.yaml", POD + "spec: " + "{a: " * DEEP + "}" * DEEP),
    "deep block YAML": ("a.yaml", POD + "".join(" " * n + "a:\n" for n in range(2000))),
    "deep dashes": ("a.yaml", POD + "spec:\n" + "- " * DEEP + "a\n"),
    "deep workflow": (".github/workflows/a.yml", "on: push\njobs: " + "{a: " * DEEP + "}" * DEEP),
    "deep JSON": ("a.json", '{"apiVersion": "v1", "kind": "Pod", "spec": ' + "[" * DEEP + "]" * DEEP + "}"),
    "deep open JSON": ("a.json", '{"apiVersion": "v1", "kind": "Pod", "spec": ' + '{"a":' * DEEP),
    "deep JSON in Terraform": ("a.tf.json", '{"resource": ' + '{"a":' * DEEP + "1" + "}" * DEEP + "}"),
    "deep HCL lists": ("a.tf", "locals {\n a = " + "[" * DEEP + "]" * DEEP + "\n}\n"),
    "deep HCL parentheses": ("a.tf", "locals {\n a = " + "(" * DEEP + "1" + ")" * DEEP + "\n}\n"),
    "deep HCL blocks": ("a.tf", "a {\n" * DEEP + "}\n" * DEEP),
    "deep HCL templates": ("a.tf", 'locals {\n a = ' + '"${' * 20_000 + "1" + '}"' * 20_000 + "\n}\n"),
    "long HCL operators": ("a.tf", "locals {\n a = " + "1 + " * 50_000 + "1\n}\n"),
    "HCL negations": ("a.tf", "locals {\n a = " + "!" * DEEP + "true\n}\n"),
    "HCL conditions": ("a.tf", "locals {\n a = " + "true ? 1 : " * 20_000 + "2\n}\n"),
    "circular locals": ("a.tf", "".join(f"locals {{ a{n} = local.a{(n + 1) % 500} }}\n" for n in range(500))),
    "doubling locals": ("a.tf", 'locals {\n a0 = "x"\n' + "".join(f' a{n + 1} = "${{local.a{n}}}${{local.a{n}}}"\n' for n in range(64)) + '}\nresource "a" "b" {\n  name = local.a64\n}\n'),
    "deep shell": ("Dockerfile", "FROM a:1\nRUN " + "$(" * 50_000 + ")" * 50_000 + "\n"),
    "deep shell groups": ("Dockerfile", "FROM a:1\nRUN " + "(" * 50_000 + "\n"),
    "deep shell in a workflow": (".github/workflows/a.yml", "on: push\njobs: {a: {runs-on: x, steps: [{run: '" + "if a; then " * 20_000 + "'}]}}\n"),
    "deep expression": (".github/workflows/a.yml", "on: push\njobs: {a: {runs-on: '${{ " + "(" * DEEP + " }}'}}\n"),
    "deep expression in a script": (".github/workflows/a.yml", "on: push\njobs: {a: {runs-on: x, steps: [{run: 'echo ${{ " + "(" * DEEP + " }}'}]}}\n"),
    "long reference": (".github/workflows/a.yml", "on: push\njobs: {a: {runs-on: x, steps: [{run: 'echo ${{ github" + ".a" * 20_000 + " }}'}]}}\n"),
    "blanks in a script": (".github/workflows/a.yml", "on: push\njobs: {a: {runs-on: x, steps: [{run: 'npm test" + " " * DEEP + "a'}]}}\n"),
    "blank lines in a script": (".github/workflows/a.yml", 'on: push\njobs: {a: {runs-on: x, steps: [{run: "npm test' + "\\n" * DEEP + 'a"}]}}\n'),
    "doubling variables": ("Dockerfile", "FROM a:1\nENV A0=x\n" + "".join(f"ENV A{n + 1}=$A{n}$A{n}\n" for n in range(64)) + "WORKDIR /$A64\n"),
    "many stages": ("Dockerfile", "".join(f"FROM a{n - 1} AS a{n}\nCOPY --from=a{n - 1} / /\n" for n in range(3000))),
    "deep defaults": ("Dockerfile", "FROM a:1\nENV A=" + "${B:-" * 50_000 + "}" * 50_000 + "\n"),
    "redirections in one instruction": ("Dockerfile", "FROM a:1\nRUN " + "echo a > /b && " * 3000 + "true\n"),
    "redirected pipes in one instruction": ("Dockerfile", "FROM a:1\nRUN " + "echo a | c > /b && " * 3000 + "true\n"),
    "one long line": ("Dockerfile", "FROM a:1\nRUN " + "echo a && " * 100_000 + "true\n"),
    "long continuation": ("Dockerfile", "FROM a:1\nRUN a \\\n" + " b \\\n" * 100_000 + " c\n"),
    "many heredocs": ("Dockerfile", "FROM a:1\nRUN " + "".join(f"<<A{n} " for n in range(3000)) + "\n"),
    "many syntax faults": ("a.tf", "a {\n}}\n= = =\n" * 20_000),
    "long YAML line": ("a.yaml", POD + "data: " + "x " * 1_000_000 + "\n"),
    "long JSON line": ("a.json", '{"apiVersion": "v1", "kind": "Secret", "data": {"a": "' + "A" * 5_000_000 + '"}}'),
    "many documents": ("a.yaml", "---\n".join([POD] * 3000)),
    "large matrix": (".github/workflows/a.yml", "on: push\njobs:\n  a:\n    runs-on: ${{ matrix.a0 }}\n    strategy:\n      matrix:\n" + "".join(f"        a{n}: [1, 2, 3, 4, 5, 6, 7, 8, 9]\n" for n in range(12)) + "    steps: [{run: 'echo ${{ matrix.a1 }}'}]\n"),
    "needs of all": (".github/workflows/a.yml", "on: push\njobs:\n" + "".join(f"  a{n}: {{runs-on: x, needs: [{', '.join(f'a{m}' for m in range(max(0, n - 20), n))}], steps: [{{run: a}}]}}\n" for n in range(300))),
    "expressions that never end": (".github/workflows/a.yml", RUN + "${{ " * 30_000 + "\n"),
    "expressions with half a string": (".github/workflows/a.yml", RUN + "${{ ' }} '" * 10_000 + "\n"),
    "braces in a script": (".github/workflows/a.yml", RUN + "{" * 60_000 + "\n"),
    "variables that never end": (".github/workflows/a.yml", RUN + "${" * 30_000 + "\n"),
    "brackets of an ignore file": (".dockerignore", "[^a]" * 40 + "[\n"),
    "programs in a row": ("Dockerfile", "FROM a:1\nCMD " + "mysql " * 20_000 + "\n"),
    "images in expressions that never end": (".github/workflows/a.yml", DEPLOYING + "${{ " * 20_000 + "\n"),
    "images in expressions of blanks": (".github/workflows/a.yml", DEPLOYING + "${{ a" + " " * 80_000 + "\n"),
    "images in many expressions": (".github/workflows/a.yml", DEPLOYING + "${{ a }} $b " * 10_000 + "\n"),
    "assignments before commands": (".github/workflows/a.yml", OF_STRANGERS + "a=; " * 20_000 + "\n"),
    "options before scripts": (".github/workflows/a.yml", OF_STRANGERS + ";sh -a" * 20_000 + "\n"),
    "options of git": (".github/workflows/a.yml", OF_STRANGERS + "git -" * 20_000 + "\n"),
    "expressions behind git": (".github/workflows/a.yml", OF_STRANGERS + "git checkout " + "${{ a }} " * 40 + "\n"),
    "references behind git": (".github/workflows/a.yml", OF_STRANGERS + "git checkout " + "pull/" * 20_000 + "\n"),
    "calls of git": (".github/workflows/a.yml", OF_STRANGERS + "git checkout " * 20_000 + "\n"),
    "files filled in": (".github/workflows/a.yml", OF_STRANGERS + "echo " + "$(cat " * 60_000 + ">> $GITHUB_ENV\n"),
    "fingerprints in a row": ("Dockerfile", "FROM a:1\nARG RELEASE_SIGNING_KEY=" + "0123456789ABCDEF" * 60 + "[\n"),
    "comments in a row": ("a.yaml", POD + "# devopslint: ignore[latest-tag]\n" * 9000 + "spec: {}\n"),
    "many comments": ("a.yaml", POD + "spec:\n" + "".join(f"  # devopslint: ignore[latest-tag]\n  a{n}: b\n" for n in range(9000))),
    "many words that are none": ("a.yaml", POD + "spec:\n" + "".join(f"  a{n}: b # devopslint: ignore[latst-{n}]\n" for n in range(3000))),
    "many pragmas of peers": ("a.yaml", POD + "spec:\n" + "".join(f"  a{n}: b # checkov:skip=CKV_K8S_1\n" for n in range(9000))),
    "much that is disabled": ("Dockerfile", "FROM a:1\n" + "# devopslint: disable[sudo]\nRUN sudo a\n" * 4000),
    "comments in one instruction": ("Dockerfile", "FROM a:1\nRUN a \\\n" + "# devopslint: ignore[sudo]\n sudo a && \\\n" * 4000 + " b\n"),
    "comments in HCL": ("a.tf", "locals {\n" + "".join(f" # devopslint: ignore[a]\n # checkov:skip=CKV_AWS_1\n a{n} = [\n" for n in range(4000))),
    "many containers of one pod": ("a.yaml", POD + "spec:\n  containers:\n" + "".join(f"    - {{name: a{n}, image: b}}\n" for n in range(3000))),
    "options of a shell in front of a heredoc": ("Dockerfile", "FROM a:1\nRUN sh " + "--a " * 40 + ". <<EOF\na\nEOF\n"),
    "stars of a variable": ("Dockerfile", "FROM a:1\nENV A=" + "a" * 2000 + "\nWORKDIR /${A##" + "*a" * 6 + "*b}${A%%" + "*a" * 6 + "*b}${A//" + "*a" * 6 + "*b/x}\n"),
    "ends of a variable": ("Dockerfile", "FROM a:1\nENV A=" + "a" * 60_000 + "\nWORKDIR /${A%%*b}${A%*b}\n"),
    "a variable written often": ("Dockerfile", "FROM a:1\nENV A=" + "a" * 60_000 + "\n" + "COPY $A /$A\n" * 2000),
    "a variable within a variable": ("Dockerfile", "FROM a:1\nENV A=" + "a" * 4000 + "\nENV B=" + "b" * 4000 + "\n" + "WORKDIR /${A//a/$B}\n" * 1000),
    "stars of an action": ("main.tf", 'resource "aws_iam_policy" "p" {\n policy = jsonencode({Statement = [{Effect = "Allow", Resource = "*", Action = ["iam:' + "*" * 12 + 'z", "iam:' + "*e" * 12 + 'z"]}]})\n}\n'),
    "patterns of Terraform": ("main.tf", "".join(f'resource "aws_s3_bucket" "b{n}" {{\n bucket = replace("{"a" * 200}", "/{one}/", "x")\n}}\n' for n, one in enumerate(["(a|a)*b", "a*a*a*a*a*b", "(a|aa)+b", "(a?){30}b", "a?" * 30 + "b"]))),
    "beginnings of a token": ("Dockerfile", "FROM a:1\nENV A=" + "gl" * 150_000 + "\n"),
    "blanks behind a directive": ("Dockerfile", "# syntax=a" + " " * 60_000 + "\0b\nFROM a:1\n"),
    "strings of a template that never end": ("templates/a.yaml", POD + "a: {{ " + '\\"a' * 60_000 + " }}\n"),
    "settings of a ConfigMap": ("a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: |\n    b:c" + " " * 60_000 + "\\\n    d: e\n"),
    "flags of a container": ("a.yaml", POD + "spec: {containers: [{name: a, image: 'b:1', args: ['" + "-a" * 60_000 + "']}]}\n"),
    "calls in one line of a script": (".github/workflows/a.yml", RUN + "docker build a; terraform a; gh api a; docker compose a; login a; pip install a; dotnet restore a; msiexec a; " * 1000 + "\n"),
    "names of secrets in a script": (".github/workflows/a.yml", RUN + "key" * 30_000 + "\n"),
    "brackets in a script": (".github/workflows/a.yml", "on: push\njobs: {a: {runs-on: x, steps: [{run: 'if [ " + "[a" * 30_000 + " = b ]; then a; fi'}]}}\n"),
    "commands of the runner in one line": (".github/workflows/a.yml", RUN + '"a"::set-output ' * 60_000 + "\n"),
    "packages that are published": (".github/workflows/a.yml", SCRIPT + "          npm publish --token ${{ secrets.A }}\n" * 9_000),
    "downloads that root runs": (".github/workflows/a.yml", SCRIPT + "          curl https://a.example | sudo sh\n" * 9_000),
    "downloads that are kept": (".github/workflows/a.yml", SCRIPT + "          curl https://a.example -o b.sh; make\n" * 9_000),
    "ends in one condition": (".github/workflows/a.yml", SCRIPT + "          if" + " exit 1;" * 8_000 + " then a; fi\n"),
    "blanks behind an anchor": (".github/workflows/a.yml", "on: push\nx: &a" + " " * 500_000 + "[b]\njobs: {}\n"),
    "heredocs one after the other": (".github/workflows/a.yml", SCRIPT + "          cat <<E\n          E\n" * 40_000),
    "lists of a script that nothing closes": ("Dockerfile", "FROM a:1\nRUN " + "a=(" * 130_000 + "\n"),
    "signs of a script too early": (".github/workflows/a.yml", SCRIPT + "          " + ";a" * 100_000 + "\n"),
    "missing commas in HCL": ("a.tf", "a = [\n" + '  "1"\n' * 40_000 + "]\n"),
    "missing commas in blocks of HCL": ("a.tf", ("a {\n x = [\n" + '  "1"\n' * 1_500 + "]\n}\n") * 50),
    "blanks in broken HCL": ("a.tf", "a = [1 2" + " " * 100_000 + "\n"),
    "lines that PowerShell goes on with": (".github/workflows/a.yml", POWERSHELL + "          Get-Item a `\n" * 40_000),
    "texts of PowerShell": (".github/workflows/a.yml", POWERSHELL + "          $a = @'\n          $(b) `\n          '@\n" * 15_000),
    "texts of PowerShell that nothing ends": (".github/workflows/a.yml", POWERSHELL + "          $a = @\"\n          $($b | % { `\n" * 15_000),
    "commands of PowerShell in one line": (".github/workflows/a.yml", POWERSHELL + "          " + "iwr https://a.example/${{ github.ref }} | iex; $env:A = \"$(b)\"; " * 3_000 + "\n"),
    "manifests in heredocs": ("main.tf", "".join(f'resource "kubernetes_manifest" "a{n}" {{\n manifest = yamldecode(<<A\nkind: B\nA\n)\n}}\n' for n in range(6_000))),
    "blanks in a version of a provider": ("main.tf", 'terraform {\n required_providers {\n google = {\n version = ",' + " " * 60_000 + 'x"\n}\n}\n}\nresource "google_container_cluster" "c" {\n}\n'),
    "heredocs that nothing ends": (".github/workflows/a.yml", SCRIPT + "          cat <<E > f\n" * 40_000 + "          echo ::set-output name=a::b\n"),
}  # fmt: skip
SECONDS = 20
"""Generous, for machines that are busy; what is not linear takes minutes."""


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_takes_little_time_and_no_crash(bomb):
    path, text = BOMBS[bomb]
    started = time.process_time()
    run = Run(MemoryWorkspace({path: text, "good/Dockerfile": "FROM nginx\n"}), catalog(), Everything())
    report = run.check(Asked([], [path, "good/Dockerfile"], True))
    assert time.process_time() - started < SECONDS
    assert [finding.message for finding in report.findings if finding.rule == "core/internal"] == []
    assert any(finding.path == "good/Dockerfile" for finding in report.findings)
    assert len(report.findings) < 100_000


def rules_of_one(folder: Path, pattern: str) -> Path:
    rule = (
        "title: Label is not as the house has it\nlevel: error\npractice: infrastructure/documented\n"
        f"on: dockerfile.instruction.LABEL\nforbid:\n  text: {{matches: '{pattern}'}}\n"
        "message: label is not as it should be\n"
    )
    return write(folder, {"house/one.yaml": rule + COMMON})


def judge_label(rules: Path, text: str):
    from devopslint.commands.catalog import open_catalog
    from devopslint.config.settings import Config
    from devopslint.policy.selection import Selection

    files = {"Dockerfile": f"FROM a:1\nLABEL a={text}\n"}
    run = Run(MemoryWorkspace(files), open_catalog(Config(), [str(rules)]), Selection(["house", "core/internal"]))
    return run.check(Asked([], ["Dockerfile"], True)).findings


def test_a_users_pattern_that_multiplies_is_refused(tmp_path):
    from devopslint.policy.rule_files import RuleFileError

    with pytest.raises(RuleFileError, match="takes for ever"):
        judge_label(rules_of_one(tmp_path, "^(a+)*$"), "a")


def test_a_users_pattern_that_takes_for_ever_on_a_text_is_stopped(tmp_path, monkeypatch):
    from devopslint.policy import patterns

    monkeypatch.setattr(patterns, "LONGEST_SEARCH", 0.3)
    started = time.process_time()
    found = judge_label(rules_of_one(tmp_path, "(a|a)*b"), "a" * 60)
    assert time.process_time() - started < 5
    assert [finding.rule for finding in found] == ["core/internal"]
    assert "took more than" in found[0].message


def test_files_over_the_bound_are_not_read(tmp_path):
    root = write(tmp_path.resolve(), {"good/Dockerfile": "FROM nginx\n"})
    with open(root / "Dockerfile", "wb") as file:
        file.truncate(100 << 20)
    found = [finding for finding in check(root).findings if finding.path == "Dockerfile"]
    assert [(finding.rule, finding.message) for finding in found] == [
        ("core/too-large", f"has 100 MiB, more than the {LARGEST_FILE >> 20} MiB that are read")
    ]


def test_what_is_no_regular_file_is_told_and_not_opened(tmp_path):
    root = write(tmp_path.resolve(), {"good/Dockerfile": "FROM nginx\n"})
    os.mkfifo(root / "Dockerfile")
    os.symlink("/dev/zero", root / "zero.dockerfile")
    os.symlink("loop.dockerfile", root / "loop.dockerfile")
    os.symlink(".", root / "again")
    os.mkdir(root / "folder.dockerfile")
    found = {finding.path: finding.message for finding in check(root).findings if finding.rule == "core/unreadable"}
    assert found == {
        "Dockerfile": "is no regular file",
        "zero.dockerfile": "leads out of the repository",
        "loop.dockerfile": found["loop.dockerfile"],
    }
    assert found["loop.dockerfile"].startswith("can't be read: too many levels")


def test_the_faults_of_one_file_are_bounded(tmp_path):
    text = "".join(f"a: {n}\n? [\n" for n in range(3)) + "a {\n"
    report = Run(
        MemoryWorkspace({"a.tf": "}\n= x\n" * 5000, ".github/workflows/a.yml": text}), catalog(), Everything()
    ).check(Asked([], ["a.tf", ".github/workflows/a.yml"], True))
    syntax = [finding for finding in report.findings if finding.rule == "core/syntax"]
    assert 2 <= len(syntax) <= 2 * (MOST_PROBLEMS + 1)


def test_the_walk_of_a_folder_without_git_does_not_follow_links(tmp_path):
    root = write(tmp_path.resolve(), {"a/b/Dockerfile": "FROM a:1\n"})
    os.symlink(root, root / "a/b/up")
    assert discover(str(root), [str(root)]).found == ["a/b/Dockerfile", "a/b/up"]


def test_a_task_that_takes_for_ever_is_ended_and_costs_no_other(tmp_path, monkeypatch):
    from devopslint.engine import time_limit
    from devopslint.policy.rule import Rule

    message_as_always = Rule.message

    def message_for_ever(self, subject, problem):
        while self.id == "dockerfile/untagged-image" and subject.document.source.path == "b/Dockerfile":
            pass
        return message_as_always(self, subject, problem)

    monkeypatch.setattr(time_limit, "SECONDS", 0.6)
    monkeypatch.setattr(Rule, "message", message_for_ever)
    root = write(tmp_path.resolve(), {f"{name}/Dockerfile": "FROM nginx\n" for name in "abc"})
    report = check(root)
    internal = [(one.path, one.message) for one in report.findings if one.rule == "core/internal"]
    assert [path for path, _ in internal] == ["b/Dockerfile"]
    assert "processor time, at last by the rule `dockerfile/untagged-image`" in internal[0][1]
    assert {one.path for one in report.findings if one.rule == "dockerfile/untagged-image"} == {
        "a/Dockerfile",
        "c/Dockerfile",
    }
    assert not report.successful


def spin_until(end: float) -> None:
    while time.process_time() < end:
        pass


def test_a_large_task_may_take_longer(monkeypatch):
    from devopslint.engine import time_limit

    monkeypatch.setattr(time_limit, "SECONDS", 0.1)
    started = time.process_time()
    with pytest.raises(time_limit.TooLongError) as ended, time_limit.Limit(lambda: 10_000):
        spin_until(started + 5)
    assert ended.value.seconds == 0.1 + time_limit.SECONDS_PER_MEBIBYTE * 10_000 / (1 << 20)
    # The clock of the timer and that of the process tick apart; but this is more than what a small task gets.
    assert time.process_time() - started > 0.2


def test_no_pattern_of_an_ignore_file_takes_for_ever():
    from devopslint.knowledge.ignore_patterns import Pattern

    started = time.process_time()
    for pattern in ("**/" * 12 + "*a" * 9 + "b", "*a" * 30 + "b", "**a" * 20 + "/b", "a**/" * 20 + "b"):
        assert not Pattern(pattern, 0).fits("/".join(["a" * 40] * 20))
    assert time.process_time() - started < 5


def test_no_pattern_takes_long_on_the_text_made_for_it():
    from devopslint.engine import words
    from devopslint.policy import extents
    from devopslint.syntax import hcl_plain, yaml_composer, yaml_plain
    from devopslint.syntax.source import Source

    started = time.process_time()
    for line in (
        "[" + "a, " * 30_000,
        "[a" + " " * 30_000 + "b",
        "{" + "a: b, " * 30_000,
        "-" + " " * 60_000 + "a: ",
        "a" * 60_000,
        '"\\n' + " " * 60_000 + '"',
        "'a" + "\n" * 60_000 + "b",
        "'a\n" + " " * 60_000 + "b'",
        '"' + "a \\\n" * 30_000 + '"',
    ):
        for before in ("", "a: ", "- "):
            yaml_plain.read_plain(f"b: 1\n{before}{line}\n")
    for line in (
        '"' + "${" * 30_000,
        '"' + '" ${' * 30_000,
        '"' + '${"a" ' * 30_000,
        "[" * 60_000,
        "{a=" * 30_000,
        "[" + '"a", ' * 30_000,
        "a[0]" * 30_000 + '"',
        "<<A\n" * 30_000,
        "f(\n" + "<<A\n" * 30_000,
        "/* " * 30_000,
        " " * 60_000,
    ):
        hcl_plain.read_plain(Source("main.tf", f"b = 1\na = {line}"))
    assert yaml_composer._ONLY_DIRECTIVES.match("# a\r\n" * 40 + "a") is None
    assert words._DOTTED.findall("a" * 100_000) == []
    assert extents._HCL_COMMENT.findall('\\"a' * 60_000) == []
    assert time.process_time() - started < 5
