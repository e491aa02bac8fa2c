"""`devopslint migrate`: what comes of each peer's file loads without complaint and has the effect that was meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import devopslint, findings, write

TODAY = {"DEVOPSLINT_TODAY": "2026-06-01"}
DOCKERFILE = {"Dockerfile": "FROM ubuntu:latest\nRUN apt-get update\n"}
STEPS = "      - uses: octo/a@v1\n      - uses: other/b@v1\n"
WORKFLOW = {
    ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-99.04\n    steps:\n" + STEPS,
}
BUCKET = 'resource "aws_s3_bucket" "a" {\n  bucket = "a"\n  acl = "public-read"\n}\n'
POD = {"pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: nginx}]\n"}


def migrated(folder: Path, files: dict[str, str]) -> tuple[list[str], list[str]]:
    """Return `level rule path` of what is found under the new configuration, and what has no equal."""
    write(folder, dict(files))
    done = devopslint("migrate", "--write", cwd=folder, env=TODAY)
    assert done.returncode == 0, done.stderr
    plain = devopslint("check", "--strict", "--fail-on", "never", "--output", "concise", cwd=folder)
    assert "devopslint:" not in plain.stderr.replace("devopslint: 1 check", ""), plain.stderr
    found = [f"{one['level']} {one['rule']} {one['path']}" for one in findings("--fail-on", "never", cwd=folder)]
    return found, [line.removeprefix("devopslint: no equal: ") for line in done.stderr.splitlines()]


def rules(found: list[str]) -> set[str]:
    return {one.split()[1] for one in found}


def test_hadolint(tmp_path: Path) -> None:
    config = (
        "ignored: [DL3007, SC2086, DL9999]\noverride:\n  error: [DL3009]\n  style: [DL3002]\n  of: [DL3003]\n"
        "trustedRegistries: [ghcr.io, 'x.example/*']\nfailure-threshold: error\nformat: json\nstrict: 1\n"
    )
    found, without = migrated(tmp_path, {**DOCKERFILE, ".hadolint.yaml": config})
    assert "dockerfile/latest-tag" not in rules(found)
    assert "error dockerfile/apt-lists-kept Dockerfile" in found
    assert "error dockerfile/forbidden-registry Dockerfile" in found or "dockerfile/forbidden-registry" in rules(found)
    assert without == [
        ".hadolint.yaml: DL9999: no rule here is its equal",
        ".hadolint.yaml: override.of",
        ".hadolint.yaml: failure-threshold: it is about Dockerfiles alone, "
        "and `fail-on: error` would hold for all files here",
        ".hadolint.yaml: strict",
    ]
    text = (tmp_path / ".devopslint.yaml").read_text()
    assert "\nfail-on" not in text
    assert "      registries: [ghcr.io, 'x.example/*']  # .hadolint.yaml: trustedRegistries\n" in text
    assert "      - shell/SC2086  # hadolint SC2086\n" in text
    assert "# What has no equal here:\n#   .hadolint.yaml: DL9999: no rule here is its equal\n" in text


def test_labels_of_hadolint(tmp_path: Path) -> None:
    config = "label-schema: {maintainer: text}\nstrict-labels: true\ndisable-ignore-pragma: true\n"
    text = "# hadolint ignore=DL3007\nFROM ubuntu:latest\nLABEL other=a\n"
    found, without = migrated(tmp_path, {"Dockerfile": text, ".hadolint.yml": config})
    assert {"dockerfile/missing-label", "dockerfile/unexpected-label"} <= rules(found)
    # the comments for other tools in other files are heeded as before
    assert without == [
        ".hadolint.yml: disable-ignore-pragma: it is about Dockerfiles alone, "
        "and `peer-ignores: false` would hold for all files here"
    ]


SCRIPT = "if [ $A = x ]; then make; fi"
SCRIPTS = {
    "Dockerfile": f"FROM alpine:3.22\nRUN {SCRIPT}\n",
    "api/prod.Dockerfile": f"FROM alpine:3.22\nRUN {SCRIPT}\n",
    ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: "
    f"{SCRIPT}\n",
}


@pytest.mark.parametrize(
    ("name", "config", "kept"),
    [
        (".hadolint.yaml", "ignored: [SC2086]\n", {".github/workflows/ci.yml"}),
        (".shellcheckrc", "disable=SC2086\n", set()),
        ("zizmor.yml", "rules: {}\n", set(SCRIPTS)),
    ],
)
def test_codes_of_shellcheck_are_left_out_where_the_peer_looks(
    name: str, config: str, kept: set[str], tmp_path: Path
) -> None:
    found, _ = migrated(tmp_path, {**SCRIPTS, name: config})
    assert {one.split()[2] for one in found if "shell/unquoted-in-test" in one} == kept


def test_levels_of_shellcheck_codes_hold_where_the_peer_looks(tmp_path: Path) -> None:
    found, _ = migrated(tmp_path, {**SCRIPTS, ".hadolint.yaml": "override: {error: [SC2086]}\n"})
    levels = {one.split()[2]: one.split()[0] for one in found if "shell/unquoted-in-test" in one}
    assert (levels["Dockerfile"], levels["api/prod.Dockerfile"]) == ("error", "error")
    assert levels[".github/workflows/ci.yml"] != "error"


def test_what_is_left_out_is_not_turned_on_by_another_setting(tmp_path: Path) -> None:
    config = "checks: {addAllBuiltIn: true, exclude: [no-anti-affinity]}\n"
    files = {**POD, ".hadolint.yaml": "failure-threshold: warning\n", ".kube-linter.yaml": config}
    _, without = migrated(tmp_path, files)
    text = (tmp_path / ".devopslint.yaml").read_text()
    assert text.count("kubernetes/no-spread") == 1
    assert "  - kubernetes/no-spread  # kube-linter no-anti-affinity\n" in text
    assert without == []  # nor is anything told of a threshold that holds here as well


def test_what_kube_linter_does_not_look_at_is_checked_for_others(tmp_path: Path) -> None:
    config = "checks: {ignorePaths: ['old/**'], addAllBuiltIn: true}\n"
    files = {**POD, "old/pod.yaml": POD["pod.yaml"], "old/Dockerfile": DOCKERFILE["Dockerfile"]}
    found, without = migrated(tmp_path, {**files, **DOCKERFILE, ".kube-linter.yaml": config})
    assert {one.split()[2] for one in found if one.split()[1].startswith("kubernetes/")} == {"pod.yaml"}
    assert {one.split()[2] for one in found if "dockerfile/latest-tag" in one} == {"Dockerfile", "old/Dockerfile"}
    assert "profile" not in (tmp_path / ".devopslint.yaml").read_text()
    assert without == []
    # all that kube-linter can find is found, and nothing more of a Dockerfile
    (tmp_path / ".devopslint.yaml").unlink()
    plain = {f"{one['level']} {one['rule']} {one['path']}" for one in findings("--fail-on", "never", cwd=tmp_path)}
    more = set(found) - plain
    assert more
    assert all(one.split()[1].startswith("kubernetes/") for one in more)


def test_checkov(tmp_path: Path) -> None:
    config = (
        "skip-check: [CKV_AWS_20, 'CKV_DOCKER*', MEDIUM]\nsoft-fail-on: CKV_AWS_18\nquiet: true\n"
        "skip-path: ['^vendor/', 'examples/.*', \"(a|b)\"]\ndirectory: [., infra, k8s]\n"
    )
    files = {"main.tf": BUCKET, "vendor/main.tf": BUCKET, "x/examples/main.tf": BUCKET, "b/Dockerfile": "FROM a:1\n"}
    found, without = migrated(tmp_path, {**files, ".checkov.yaml": config})
    assert "terraform/aws/public-bucket-acl" not in rules(found)
    assert "note terraform/aws/bucket-without-access-logs main.tf" in found
    assert "dockerfile/missing-user" not in rules(found)
    assert not any("vendor" in one or "examples" in one for one in found)
    assert without == [
        ".checkov.yaml: skip-check MEDIUM: only ids can be told here",
        ".checkov.yaml: skip-path (a|b): a pattern there, and globs here",
        ".checkov.yaml: directory: infra, k8s: what is checked is said on the command line here",
    ]


def test_what_fails_hard_in_checkov_fails_beside_what_is_soft(tmp_path: Path) -> None:
    config = "soft-fail: true\nhard-fail-on: [CKV_AWS_18]\n"
    _, without = migrated(tmp_path / "both", {**DOCKERFILE, ".checkov.yaml": config})
    text = (tmp_path / "both" / ".devopslint.yaml").read_text()
    assert "\nfail-on: error" in text
    assert ".checkov.yaml: soft-fail: what `hard-fail-on` names fails, but so does whatever is an error here" in without
    migrated(tmp_path / "soft", {**DOCKERFILE, ".checkov.yaml": "soft-fail: true\n"})
    assert "\nfail-on: never" in (tmp_path / "soft" / ".devopslint.yaml").read_text()


def test_what_alone_checkov_runs(tmp_path: Path) -> None:
    found, _ = migrated(tmp_path, {"main.tf": BUCKET, ".checkov.yaml": "check: [CKV_AWS_20]\n"})
    assert rules(found) == {"terraform/aws/public-bucket-acl"}
    other = {**DOCKERFILE, "main.tf": BUCKET, ".checkov.yaml": "framework: [terraform, arm]\n"}
    found, without = migrated(tmp_path / "b", other)
    assert {one.split("/")[0] for one in rules(found)} == {"terraform"}
    assert without == [".checkov.yaml: framework arm"]
    # what another peer looks at is not left out for it
    found, _ = migrated(tmp_path / "c", {**other, ".hadolint.yaml": "ignored: [DL3007]\n"})
    assert {"terraform", "dockerfile"} <= {one.split("/")[0] for one in rules(found)}


def test_zizmor(tmp_path: Path) -> None:
    config = (
        "rules:\n  unpinned-uses:\n    config:\n      policies: {'octo/*': any, '*': hash-pin}\n"
        "  excessive-permissions: {disable: true}\n  unnamed: {ignore: [ci.yml]}\n"
        "  artipacked: {ignore: ['ci.yml:5']}\n  self-hosted-runner: {config: {x: 1}}\n"
    )
    found, without = migrated(tmp_path, {**WORKFLOW, ".github/zizmor.yml": config})
    assert [one["line"] for one in findings(cwd=tmp_path) if one["rule"] == "workflow/unpinned-action"] == [7]
    assert "workflow/missing-permissions" not in rules(found)
    assert without == [
        ".github/zizmor.yml: unnamed: no rule here is its equal",
        ".github/zizmor.yml: rules.artipacked.ignore: line 5 of ci.yml: it is left out in the whole file; "
        "a comment there can say it of the line",
        ".github/zizmor.yml: rules.self-hosted-runner.config: x",
    ]


def test_actionlint(tmp_path: Path) -> None:
    assert "workflow/unknown-runner" in rules(migrated(tmp_path / "b", {**WORKFLOW, ".hadolint.yaml": ""})[0])
    config = (
        "self-hosted-runner: {labels: [ubuntu-99.04]}\nconfig-variables: null\n"
        "paths:\n  '.github/**/*.{yml,yaml}': {ignore: ['SC2086:', 'shellcheck reported issue', 'x.+']}\n"
    )
    found, without = migrated(tmp_path / "c", {**WORKFLOW, ".github/actionlint.yaml": config})
    assert "workflow/unknown-runner" not in rules(found)
    text = (tmp_path / "c" / ".devopslint.yaml").read_text()
    assert text.count("      - shell/shellcheck  # actionlint: shellcheck reported issue\n") == 2
    assert "paths: ['.github/**/*.yaml']" in text
    assert len(without) == 2


def test_kube_linter(tmp_path: Path) -> None:
    config = "checks:\n  exclude: [latest-tag]\n  include: [unset-cpu-requirements]\n  ignorePaths: ['./old/**', ~/x, ../y, '/**/gone/**']\n"
    files = {**POD, "old/pod.yaml": POD["pod.yaml"], "a/gone/pod.yaml": POD["pod.yaml"], ".kube-linter.yaml": config}
    found, without = migrated(tmp_path, files)
    assert "kubernetes/latest-tag" not in rules(found)
    assert "kubernetes/no-cpu-request" in rules(found)
    assert not any("old/" in one or "gone/" in one for one in found)
    assert without == [
        f".kube-linter.yaml: checks.ignorePaths: {path}: it is outside of the repository" for path in ("~/x", "../y")
    ]
    config = "checks: {doNotAutoAddDefaults: true, include: [latest-tag]}\ncustomChecks: [{name: mine}]\n"
    found, without = migrated(tmp_path / "b", {**POD, **DOCKERFILE, ".kube-linter.yml": config})
    assert {one for one in rules(found) if one.startswith("kubernetes/")} == {"kubernetes/latest-tag"}
    assert "dockerfile/missing-user" in rules(found)
    assert without == [".kube-linter.yml: customChecks: mine: write it as a rule: `devopslint rule new`"]


def test_globs_that_fit_nothing_here_are_told(tmp_path: Path) -> None:
    listed = "misconfigurations:\n  - {id: AVD-AWS-0092, paths: ['../a.tf', 'b/[x.tf', a/main.tf]}\n"
    found, without = migrated(tmp_path, {"a/main.tf": BUCKET, "c/main.tf": BUCKET, ".trivyignore.yaml": listed})
    assert [one.split()[2] for one in found if "public-bucket-acl" in one] == ["c/main.tf"]
    assert without == [
        ".trivyignore.yaml: ../a.tf: a glob stays below the folder of this file: `..` fits nothing",
        ".trivyignore.yaml: b/[x.tf: `[` is not closed; the character itself is written `\\[`",
    ]
    assert "\n  - paths: [a/main.tf]\n" in (tmp_path / ".devopslint.yaml").read_text()


def test_trivy(tmp_path: Path) -> None:
    plain = "# why\nAVD-DS-0001\nDS002 exp:2026-05-31\nAVD-KSV-0013 exp:2026-06-01 # later\nCVE-2024-1\n"
    listed = (
        "misconfigurations:\n  - {id: AVD-AWS-0092, paths: ['a/*.tf'], statement: \"a: b\\nc\"}\nsecrets: [{id: x}]\n"
    )
    config = "exit-code: 0\nscan: {skip-dirs: [skipped], skip-files: ['**/no.tf']}\nseverity: [HIGH, MEDIUM]\nvex: x\n"
    files = {**DOCKERFILE, **POD, "a/main.tf": BUCKET, "b/main.tf": BUCKET, "skipped/main.tf": BUCKET, "no.tf": BUCKET}
    peer = {".trivyignore": plain, ".trivyignore.yaml": listed, "trivy.yaml": config}
    found, without = migrated(tmp_path, {**files, **peer})
    assert not rules(found) & {"dockerfile/latest-tag", "kubernetes/latest-tag"}
    assert "dockerfile/missing-user" in rules(found)
    assert [one.split()[2] for one in found if "public-bucket-acl" in one] == ["b/main.tf"]
    assert not any("skipped" in one or "no.tf" in one for one in found)
    assert without == [
        "trivy.yaml: severity: it is about Dockerfiles, manifests and Terraform alone, "
        "and `min-level: warning` would hold for all files here",
        "trivy.yaml: exit-code: it is about Dockerfiles, manifests and Terraform alone, "
        "and `fail-on: never` would hold for all files here",
        "trivy.yaml: vex",
        ".trivyignore:3: DS002: its time ended with 2026-05-31, so that it is not left out",
        ".trivyignore:4: AVD-KSV-0013 until 2026-06-01: it is left out for ever; only comments have a last day",
        ".trivyignore:5: CVE-2024-1: devopslint looks for no vulnerabilities of packages",
        ".trivyignore.yaml: secrets: devopslint looks for none",
    ]


def test_tfsec_and_kics(tmp_path: Path) -> None:
    config = "exclude: [aws-s3-no-public-access-with-acl]\nseverity_overrides: {aws-s3-enable-versioning: CRITICAL}\n"
    found, without = migrated(tmp_path, {"main.tf": BUCKET, ".tfsec/config.yml": config})
    assert "terraform/aws/public-bucket-acl" not in rules(found)
    assert "error terraform/aws/bucket-without-versioning main.tf" in found
    assert without == []
    config = '{"exclude-queries": ["965a08d7-ef86-4f14-8792-4a3b2098937e"], "fail-on": ["high"], "type": "Dockerfile"}'
    found, without = migrated(tmp_path / "b", {**DOCKERFILE, "kics.config": config})
    assert without == ["kics.config: type"]
    assert "fail-on: error" in (tmp_path / "b" / ".devopslint.yaml").read_text()


def test_what_kics_ignores_on_exit_fails_nothing(tmp_path: Path) -> None:
    config = '{"fail-on": ["high"], "ignore-on-exit": "results"}'
    _, without = migrated(tmp_path, {**DOCKERFILE, "kics.config": config})
    assert without == []
    assert "fail-on: never" in (tmp_path / ".devopslint.yaml").read_text()


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("trivy.yaml", "scan: {skip-dirs: [old]}\n"),
        ("kics.config", '{"exclude-paths": ["./old"]}'),
        (".kube-linter.yaml", "checks: {ignorePaths: [old]}\n"),
        (".checkov.yaml", "skip-path: [^old$]\n"),
        (".trivyignore.yaml", "misconfigurations: [{id: KSV-0013, paths: [old]}]\n"),
    ],
)
def test_a_folder_that_is_left_out_is_that_at_the_root(name: str, config: str, tmp_path: Path) -> None:
    files = {"old/pod.yaml": POD["pod.yaml"], "new/old/pod.yaml": POD["pod.yaml"], name: config}
    found, _ = migrated(tmp_path, files)
    assert {one.split()[2] for one in found if "kubernetes/latest-tag" in one} == {"new/old/pod.yaml"}


def test_globs_with_many_choices(tmp_path: Path) -> None:
    many = "{a,b}" * 30
    config = f"checks: {{ignorePaths: ['x/{{a,{{b,c}}}}/*', 'y/{{}}', 'a  b/c', '{many}', '{'{a}' * 2000}']}}\n"
    _, without = migrated(tmp_path, {**POD, ".kube-linter.yaml": config})
    assert without == [f".kube-linter.yaml: ignorePaths: /{many[:79]}…: too many globs in one"]
    text = (tmp_path / ".devopslint.yaml").read_text()
    for glob in ("x/a/*", "x/b/*", "x/c/*", "y/{}", "a  b/c", "/" + "a" * 2000):
        assert f"paths: ['{glob}']" in text


def test_letters_that_are_not_seen(tmp_path: Path) -> None:
    config = 'checks: {ignorePaths: ["a\\U000E0001b\\x85\\"\\\\"]}\n'
    migrated(tmp_path, {**POD, ".kube-linter.yaml": config})
    text = (tmp_path / ".devopslint.yaml").read_text()
    assert r'paths: ["/a\U000e0001b\U00000085\"\\"]' in text


@pytest.mark.parametrize(
    ("name", "config", "told"),
    [
        (".hadolint.yaml", "failure-threshold: [error]\n", ["failure-threshold: ['error']"]),
        ("polaris.yaml", "checks: {tagNotSpecified: [danger]}\n", ["checks.tagNotSpecified: it is `ignore`, `warning` or `danger`"]),
        ("zizmor.yml", "rules: {unpinned-uses: {config: {policies: {x: [any]}}}}\n",
         ["rules.unpinned-uses.config.policies: x: ['any']"]),
    ],
)  # fmt: skip
def test_a_list_where_a_word_is_meant(name: str, config: str, told: list[str], tmp_path: Path) -> None:
    _, without = migrated(tmp_path, {**POD, name: config})
    assert without == [f"{name}: {one}" for one in told]


def test_all_of_shellcheck(tmp_path: Path) -> None:
    _, without = migrated(tmp_path, {**SCRIPTS, ".shellcheckrc": 'disable=all\n# why\ndisable="SC2154"\n'})
    assert without == []
    assert "shell/shellcheck  # .shellcheckrc: disable=all" in (tmp_path / ".devopslint.yaml").read_text()


def test_tflint(tmp_path: Path) -> None:
    config = (
        'config {\n  force = true\n}\nplugin "aws" {\n  enabled = true\n}\nrule "terraform_unused_declarations" {\n'
        '  enabled = false\n}\nrule "terraform_comment_syntax" {\n  enabled = true\n  x = { a = 1 }\n}\n'
        'rule "terraform_naming_convention" {\n  enabled = true\n  format = "snake_case"\n}\n'
        'rule "terraform_module_pinned_source" {\n  enabled = true\n  style = "semver"\n}\n'
    )
    files = {"main.tf": '// why\ndata "aws_ami" "a" {\n  owners = []\n}\n'}
    found, without = migrated(tmp_path, {**files, ".tflint.hcl": config})
    assert "terraform/slash-comment" in rules(found)
    assert "terraform/unused-declaration" not in rules(found)
    assert without == [
        ".tflint.hcl: force: it is about Terraform alone, and `fail-on: never` would hold for all files here",
        ".tflint.hcl: plugin aws: what it checks by asking the cloud is not checked here",
        ".tflint.hcl: rule terraform_comment_syntax: x",
        ".tflint.hcl: rule terraform_module_pinned_source: style",
    ]
    config = 'config {\n  disabled_by_default = true\n}\nrule "terraform_comment_syntax" {\n  enabled = true\n}\n'
    found, _ = migrated(tmp_path / "b", {**files, ".tflint.hcl": config})
    assert {one for one in rules(found) if one.startswith("terraform/")} == {"terraform/slash-comment"}


def test_polaris_and_shellcheck(tmp_path: Path) -> None:
    config = "checks: {tagNotSpecified: ignore, hostIPCSet: warning, cpuLimitsMissing: danger, none: danger}\n"
    config += "exemptions: [{controllerNames: [a], rules: [x]}]\n"
    found, without = migrated(tmp_path, {**POD, "polaris.yaml": config, ".shellcheckrc": "disable=SC2034,2059\n"})
    assert "kubernetes/latest-tag" not in rules(found)
    assert "error kubernetes/no-cpu-limit pod.yaml" in found
    assert without == [
        "polaris.yaml: none: no rule here is its equal",
        "polaris.yaml: exemptions[0]: x for a: say it at the object: `devopslint.io/ignore: rule`",
    ]
    text = (tmp_path / ".devopslint.yaml").read_text()
    assert "  - shell/SC2034  # shellcheck SC2034\n  - shell/SC2059  # shellcheck SC2059\n" in text


def test_labels_of_runners_are_globs_as_they_are_there(tmp_path: Path) -> None:
    jobs = "".join(
        f"  j{number}:\n    runs-on: {label}\n    steps: [{{run: make}}]\n"
        for number, label in enumerate(["farm-7", "ubuntu-99.04", "ubuntu-98.04", "farms-7"])
    )
    files = {".github/workflows/ci.yml": "on: push\njobs:\n" + jobs}
    config = "self-hosted-runner: {labels: ['Farm-*', 'ubuntu-99.??']}\n"
    write(tmp_path, {**files, ".github/actionlint.yaml": config})
    assert devopslint("migrate", "--write", cwd=tmp_path).returncode == 0
    told = [(one["rule"], one["line"]) for one in findings(cwd=tmp_path) if one["rule"].endswith("-runner")]
    assert told == [("workflow/unknown-runner", 10), ("workflow/unlisted-runner", 13)]
    # what is not said of labels switches nothing on; an empty list does: actionlint then knows no other labels
    for name, config, runs in (("b", "config-variables: null\n", False), ("c", "self-hosted-runner:\n", True)):
        found, _ = migrated(tmp_path / name, {**files, ".github/actionlint.yaml": config})
        assert ("workflow/unlisted-runner" in rules(found)) is runs


NAMES = [".hadolint.yaml", ".checkov.yaml", "zizmor.yml", ".kube-linter.yaml", ".tflint.hcl", "trivy.yaml",
         ".trivyignore.yaml", "actionlint.yaml", "kics.config", "polaris.yaml"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_file_is_told_and_nothing_is_made_of_the_others(name: str, tmp_path: Path) -> None:
    broken = "config {\n" if name.endswith(".hcl") else "a: [\n"
    write(tmp_path, {name: broken, ".shellcheckrc": "disable=SC2034\n"})
    for arguments in ((), ("--write",)):
        done = devopslint("migrate", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        first, last = done.stderr.splitlines()
        assert first.startswith(f"devopslint: {name}:"), first
        assert last == (
            "devopslint: no configuration is made: mend what can't be read, or take that file away, and run it again"
        )
    assert not (tmp_path / ".devopslint.yaml").exists()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (".hadolint.yaml", "- a\n", "1:1: it is no mapping of settings"),
        (".hadolint.yaml", "ignored: {a: 1}\n", "1:10: `ignored` is not a list"),
        (".hadolint.yaml", "override:\n  error: 3\n", "2:10: `override` is not a list"),
        (".checkov.yaml", "quiet: true\nskip-check: 3\n", "2:13: `skip-check` is not a list"),
        ("zizmor.yml", "rules: [1]\n", "1:8: `rules` is not a mapping"),
        ("zizmor.yml", "rules: {a: {ignore: true}}\n", "1:21: `rules.ignore` is not a list"),
        ("actionlint.yaml", "self-hosted-runner: [a]\n", "1:21: `self-hosted-runner` is not a mapping"),
        (".kube-linter.yaml", "checks: 3\n", "1:9: `checks` is not a mapping"),
        (".trivyignore.yaml", "misconfigurations: [a]\n", "1:21: `misconfigurations` is not a mapping"),
        ("trivy.yaml", "scan: {skip-dirs: 1}\n", "1:19: `scan.skip-dirs` is not a list"),
        ("kics.config", '{"exclude-queries": 1}\n', "1:21: `exclude-queries` is not a list"),
        ("polaris.yaml", "checks: a\n", "1:9: `checks` is not a mapping"),
    ],
)
def test_what_has_another_shape_is_told(name: str, text: str, said: str, tmp_path: Path) -> None:
    write(tmp_path, {name: text})
    done = devopslint("migrate", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[0] == f"devopslint: {name}:{said}"


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_file_says_nothing(name: str, tmp_path: Path) -> None:
    write(tmp_path, {name: ""})
    done = devopslint("migrate", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"# From {name}, by `devopslint migrate`.\n", "")


def test_nothing_to_read_is_an_error_that_says_what_is_looked_for(tmp_path: Path) -> None:
    done = devopslint("migrate", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "it looks for .hadolint.yaml, .checkov.yaml, " in done.stderr
    assert devopslint("migrate", "gone", cwd=tmp_path).stderr == "devopslint: gone: no such folder\n"


def test_the_files_of_strangers(tmp_path: Path) -> None:
    write(tmp_path, {"secret": "DS-SECRET\n", "repo/.git/HEAD": ""})
    (tmp_path / "repo/.trivyignore").symlink_to("../secret")
    done = devopslint("migrate", cwd=tmp_path / "repo")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "devopslint: .trivyignore: leads out of the repository\n"
    (tmp_path / "repo/.trivyignore").unlink()
    hostile = '"ignored": ["a\\e[31m", "\\n::error::x"]\n"trustedRegistries": ["b\\e]0;x\\a", "##[error]x"]\n'
    write(tmp_path / "repo", {".hadolint.yaml": hostile})
    done = devopslint("migrate", cwd=tmp_path / "repo", env={"GITHUB_ACTIONS": "true"})
    assert done.returncode == 0
    assert not set("\x1b\x07") & {*done.stdout, *done.stderr}
    assert "##[" not in done.stdout
    assert not any(line.lstrip().startswith("::") for line in (done.stdout + done.stderr).splitlines())
    assert devopslint("migrate", "--write", cwd=tmp_path / "repo").returncode == 0
    assert devopslint(cwd=tmp_path / "repo").returncode == 0  # what is written can be read
