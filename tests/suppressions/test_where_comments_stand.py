"""Where comments may stand, and in which words: what is easy to get wrong. The lines are counted by hand."""

from __future__ import annotations

import pytest
from suppressing import BUCKET, JOB, POD, check, left

D, F, K, W = "Dockerfile", "main.tf", "pod.yaml", ".github/workflows/a.yml"
LIST = "apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Pod\n    metadata: {name: a%s}\n    spec:\n      containers:\n        - {name: a, image: 'b:latest'}\n  - apiVersion: v1\n    kind: Pod\n    metadata: {name: b}\n    spec:\n      containers:\n        - {name: a, image: 'b:latest'}\n"
DEP = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  template:\n    metadata:\n      annotations:\n        devopslint.io/ignore: image\n    spec:\n      containers:\n        - name: a\n          image: b:latest\n"
HT = "{{- if .Values.x }}\napiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  containers:\n    - name: a\n      image: b:latest\n{{- end }}\n"


CASES = {
    "decorated": (D, "FROM a\n# We know. devopslint: ignore[run] -- x\nRUN a\n", ["user 1"], ""),
    "decorated2": (D, "FROM a\n# TODO(me): # devopslint: ignore[run] -- x\nRUN a\n", ["user 1"], ""),
    "case": (D, "FROM a\n# Devopslint: ignore[run] -- x\nRUN a\n", ["user 1"], ""),
    "nospace": (D, "FROM a\n#devopslint:ignore[run]\nRUN a\n", ["user 1"], ""),
    "spacebracket": (D, "FROM a\n# devopslint: ignore [run]\nRUN a\n", ["user 1"], ""),
    "backtick end": (D, "FROM a\n# devopslint: ignore[run]\nRUN echo `date`\nRUN b\n", ["user 1", "run 4"], ""),
    "backtick escape": (
        D,
        "# escape=`\nFROM a\n# devopslint: ignore[run]\nRUN echo `\n  b\nRUN c:\\\nRUN b\n",
        ["user 2", "run 6", "run 7"],
        "",
    ),
    "blank between": (D, "FROM a\n# devopslint: ignore[run]\n\nRUN a\nRUN b\n", ["user 1", "run 5"], ""),
    "comment between": (D, "FROM a\n# devopslint: ignore[run]\n# other\nRUN a\nRUN b\n", ["user 1", "run 5"], ""),
    "stacked": (D, "# devopslint: ignore[user]\n# devopslint: ignore[from]\nFROM a:latest\n", [], ""),
    "owner user comment above FROM not covering all stage": (
        D,
        "# devopslint: ignore[user,run]\nFROM a\nRUN a\n",
        ["run 3"],
        "",
    ),
    "inside continuation": (
        D,
        "FROM a\nRUN a && \\\n  # devopslint: ignore[curl]\n  curl b\n",
        ["user 1", "run 2"],
        "",
    ),
    "heredoc inside comment": (
        D,
        "FROM a\nRUN <<EOF\n# devopslint: ignore[curl]\ncurl a\ncurl b\nEOF\n",
        ["user 1", "run 2", "curl 5"],
        "",
    ),
    "heredoc trailing": (
        D,
        "FROM a\nRUN <<EOF\ncurl a # devopslint: ignore[curl]\ncurl b\nEOF\n",
        ["user 1", "run 2", "curl 4"],
        "",
    ),
    "heredoc quoted": (
        D,
        "FROM a\nRUN <<'EOF'\ncurl a # devopslint: ignore[curl]\ncurl b\nEOF\n",
        ["user 1", "run 2", "curl 4"],
        "",
    ),
    "heredoc -": (
        D,
        "FROM a\nRUN <<-EOF\n\tcurl a # devopslint: ignore[curl]\n\tcurl b\n\tEOF\n",
        ["user 1", "run 2", "curl 4"],
        "",
    ),
    "enable in heredoc": (
        D,
        "FROM a\n# devopslint: disable[curl]\nRUN <<EOF\ncurl a\nEOF\n# devopslint: enable[curl]\nRUN curl c\n",
        ["user 1", "run 3", "run 7", "curl 7"],
        "",
    ),
    "disable owner": (D, "# devopslint: disable[user]\nFROM a\n# devopslint: enable[user]\n", [], ""),
    "ignore all star": (D, "# devopslint: ignore[*]\nFROM a:latest\n", [], ""),
    "ignore all": (D, "# devopslint: ignore[all]\nFROM a:latest\n", [], ""),
    "glob": (D, "# devopslint: ignore[house/*]\nFROM a:latest\n", [], ""),
    "peer": (D, "# devopslint: ignore[DL3007]\nFROM a:latest\n", ["user 2"], ""),
    "peer lower": (D, "# devopslint: ignore[dl3007]\nFROM a:latest\n", ["user 2"], ""),
    "peer prefixed": (D, "# devopslint: ignore[hadolint:DL3007]\nFROM a:latest\n", ["user 2"], ""),
    "peer prefixed case": (D, "# devopslint: ignore[Hadolint:dl3007]\nFROM a:latest\n", ["user 2"], ""),
    "until then reason no dashes": (D, "# devopslint: ignore[user] until=9999-01-01\nFROM a\n", [], ""),
    "until colon": (D, "# devopslint: ignore[user] until 9999-01-01\nFROM a\n", ["user 2"], ""),
    "until malformed": (D, "# devopslint: ignore[user] until=2027-13-01\nFROM a\n", ["user 2"], ""),
    "until feb30": (D, "# devopslint: ignore[user] until=2027-02-30\nFROM a\n", ["user 2"], ""),
    "reason with until inside": (
        D,
        "# devopslint: ignore[user] -- until=2000-01-01 was said\nFROM a\n",
        [],
        "2026-01-01",
    ),
    "em dash": (D, "# devopslint: ignore[user] \u2014 why\nFROM a\n", [], ""),
    "no reason dash": (D, "# devopslint: ignore[user] --\nFROM a\n", [], ""),
    "file with CRLF": (D, "# devopslint: ignore[user]\r\nFROM a\r\nRUN b\r\n", ["run 3"], ""),
    "BOM": (D, "\ufeff# devopslint: ignore[user]\nFROM a\nRUN b\n", ["run 3"], ""),
    "directive": (D, "# syntax=docker/dockerfile:1\n# devopslint: ignore[user]\nFROM a\nRUN b\n", ["run 4"], ""),
    "Containerfile": ("Containerfile", "# devopslint: ignore[user]\nFROM a\nRUN b && \\\n c\n", ["run 3"], ""),
    "x.dockerfile": (
        "x.dockerfile",
        "FROM a\n# devopslint: ignore[curl]\nRUN b && \\\n curl c\n",
        ["user 1", "run 3"],
        "",
    ),
    "tf trailing header": (F, BUCKET.replace("{\n", "{ # devopslint: ignore[tags]\n"), ["bucket 2"], ""),
    "tf trailing attr //": (F, BUCKET.replace('read"', 'read" // devopslint: ignore[bucket]'), ["tags 1"], ""),
    "tf trailing attr /* */": (F, BUCKET.replace('read"', 'read" /* devopslint: ignore[bucket] */'), ["tags 1"], ""),
    "tf block comment multi": (F, "/*\n  devopslint: ignore[bucket]\n*/\n" + BUCKET, ["tags 4"], ""),
    "tf block comment multi *": (
        F,
        "/*\n * Text.\n * devopslint: ignore[bucket] -- why\n */\n" + BUCKET,
        ["tags 5"],
        "",
    ),
    "tf block comment begins": (F, "/* devopslint: ignore[bucket]\n   more */\n" + BUCKET, ["tags 3"], ""),
    "tf in string": (
        F,
        BUCKET.replace("  acl", '  b = "a // devopslint: ignore[bucket]"\n  acl'),
        ["tags 1", "bucket 3"],
        "",
    ),
    "tf disable": (
        F,
        "# devopslint: disable[bucket]\n" + BUCKET + "# devopslint: enable[bucket]\n" + BUCKET.replace('"a"', '"b"'),
        ["tags 2", "tags 6", "bucket 7"],
        "",
    ),
    "tf unicode": (F, "# é devopslint: ignore[bucket]\n" + BUCKET, ["tags 2"], ""),
    "tf.json //": (
        "main.tf.json",
        '{"resource": {"aws_s3_bucket": {"a": {\n "//": "devopslint: ignore[bucket, tags] -- why",\n "acl": "public-read"}}}}',
        [],
        "",
    ),
    "tf.json // top": (
        "main.tf.json",
        '{"//": "devopslint: ignore-file[bucket]", "resource": {"aws_s3_bucket": {"a": {\n "acl": "public-read"}}}}',
        ["tags 1"],
        "",
    ),
    "tf.json // with #": (
        "main.tf.json",
        '{"resource": {"aws_s3_bucket": {"a": {\n "//": "# devopslint: ignore[bucket, tags] -- why",\n "acl": "public-read"}}}}',
        [],
        "",
    ),
    "list": (K, LIST % "", ["image 9", "image 15"], ""),
    "list item comment": (
        K,
        (LIST % "").replace("  - api", "  # devopslint: ignore[image]\n  - api", 1),
        ["image 16"],
        "",
    ),
    "list annotation": (K, LIST % ", annotations: {devopslint.io/ignore: image}", ["image 15"], ""),
    "list top": (K, "# devopslint: ignore[image]\n" + LIST % "", [], ""),
    "list peer annotation": (K, LIST % ", annotations: {checkov.io/skip1: CKV_K8S_14=x}", ["image 15"], ""),
    "item - alone": (K, POD.replace("    - name: a", "    # devopslint: ignore[image]\n    -\n      name: a"), [], ""),
    "flow": (
        K,
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    # devopslint: ignore[image]\n    - {name: a,\n       image: 'b:latest'}\n",
        [],
        "",
    ),
    "comment in flow": (
        K,
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - {name: a,\n       # devopslint: ignore[image]\n       image: 'b:latest'}\n",
        [],
        "",
    ),
    "flow trailing": (
        K,
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - {name: a, # devopslint: ignore[image]\n       image: 'b:latest'}\n",
        ["image 7"],
        "",
    ),
    "flow trailing same": (
        K,
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: 'b:latest'}] # devopslint: ignore[image]\n",
        [],
        "",
    ),
    "same indent list": (
        K,
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  # devopslint: ignore[image]\n  containers:\n  - name: a\n    image: b:latest\n  - name: c\n    image: b:latest\n",
        [],
        "",
    ),
    "first doc comment 2nd doc": (K, POD + "---\n\n# hello\n# devopslint: ignore[image]\n" + POD, ["image 8"], ""),
    "comment before ---": (K, POD + "# devopslint: ignore[image]\n---\n" + POD, ["image 8"], ""),
    "comment before --- first": (K, "# devopslint: ignore[image]\n---\n" + POD, [], ""),
    "comment on ---": (K, "--- # devopslint: ignore[image]\n" + POD, [], ""),
    "ignore-file multi": (K, "# devopslint: ignore-file[image]\n" + POD + "---\n" + POD, [], ""),
    "annot block": (
        K,
        POD.replace("  name: a\n", "  name: a\n  annotations:\n    devopslint.io/ignore: |\n      image: because\n"),
        [],
        "",
    ),
    "annot until": (
        K,
        POD.replace(
            "  name: a\n", "  name: a\n  annotations:\n    devopslint.io/ignore: 'image until=2026-01-01: because'\n"
        ),
        ["image 10"],
        "2026-01-02",
    ),
    "annot --": (
        K,
        POD.replace("  name: a\n", "  name: a\n  annotations:\n    devopslint.io/ignore: 'image -- because'\n"),
        [],
        "",
    ),
    "annot peer id": (
        K,
        POD.replace("  name: a\n", "  name: a\n  annotations:\n    devopslint.io/ignore: 'CKV_K8S_14: because'\n"),
        [],
        "",
    ),
    "annot prefixed peer id": (
        K,
        POD.replace(
            "  name: a\n", "  name: a\n  annotations:\n    devopslint.io/ignore: 'checkov:CKV_K8S_14: because'\n"
        ),
        [],
        "",
    ),
    "annot template": (K, DEP, [], ""),
    "annot json": (
        "pod.json",
        '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "annotations": {"devopslint.io/ignore": "image: why"}},\n "spec": {\n "containers": [{"name": "a",\n   "image": "b:latest"}]}}\n',
        [],
        "",
    ),
    "helm": ("chart/templates/d.yaml", HT, ["image 9"], ""),
    "helm #": (
        "chart/templates/d.yaml",
        HT.replace("      image", "      # devopslint: ignore[image]\n      image"),
        [],
        "",
    ),
    "helm {{/* */}}": (
        "chart/templates/d.yaml",
        HT.replace("      image", "      {{/* devopslint: ignore[image] -- x */}}\n      image"),
        [],
        "",
    ),
    "helm {{- /* */ -}}": (
        "chart/templates/d.yaml",
        HT.replace("      image", "      {{- /* devopslint: ignore[image] -- x */ -}}\n      image"),
        [],
        "",
    ),
    "helm {{- /* */}} item": (
        "chart/templates/d.yaml",
        HT.replace("    - name", "    {{- /* devopslint: ignore[image] */}}\n    - name"),
        [],
        "",
    ),
    "helm top": ("chart/templates/d.yaml", "{{/* devopslint: ignore-file[image] */}}\n" + HT, [], ""),
    "helm trailing": (
        "chart/templates/d.yaml",
        HT.replace("latest", "latest {{/* devopslint: ignore[image] */}}"),
        [],
        "",
    ),
    "helm multi": (
        "chart/templates/d.yaml",
        HT.replace("      image", "      {{/*\n  devopslint: ignore[image] -- x\n*/}}\n      image"),
        [],
        "",
    ),
    "helm comment above if covers?": ("chart/templates/d.yaml", "# devopslint: ignore[image]\n" + HT, [], ""),
    "helm # then if": (
        "chart/templates/d.yaml",
        HT.replace("      image", "      # devopslint: ignore[image]\n      {{- if .Values.y }}\n      image").replace(
            "latest\n", "latest\n      {{- end }}\n"
        ),
        [],
        "",
    ),
    "wf nested block": (W, JOB.replace("jobs:\n", "# devopslint: ignore[curl]\njobs:\n"), ["runner 5"], ""),
    "wf trailing key": (
        W,
        JOB.replace("ubuntu-latest", "ubuntu-latest # devopslint: ignore[runner]"),
        ["curl 7", "curl 8", "curl 9"],
        "",
    ),
    "wf quoted": (
        W,
        JOB.replace("ubuntu-latest", "'ubuntu-latest' # devopslint: ignore[runner]"),
        ["curl 7", "curl 8", "curl 9"],
        "",
    ),
    "wf step trailing": (
        W,
        JOB.replace("- run: |", "- run: | # devopslint: ignore[curl]"),
        ["runner 4", "curl 7", "curl 8", "curl 9"],
        "",
    ),
    "wf range in script": (
        W,
        JOB.replace(
            "          curl a",
            "          # devopslint: disable[curl]\n          curl a\n          # devopslint: enable[curl]",
        ),
        ["runner 4", "curl 10", "curl 11"],
        "",
    ),
    "wf list single": (
        W,
        JOB.replace("runs-on: ubuntu-latest", "# devopslint: ignore[runner]\n    runs-on: ubuntu-latest"),
        ["curl 8", "curl 9", "curl 10"],
        "",
    ),
    "wf folded": (W, JOB.replace("- run: |", "- run: >-"), ["runner 4", "curl 7", "curl 9"], ""),
}


@pytest.mark.parametrize("case", CASES)
def test_where_comments_stand(case: str) -> None:
    path, text, expected, today = CASES[case]
    assert left(path, text, today=today) == expected


def test_a_mere_mention_is_none() -> None:
    for mention in (
        "# write `# devopslint: ignore[run]` above it",
        "# 'devopslint: ignore[run]'",
        "# about devopslint: it is run by hand",
        "# see https://example.org/devopslint:ignore[run]",
    ):
        assert left("Dockerfile", f"FROM a\n{mention}\nRUN a\n", ("run", "core")) == ["run 3"], mention


def test_of_two_comments_the_nearer_one_is_used() -> None:
    text = (
        'resource "aws_s3_bucket" "a" {\n  # devopslint: ignore[bucket] -- x\n  acl = "public-read"\n  tags = {}\n}\n'
    )
    assert left("main.tf", "# devopslint: ignore[house] -- x\n" + text, ("bucket", "core")) == ["unused-ignore 1"]


def test_what_is_said_of_a_script_is_judged() -> None:
    text = JOB.replace("curl a", "curl a # devopslint: ignore[crul] -- x")
    report = check({".github/workflows/a.yml": text}, ("curl", "core"))
    assert [one.message for one in report.active if one.rule == "core/unknown-ignore"] == [
        "there is no rule `crul`, did you mean `curl`?"
    ]


def test_a_comment_on_the_first_block_is_none_on_the_module() -> None:
    text = 'data "aws_ami" "a" {\n  owners = []\n}\ndata "aws_ami" "b" {\n  owners = []\n}\n'
    rule = ("terraform/unused-declaration",)
    assert left("main.tf", text, rule) == ["unused-declaration 1", "unused-declaration 4"]
    assert left("main.tf", "# devopslint: ignore[terraform/unused-declaration]\n" + text, rule) == [
        "unused-declaration 5"
    ]
