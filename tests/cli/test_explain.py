"""`devopslint explain`: what a rule saw, which step held, did not, or could not be known, and why it says nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from running import devopslint, write

HEAD = """\
title: A rule of the house
level: error
practice: infrastructure/as-code
references: [https://example.com/]
why: |
  It is the way of the house.
how: |
  Do as the house does.
"""
EXAMPLES = """\
examples:
  - bad: |
      x
  - good: |
      y
  - good: |
      z
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  type: NodePort
  ports:
    - port: 80
    - port: 22
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  hostNetwork: true
  containers:
    - name: web
      image: "nginx:{{ .Values.tag }}"
    - name: side
      image: nginx:1
"""


def house(folder: Path, slug: str, body: str, message: str = "found it") -> Path:
    return write(folder, {f"policy/house/{slug}.yaml": HEAD + body + f"message: {message}\n" + EXAMPLES})


def told(folder: Path, *arguments: str) -> list[str]:
    done = devopslint("explain", *arguments, "--rules-dir", "policy", cwd=folder)
    assert done.returncode == 0, done.stderr
    return [" ".join(line.split()) for line in done.stdout.splitlines()]


def told_json(folder: Path, *arguments: str) -> Any:
    done = devopslint("explain", *arguments, "--json", "--rules-dir", "policy", cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_group_and_operator_is_told(tmp_path: Path) -> None:
    house(
        tmp_path,
        "ports",
        """\
on: kubernetes.object.Service
options:
  closed: {type: list, default: [22], description: Ports that no service has.}
when:
  any:
    - {spec.type: NodePort}
    - {spec.type: LoadBalancer}
  not: {metadata.name: web}
require:
  spec.ports: {each: {port: {not_in: {option: closed}}}, length: {max: 1}}
""",
    )
    write(tmp_path, {"shop.yaml": SERVICE})
    assert told(tmp_path, "house/ports", "shop.yaml") == [
        "house/ports: A rule of the house",
        "about kubernetes.object.Service",
        "Service/shop (kubernetes.object.Service, shop.yaml:2:1)",
        "holds when",
        "holds any of",
        "holds 1",
        'holds spec.type: "NodePort"',
        '"NodePort" shop.yaml:5:9',
        "does not hold 2",
        'does not hold spec.type: "LoadBalancer"',
        '"NodePort" shop.yaml:5:9',
        "holds not",
        "does not hold what is denied",
        'does not hold metadata.name: "web"',
        '"shop" shop.yaml:3:18',
        "does not hold require",
        "does not hold spec.ports: {each: {port: {not_in: [22]}}, length: {max: 1}}",
        "[{port: 80}, {port: 22}] shop.yaml:7:5",
        "does not hold each: {port: {not_in: [22]}}",
        "holds [0]",
        "holds port: {not_in: [22]}",
        "80 shop.yaml:7:13",
        "does not hold [1]",
        "does not hold port: {not_in: [22]}",
        "22 shop.yaml:8:13",
        "does not hold length: {max: 1}",
        "reported at shop.yaml:8:13: found it",
    ]


def test_owners_functions_and_what_is_unknown(tmp_path: Path) -> None:
    body = "on: kubernetes.container\nwhen: {pod.hostNetwork: true}\nrequire:\n"
    house(tmp_path, "tag", body + '  image: {image_tag: {any: ["2", {matches: "^v"}]}}\n')
    write(tmp_path, {"shop.yaml": POD})
    lines = told(tmp_path, "tag", "shop.yaml")
    web, side = (next(at for at, line in enumerate(lines) if line.startswith(f"Pod/shop container {name}")) for name in ("web", "side"))  # fmt: skip
    assert "true shop.yaml:5:16" in lines[web:side]
    assert 'unknown image: {image_tag: {any: ["2", {matches: "^v"}]}}' in lines[web:side]
    assert '(unknown: "nginx:{{ .Values.tag }}") shop.yaml:8:14' in lines[web:side]
    assert "so nothing can be said of it" in lines[web:side]
    assert 'holds image_tag of it is "1"' in lines[side:]
    assert lines[-1] == "reported at shop.yaml:10:14: found it"


def test_related_resources_are_told_one_by_one(tmp_path: Path) -> None:
    body = "on: terraform.resource.aws_s3_bucket\nrequire:\n  related: {aws_s3_bucket_versioning: {bucket: {exists: true}, x: 1}}\n"
    house(tmp_path, "versions", body)
    bucket = 'resource "aws_s3_bucket" "a" {\n}\nresource "aws_s3_bucket_versioning" "b" {\n  bucket = aws_s3_bucket.a.id\n}\n'
    write(tmp_path, {"main.tf": bucket + 'resource "aws_s3_bucket" "c" {\n}\n'})
    lines = told(tmp_path, "versions", "main.tf")
    at = lines.index("does not hold aws_s3_bucket_versioning.b")
    assert lines[at + 1] == "it stands at main.tf:3:1"
    assert lines[at + 4] == "does not hold x: 1"
    assert "no aws_s3_bucket_versioning refers to it" in lines


CHECK = '''\
def find(subject, options):
    """Find images of the house.

    More on it.
    """
    image = subject.get("image")
    if not isinstance(image, str):
        return
    if image.startswith("house/") and known(image):
        yield __import__("devopslint.policy.subject").policy.subject.Problem("image")


def known(image):
    tag = image.partition(":")[2]
    if (
        tag == "1"
        or tag == "2"
    ):
        return True
    return False
'''


def test_a_check_is_watched(tmp_path: Path) -> None:
    house(tmp_path, "own", "on: dockerfile.stage\ncheck: own_checks:find\n")
    write(tmp_path, {"policy/own_checks.py": CHECK, "Dockerfile": "ARG X\nFROM house/a:2\nFROM house/a:3\nFROM $X\n"})
    assert told(tmp_path, "own", "Dockerfile")[2:] == [
        "stage 0 (dockerfile.stage, Dockerfile:2:1)",
        "judged by own_checks:find: Find images of the house.",
        'it read image: "house/a:2" Dockerfile:2:6',
        "does not hold not isinstance(image, str)",
        'image = "house/a:2"',
        "holds known(): tag == '1' or tag == '2'",
        'tag = "2"',
        "holds known()",
        "holds image.startswith('house/') and known(image)",
        'image = "house/a:2"',
        "reported at Dockerfile:2:6: found it",
        "stage 1 (dockerfile.stage, Dockerfile:3:1)",
        "judged by own_checks:find: Find images of the house.",
        'it read image: "house/a:3" Dockerfile:3:6',
        "does not hold not isinstance(image, str)",
        'image = "house/a:3"',
        "does not hold known(): tag == '1' or tag == '2'",
        'tag = "3"',
        "does not hold known()",
        "does not hold image.startswith('house/') and known(image)",
        'image = "house/a:3"',
        "nothing is reported",
        "stage 2 (dockerfile.stage.final, Dockerfile:4:1)",
        "judged by own_checks:find: Find images of the house.",
        "it read image: (unknown: $X) Dockerfile:4:6",
        "holds not isinstance(image, str)",
        "image = (unknown)",
        "nothing is reported",
    ]


def test_a_line_of_a_file(tmp_path: Path) -> None:
    house(tmp_path, "all", "on: kubernetes.container\nforbid: {image: {exists: true}}\n")
    write(tmp_path, {"shop.yaml": POD, "Dockerfile": "FROM a:latest\nRUN x\nFROM b:latest\n"})

    def seen(*where: str) -> list[str]:
        return [subject["address"] for one in told_json(tmp_path, *where) for subject in one["subjects"]]

    assert seen("house/all", "shop.yaml") == ["Pod/shop container web", "Pod/shop container side"]
    assert seen("house/all", "shop.yaml:10") == ["Pod/shop container side"]
    assert seen("house/all", "shop.yaml:10:14") == ["Pod/shop container side"]
    assert seen("house/all", "shop.yaml:1") == []
    assert seen("dockerfile/latest-tag", "Dockerfile:2") == ["stage 0"]
    missing = devopslint("explain", "latest-tag", "gone:3", cwd=tmp_path)
    assert (missing.returncode, missing.stderr) == (2, "devopslint: gone:3: no such file or folder\n")


def test_json_has_values_and_spans(tmp_path: Path) -> None:
    house(tmp_path, "user", 'on: dockerfile.stage\nforbid: {image: "a:1"}\n')
    write(tmp_path, {"Dockerfile": "ARG V=1\n# devopslint: ignore[user] -- known\nFROM a:$V\n"})
    (account,) = told_json(tmp_path, "house/user", "Dockerfile")
    place = {"path": "Dockerfile", "line": 3, "column": 6, "end_line": 3, "end_column": 10}
    (subject,) = account["subjects"]
    assert (account["runs"], account["kinds"], subject["outcome"]) == (True, ["dockerfile"], "reported")
    (step,) = subject["conditions"][0]["parts"]
    origin = {"path": "Dockerfile", "line": 1, "column": 5, "end_line": 1, "end_column": 8}
    assert step == {
        "step": 'image: "a:1"',
        "holds": True,
        "values": [{"value": '"a:1"', "at": place, "from": [origin]}],
        "parts": [],
    }
    assert subject["findings"] == [
        {
            "rule": "house/user",
            "level": "error",
            "message": "found it",
            "at": place,
            "suppressed": {"kind": "inline", "reason": "known"},
        }
    ]


@pytest.mark.parametrize(
    ("arguments", "files", "said"),
    [
        (("latest-tag", "notes.txt"), {"notes.txt": ""}, "the file is of no kind that devopslint knows"),
        (("latest-tag", "Dockerfile"), {".devopslint.yaml": "kinds: {none: [Dockerfile]}\n"}, "says that the file is of no kind"),
        (("latest-tag", "Dockerfile"), {".devopslint.yaml": "exclude: [Dockerfile]\n"}, ".devopslint.yaml:1:1 excludes this file"),
        (("latest-tag", "Dockerfile"), {".gitignore": "Dockerfile\n"}, "git ignores this file"),
        (("latest-tag", "Dockerfile"), {".devopslint.yaml": "ignore: [x, DL3007]\n"}, "; it is left out by .devopslint.yaml:1:13"),
        (("latest-tag", "Dockerfile"), {".devopslint.yaml": "rules:\n  DL3007: {level: 'off'}\n"}, "; it is left out by .devopslint.yaml:2:12"),
        (("latest-tag", "Dockerfile"), {".devopslint.yaml": "select: [security]\n"}, "; it is left out by .devopslint.yaml:1:1"),
        (
            ("latest-tag", "Dockerfile"),
            {".devopslint.yaml": "overrides:\n  - paths: [Dockerfile]\n    ignore: [latest-tag]\n"},
            "; it is left out by .devopslint.yaml:3:14",
        ),
        (("house/preview", "Dockerfile"), {}, "; it is a preview"),
        (("house/taste", "Dockerfile"), {}, "; it runs only in the profile strict"),
        (("kubernetes/latest-tag", "Dockerfile"), {}, "it saw nothing of that in this file, which is dockerfile"),
        (("shell/shellcheck", "Dockerfile"), {}, "`shellcheck` judges this, where it is installed"),
        (("core/syntax", "Dockerfile"), {}, "it is found when files are read"),
        (("core/unused-ignore", "Dockerfile"), {"Dockerfile": "# devopslint: ignore[latest-tag]\nFROM a:1\n"}, "reported at Dockerfile:1:22: `latest-tag` silences nothing here"),
        (("latest-tag", "k.yaml"), {"k.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: [}\n"}, "k.yaml:3:19: "),
        (("hadolint:DL3007", "Dockerfile"), {"Dockerfile": "# hadolint ignore=DL3007\nFROM a:latest\n"}, "floats on the `latest` tag (ignored by Dockerfile:1: without a reason)"),
        (("repository/no-pipeline", "Dockerfile"), {"Dockerfile": "FROM a:1\n"}, "judged by devopslint.artifacts.repository.checks:no_pipeline: "),
    ],
)  # fmt: skip
def test_why_there_is_nothing(arguments: tuple[str, str], files: dict[str, str], said: str, tmp_path: Path) -> None:
    house(tmp_path, "preview", "on: dockerfile.stage\npreview: true\nforbid: {image: a}\n")
    house(tmp_path, "taste", "on: dockerfile.stage\nprofile: strict\nforbid: {image: a}\n")
    write(tmp_path, {"Dockerfile": "FROM a:latest\n", **files})
    lines = "\n".join(told(tmp_path, *arguments))
    assert said in lines
    assert ("left out" in said) <= ("reported at Dockerfile:1:6: " in lines)


def test_the_last_word_that_leaves_it_out(tmp_path: Path) -> None:
    override = "overrides:\n  - paths: [b]\n    ignore: [DL3007]\n"
    write(tmp_path, {"base.yaml": "ignore: [latest-tag]\n", ".devopslint.yaml": f"extend: base.yaml\n{override}"})
    write(tmp_path, {"a/Dockerfile": "FROM a:latest\n", "b/Dockerfile": "FROM a:latest\n", "policy/x.txt": ""})
    assert told(tmp_path, "DL3007", "a/Dockerfile")[1].endswith("; it is left out by base.yaml:1:10")
    assert told(tmp_path, "DL3007", "b/Dockerfile")[1].endswith("; it is left out by .devopslint.yaml:4:14")


def test_what_the_baseline_knows(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "FROM a:latest\nUSER 1\n", "policy/x.txt": ""})
    assert devopslint("baseline", cwd=tmp_path).returncode == 0
    assert told(tmp_path, "DL3007", "Dockerfile")[-1].endswith("(known from the baseline)")


NEEDING = HEAD + "on: dockerfile.stage\ncheck: own_checks:find\nneeds: {needs}\nmessage: found it\n" + EXAMPLES
FINDS_ALL = (
    'from devopslint.policy.subject import Problem\n\n\ndef find(subject, options):\n    yield Problem("image")\n'
)


def test_words_that_a_file_lacks_are_told_as_the_run_takes_them(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "policy/house/one.yaml": NEEDING.format(needs="[zebra]"),
            "policy/house/two.yaml": NEEDING.format(needs="[lion, zebra]"),
            "policy/own_checks.py": FINDS_ALL,
            "Dockerfile": "FROM a:1\n",
            "b/Dockerfile": "FROM zebra:1\n",
        },
    )
    said = "it is not asked of this file: {} not stand there (`needs` of the rule)"
    for rule, words in (
        ("one", "the word `zebra` that it needs does"),
        ("two", "the words `lion`, `zebra`, one of which it needs, do"),
    ):
        run = devopslint("--select", f"house/{rule}", "--rules-dir", "policy", "--output", "concise", cwd=tmp_path)
        assert run.stdout.splitlines() == [f"b/Dockerfile:1:6: error[house/{rule}] found it"]
        lines = told(tmp_path, rule, "Dockerfile")
        assert lines[2] == said.format(words)
        assert lines[-1] == "nothing is reported; it would be, were the rule asked of this file"
        assert "reported at" not in "\n".join(lines)
        there = told(tmp_path, rule, "b/Dockerfile")
        assert "not asked" not in "\n".join(there)
        assert there[-1] == "reported at b/Dockerfile:1:6: found it"


def test_lines_where_nothing_stands(tmp_path: Path) -> None:
    house(tmp_path, "all", "on: kubernetes.container\nforbid: {image: {exists: true}}\n")
    write(tmp_path, {"shop.yaml": POD, "one.yaml": POD.partition("    - name: side")[0]})
    assert told(tmp_path, "all", "shop.yaml:3")[2:] == [
        "nothing that the rule is about stands at line 3: there is some at the lines 7, 9"
    ]
    assert told(tmp_path, "all", "one.yaml:1")[2:] == [
        "nothing that the rule is about stands at line 1: it begins at line 7"
    ]
    for line, said in ((11, "there is no such line: the last one is 10"), (0, "lines are counted from 1")):
        done = devopslint("explain", "all", f"shop.yaml:{line}", "--rules-dir", "policy", cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"devopslint: shop.yaml:{line}: {said}\n")


def test_what_another_rule_has_found_out_is_asked_once_more(tmp_path: Path) -> None:
    text = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v5\n      - run: |\n          make x\n          python a.py\n"
    write(tmp_path, {".github/workflows/a.yml": text, "policy/x.txt": "", "README.md": "", "Makefile": "x:\n"})
    lines = told(tmp_path, "workflow/missing-file", ".github/workflows/a.yml")
    assert 'path = "a.py"' in lines
    assert 'step.run = "make x\\npython a.py\\n"' in lines


def test_of_many_questions_the_rest_is_counted(tmp_path: Path) -> None:
    check = "def find(subject, options):\n    for one in range(70):\n        if one < 0:\n            yield None\n"
    house(tmp_path, "many", "on: dockerfile.stage\ncheck: own_checks:find\n")
    write(tmp_path, {"policy/own_checks.py": check, "Dockerfile": "FROM a:1\n"})
    lines = told(tmp_path, "many", "Dockerfile")
    assert lines.count("does not hold one < 0") == 59
    assert "does not hold one < 0 (and 10 more that are not told)" in lines
