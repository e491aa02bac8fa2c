"""What a comment silences, in every format. The lines are counted by hand."""

from __future__ import annotations

import pytest
from suppressing import BUCKET, JOB, POD, check, left

TWO = "FROM a:latest\nRUN x\n"  # user 1, from 1, run 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TWO, ["user 1", "from 1", "run 2"]),
        # absence points at the stage's FROM, and so does the comment
        ("# devopslint: ignore[user]\n" + TWO, ["from 2", "run 3"]),
        ("# devopslint: ignore[user, house/from] until=9999-01-01 -- why\n" + TWO, ["run 3"]),
        ("# devopslint: ignore-file[house]\n" + TWO, []),
        (TWO + "# devopslint: ignore-file[run]\n", ["user 1", "from 1"]),
        # the whole instruction, with its continuations and comments in it
        ("FROM a\n# devopslint: ignore[curl]\nRUN a && \\\n  # say\n  curl b \\\n  && curl c\nRUN curl d\n",
         ["user 1", "run 3", "run 7", "curl 7"]),
        # within an instruction: what begins there
        ("FROM a\nRUN a && \\\n  # devopslint: ignore[curl]\n  curl b && \\\n  curl c\n", ["user 1", "run 2", "curl 5"]),
        ("FROM a\n# devopslint: ignore[curl]\nRUN <<EOF\ncurl a\n\ncurl b\nEOF\nRUN curl c\n",
         ["user 1", "run 3", "run 8", "curl 8"]),
        # ranges
        ("FROM a\n# devopslint: disable[run]\nRUN a\nRUN b\n# devopslint: enable[run]\nRUN c\n", ["user 1", "run 6"]),
        ("FROM a\n# devopslint: disable[run]\nRUN a\nRUN b\n", ["user 1"]),
        ("FROM a\n# devopslint: disable[run, curl]\nRUN curl a\n# devopslint: enable[run]\nRUN curl b\n",
         ["user 1", "run 5"]),
        ("FROM a\n# devopslint: disable[run]\nRUN a\n# devopslint: enable\nRUN b\n", ["user 1", "run 5"]),
        # what is not understood silences nothing
        ("FROM a\n# devopslint: ignore[run] because\nRUN a\n", ["user 1", "run 3"]),
        ("FROM a\n# devopslint: ignore[run] until=soon\nRUN a\n", ["user 1", "run 3"]),
        ('FROM a\nRUN echo "# devopslint: ignore[run]"\n', ["user 1", "run 2"]),
    ],
)  # fmt: skip
def test_dockerfiles(text: str, expected: list[str]) -> None:
    assert left("Dockerfile", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BUCKET, ["tags 1", "bucket 2"]),
        ("# devopslint: ignore[bucket]\n" + BUCKET, ["tags 2"]),
        ("// devopslint: ignore[house/tags] -- why\n" + BUCKET, ["bucket 3"]),
        ("/* devopslint: ignore[tags] */\n" + BUCKET, ["bucket 3"]),
        ("# devopslint: ignore[house]\n" + BUCKET + BUCKET.replace('"a"', '"b"'), ["tags 5", "bucket 6"]),
        (BUCKET.replace("{\n", "{ # devopslint: ignore[tags]\n"), ["bucket 2"]),
        (BUCKET.replace("  acl", "  # devopslint: ignore[bucket]\n  acl"), ["tags 1"]),
        (BUCKET.replace("  acl", '  b = "x # devopslint: ignore[bucket]"\n  acl'), ["tags 1", "bucket 3"]),
        # a brace in a text closes nothing, and a heredoc belongs to its block
        ('# devopslint: ignore[bucket]\nresource "aws_s3_bucket" "a" {\n  b = "}"\n  c = <<EOT\n}\nEOT\n'
         '  acl = "public-read"\n}\n', ["tags 2"]),
    ],
)  # fmt: skip
def test_terraform(text: str, expected: list[str]) -> None:
    assert left("main.tf", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (POD, ["image 8"]),
        (POD.replace("latest", "latest # devopslint: ignore[image]"), []),
        (POD.replace("    - name", "    # devopslint: ignore[image]\n    - name"), []),
        (POD.replace("  containers", "  # devopslint: ignore[image]\n  containers"), []),
        (POD.replace("spec:", "# devopslint: ignore[image]\nspec:"), []),
        (POD.replace("metadata:", "# devopslint: ignore[image]\nmetadata:"), ["image 9"]),
        # above the first line of an object: the object, and none after it
        ("# devopslint: ignore[image]\n" + POD, []),
        ("# devopslint: ignore[image]\n" + POD + "---\n" + POD, ["image 18"]),
        (POD + "---\n# devopslint: ignore[image]\n" + POD, ["image 8"]),
        # annotations, of the object or of what is in it
        (POD.replace("  name: a\n", '  name: a\n  annotations:\n    devopslint.io/ignore: "image: why"\n'), []),
        (POD.replace("  name: a\n", '  name: a\n  annotations: {devopslint.io/ignore: "tags, house/image"}\n'), []),
        (POD.replace("  name: a\n", '  name: a\n  annotations: {devopslint.io/ignore: "tags: image"}\n'), ["image 9"]),
        (POD.replace("  name: a\n", '  name: "# devopslint: ignore-file[image]"\n'), ["image 8"]),
        (POD.replace("  name: a\n", '  name: "a\n\n    # devopslint: ignore-file[image]\n    b"\n'), ["image 11"]),
    ],
)
def test_kubernetes(text: str, expected: list[str]) -> None:
    assert left("pod.yaml", text) == expected


def test_json() -> None:
    pod = (
        '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"},\n'
        ' "spec": {\n  %s"containers": [{"name": "a",\n   "image": "b:latest"}]}}\n'
    )
    assert left("pod.json", pod % "") == ["image 4"]
    assert left("pod.json", pod % '"//": "devopslint: ignore[image] -- why", ') == []
    assert left("pod.json", pod % '"//": ["text", "devopslint: ignore[tags, image]"], ') == []
    assert left("pod.json", pod % '"//": "devopslint: ignore[tags]", ') == ["image 4"]
    assert left("pod.json", pod % '"//x": "devopslint: ignore[image]", ') == ["image 4"]
    other = pod.replace('{"name": "a"}', '{"name": "a", "//": "devopslint: ignore[image]"}')
    assert left("pod.json", other % "") == ["image 4"]
    whole = pod.replace('{"name": "a"}', '{"name": "a", "//": "devopslint: ignore-file[image]"}')
    assert left("pod.json", whole % "") == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", ["runner 4", "curl 7", "curl 8", "curl 9"]),
        ("  a:\n", "  # devopslint: ignore[curl]\n  a:\n", ["runner 5"]),
        ("      - run: |", "      # devopslint: ignore[curl]\n      - run: |", ["runner 4", "curl 10"]),
        ("    steps", "    # devopslint: ignore[curl]\n    steps", ["runner 4"]),
        # in a script
        ("curl a", "curl a # devopslint: ignore[curl]", ["runner 4", "curl 8", "curl 9"]),
        ("curl b", "# devopslint: ignore[curl]\n          curl b", ["runner 4", "curl 7", "curl 10"]),
        ("curl a", 'curl "a # devopslint: ignore[curl]"', ["runner 4", "curl 7", "curl 8", "curl 9"]),
    ],
)
def test_workflows(old: str, new: str, expected: list[str]) -> None:
    assert left(".github/workflows/a.yml", JOB.replace(old, new, 1)) == expected


def test_ignorable_and_no_ignores() -> None:
    text = "# devopslint: ignore[user, from]\n" + TWO
    assert left("Dockerfile", text, heeded=False) == ["user 2", "from 2", "run 3"]
    assert left("Dockerfile", text, not_ignorable=["house/from"]) == ["from 2", "run 3"]


CORE = ("house", "core")


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        # (rule, columns of the place, end exclusive); core selects the strict rules by name, too
        ("# devopslint: ignore[user] -- why", []),
        ("# devopslint: ignore[user, bucket] -- why", [("unused-ignore", 28, 34)]),
        ("# devopslint: ignore[user, usre] -- why", [("unknown-ignore", 28, 32)]),
        ("# devopslint: ignroe[user] -- why", [("unknown-ignore", 1, 34)]),
        ("# devopslint: ignore -- why", [("unknown-ignore", 1, 28)]),
        ("# devopslint: ignore[user] until=2026-12-31 -- why", []),
        ("# devopslint: ignore[user] until=2026-12-30 -- why", [("expired-ignore", 1, 51)]),
        ("# devopslint: ignore[user] until=2026-31-12 -- why", [("unknown-ignore", 1, 51)]),
        # a peer's comment is the peer's affair
        ("# hadolint ignore=DL3007,DL9999", []),
        # rules that do not run are not judged
        ("# devopslint: ignore[user, dockerfile/latest-tag] -- why", []),
        ("# devopslint: ignore-file[core/unused-ignore] -- x\n# devopslint: ignore[user, bucket] -- why", []),
    ],
)
def test_what_is_said_of_comments(comment: str, expected: list[tuple[str, int, int]]) -> None:
    report = check({"Dockerfile": f"{comment}\n{TWO}"}, CORE, today="2026-12-31")
    found = [one for one in report.active if one.rule.startswith("core/")]
    assert [(one.rule.split("/")[1], one.span.column, one.span.end_column) for one in found] == expected


def test_suggestions() -> None:
    report = check({"Dockerfile": "# devopslint: ignore[usre]\nFROM a\n"}, CORE)
    assert "there is no rule `usre`, did you mean `user`?" in [one.message for one in report.active]
    report = check({"Dockerfile": "# devopslint: ignroe[user]\nFROM a\n"}, CORE)
    assert "`devopslint: ignroe` is not understood, did you mean `ignore`?" in [one.message for one in report.active]


def test_a_reason_is_asked_for_in_the_strict_profile() -> None:
    text = {"Dockerfile": "# devopslint: ignore[user]\nFROM a\n"}
    assert [one.rule for one in check(text, ("house", "core/ignore-without-reason")).active] == [
        "core/ignore-without-reason"
    ]
    assert [one.rule for one in check(text).active] == []


def test_the_time_of_a_comment_ends() -> None:
    text = "# devopslint: ignore[from] until=2026-05-01\nFROM a:latest\n"
    assert left("Dockerfile", text, today="2026-05-01") == ["user 2"]
    assert left("Dockerfile", text, today="2026-05-02") == ["user 2", "from 2"]
    # the comment that holds longest counts
    both = "# devopslint: ignore[from] until=2026-05-01\n# devopslint: ignore[from] until=2026-06-01\nFROM a:latest\n"
    assert left("Dockerfile", both, today="2026-05-02") == ["user 3"]


HELD = (
    POD
    + "      args:\n        - |\n          # devopslint: ignore[image]\n          # devopslint: {verb}\n    - name: b\n      image: c:latest\n"
)
"""A comment that would cover the next container, were it one of the manifest."""


@pytest.mark.parametrize(
    "verb", ["ignore[image]", "ignore-file[image]", "disable[image]", "ignore[imge]", "ignoer[image]"]
)
def test_what_stands_in_a_block_scalar_is_no_comment_on_the_rest(verb: str) -> None:
    text = HELD.replace("{verb}", verb)
    assert left("a.yaml", text) == ["image 8", "image 14"]
    assert left("a.yaml", text, ("house", "core")) == ["image 8", "image 14"]
    assert left("a.yaml", text.replace("- |", "- >-"), ("house", "core")) == ["image 8", "image 14"]


def test_peers_are_not_heeded_beyond_a_block_scalar_either() -> None:
    text = HELD.replace("{verb}", "hadolint global ignore=DL3007").replace(
        "devopslint: ignore[image]", "checkov:skip=CKV_K8S_14"
    )
    assert left("a.yaml", text) == ["image 8", "image 14"]
    text = text.replace("checkov:skip=CKV_K8S_14", "kics-scan disable=a")
    assert left("a.yaml", text) == ["image 8", "image 14"]


def test_what_stands_in_a_heredoc_is_no_comment_on_the_rest() -> None:
    copied = "FROM a:latest\nCOPY <<EOF /x\n# devopslint: ignore-file[from]\n# devopslint: ignore[run]\nEOF\nRUN a\n"
    assert left("Dockerfile", copied, ("from", "run", "core")) == ["from 1", "run 6"]
    shell = "FROM a\nRUN cat <<< 'b'\n# devopslint: ignore[run]\nRUN a\nRUN $((1<<x))\n"
    assert left("Dockerfile", shell, ("run", "core")) == ["run 2", "run 5"]
    held = (
        BUCKET[:-2]
        + "  policy = <<-EOT\n    # devopslint: ignore-file[bucket]\n    # devopslint: disable[tags]\n  EOT\n}\n"
    )
    assert left("main.tf", held, ("bucket", "tags", "core")) == ["tags 1", "bucket 2"]
    assert left("main.tf", held + BUCKET, ("bucket", "core")) == ["bucket 2", "bucket 9"]


def test_what_is_disabled_twice_is_enabled_once() -> None:
    text = "FROM a\n# devopslint: disable[run]\nRUN a\n# devopslint: disable[run]\nRUN b\n# devopslint: enable[run]\nRUN c\n"
    assert left("Dockerfile", text, ("run", "core")) == ["unused-ignore 4", "run 7"]


def test_in_a_list_only_a_line_of_its_own_is_a_comment() -> None:
    rule = ("dockerignore/trailing-comment", "core")
    behind = "node_modules # devopslint: ignore[trailing-comment] -- x\n*.log # devopslint: ignore-file[all] -- x\n"
    assert left(".dockerignore", behind, rule) == ["trailing-comment 1", "trailing-comment 2"]
    above = "# devopslint: ignore[trailing-comment] -- x\nnode_modules # see the wiki\n*.log # old\n"
    assert left("web/Dockerfile.dockerignore", above, rule) == ["trailing-comment 3"]
