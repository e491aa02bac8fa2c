"""`--add-ignore` writes comments, and the next run is clean."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import devopslint, findings, write
from suppressing import FOLDER

FILES = {
    "Dockerfile": "FROM a:latest\nRUN a && \\\n    curl b\n",
    "main.tf": 'resource "aws_s3_bucket" "a" {\n  acl = "public-read"\n}\n',
    ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
    '      - run: |\n          a\n          curl b\n      - run: "curl c\n          d"\n'
    "      - run: |\n          a \\\n            && curl b\n",
    "crlf.yaml": "apiVersion: v1\r\nkind: Pod\r\nmetadata: {name: a}\r\nspec:\r\n  containers:\r\n    - name: a\r\n"
    "      image: b:latest\r\n",
}
ARGUMENTS = ("--rules-dir", FOLDER, "--select", "house", "--no-cache")


def test_the_next_run_is_clean(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    done = devopslint("check", *ARGUMENTS, "--add-ignore=we know", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "Dockerfile").read_text() == (
        "# devopslint: ignore[house/from, house/user] -- we know\nFROM a:latest\n"
        "# devopslint: ignore[house/curl, house/run] -- we know\nRUN a && \\\n    curl b\n"
    )
    assert (tmp_path / "main.tf").read_text() == (
        '# devopslint: ignore[house/tags] -- we know\nresource "aws_s3_bucket" "a" {\n'
        '  # devopslint: ignore[house/bucket] -- we know\n  acl = "public-read"\n}\n'
    )
    assert (tmp_path / ".github/workflows/a.yml").read_text() == (
        "on: push\njobs:\n  a:\n    # devopslint: ignore[house/runner] -- we know\n    runs-on: ubuntu-latest\n    steps:\n"
        "      - run: |\n          a\n          # devopslint: ignore[house/curl] -- we know\n          curl b\n"
        '      # devopslint: ignore[house/curl] -- we know\n      - run: "curl c\n          d"\n'
        "      - run: |\n          # devopslint: ignore[house/curl] -- we know\n          a \\\n            && curl b\n"
    )
    assert (
        (tmp_path / "crlf.yaml")
        .read_bytes()
        .endswith(b"    - name: a\r\n      # devopslint: ignore[house/image] -- we know\r\n      image: b:latest\r\n")
    )
    again = devopslint("check", *ARGUMENTS, cwd=tmp_path)
    assert again.returncode == 0, again.stdout


def test_json_takes_no_comment(tmp_path: Path) -> None:
    text = '{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": "b:latest"}]}}\n'
    write(tmp_path, {"pod.json": text})
    done = devopslint("check", *ARGUMENTS, "--add-ignore", cwd=tmp_path)
    assert done.returncode == 1
    said = """pod.json:1: house/image can't be ignored by a comment there: put `"//": "devopslint: ignore[house/image]"` into"""
    assert said in done.stderr
    assert (tmp_path / "pod.json").read_text() == text


def test_the_day_and_whether_comments_are_heeded(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "# devopslint: ignore[user] until=2026-05-01 -- why\nFROM a\n"})
    arguments = ("check", "Dockerfile", *ARGUMENTS, "--output", "concise")
    for more, env, code in (
        (("--today", "2026-05-01"), {}, 0),
        (("--today", "2026-05-02"), {}, 1),
        ((), {"DEVOPSLINT_TODAY": "2026-05-01"}, 0),
        ((), {"DEVOPSLINT_TODAY": "2026-05-02"}, 1),
        (("--today", "2026-05-01", "--no-ignores"), {}, 1),
    ):
        assert devopslint(*arguments, *more, cwd=tmp_path, env=env).returncode == code, (more, env)


def test_what_is_done_to_comments_is_not_in_the_cache(tmp_path: Path) -> None:
    write(
        tmp_path, {f"{n}/Dockerfile": "# devopslint: ignore[user] until=2026-05-01 -- why\nFROM a\n" for n in range(9)}
    )
    arguments = ("check", *ARGUMENTS[:-1], "--output", "json")
    for day, code in (("2026-05-01", 0), ("2026-05-02", 1), ("2026-05-01", 0)):
        assert devopslint(*arguments, "--today", day, cwd=tmp_path).returncode == code


def test_comments_of_a_file_that_is_asked_for_alone_are_the_same(tmp_path: Path) -> None:
    bucket = 'resource "aws_s3_bucket" "%s" {\n  acl = "public-read" # devopslint: ignore[bucket, user] -- why\n}\n'
    write(tmp_path, {"a.tf": bucket % "a", "b.tf": bucket % "b"})
    arguments = ("--rules-dir", FOLDER, "--select", "house,core", "--no-cache")
    whole = findings(*arguments, cwd=tmp_path)
    assert findings("a.tf", *arguments, cwd=tmp_path) == [one for one in whole if one["path"] == "a.tf"]
    assert [one["rule"] for one in whole if one["path"] == "a.tf"] == ["house/tags", "core/unused-ignore"]


def test_comments_that_silence_nothing_are_to_be_mended(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "# devopslint: ignore[house/curl]\nFROM scratch\n"})
    done = devopslint("check", "--rules-dir", FOLDER, "--select", "house/curl,core", "--add-ignore", cwd=tmp_path)
    said = "core/unused-ignore can't be ignored by a comment there: mend the comment that it is about, or take it away"
    assert said in done.stderr
    assert done.returncode == 1


def test_a_tree_that_holds_itself_is_looked_at_once(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: &a {name: x, labels: *a}\nspec:\n  containers: [{name: a, image: 'b:latest'}]\n"
    write(tmp_path, {"a.yaml": text})
    done = devopslint("--add-ignore", "--select", "kubernetes/latest-tag", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "  # devopslint: ignore[kubernetes/latest-tag]\n  containers:" in (tmp_path / "a.yaml").read_text()


STEPS = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"
KNOWN = "# devopslint: ignore[house/{}] -- known"
NODE = "      " + KNOWN.format("curl") + "\n"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        # line ends, the mark at the start and the missing end stay
        ("Dockerfile", "\ufeffFROM a\r\nRUN b", f"\ufeff{KNOWN}\r\nFROM a\r\n{KNOWN}\r\nRUN b"),
        ("Dockerfile", "FROM a\nRUN b\r\nRUN c\n", f"{KNOWN}\nFROM a\n{KNOWN}\r\nRUN b\r\n{KNOWN}\nRUN c\n"),
        # directives stay on top
        ("Dockerfile", "# syntax=docker/dockerfile:1\nFROM a\n", f"# syntax=docker/dockerfile:1\n{KNOWN}\nFROM a\n"),
        # a comment would swallow the rest of a folded text, and is none to cmd
        (".github/workflows/a.yml", STEPS + "      - run: |\n          cat <<E\n          E\n          curl b\n",
         STEPS + NODE + "      - run: |\n          cat <<E\n          E\n          curl b\n"),
        (".github/workflows/a.yml", STEPS + '      - run: |\n          echo "x\n          $(curl b)"\n',
         STEPS + NODE + '      - run: |\n          echo "x\n          $(curl b)"\n'),
        (".github/workflows/a.yml", STEPS + "      - run: |\n          b \\\n            && curl b\n",
         STEPS + "      - run: |\n    " + NODE + "          b \\\n            && curl b\n"),
        (".github/workflows/a.yml", STEPS + "      - {name: x,\n         run: curl b}\n",
         STEPS + "      - {name: x,\n   " + NODE + "         run: curl b}\n"),
    ],
)  # fmt: skip
def test_where_it_writes(path: str, text: str, expected: str, tmp_path: Path) -> None:
    write(tmp_path, {path: text})
    done = devopslint("check", *ARGUMENTS, "--add-ignore=known", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rules = iter(("house/user", "house/run", "house/run"))
    while KNOWN in expected:
        expected = expected.replace(KNOWN, KNOWN.format(next(rules).partition("/")[2]), 1)
    after = (tmp_path / path).read_bytes().decode()
    assert after == expected
    assert devopslint("check", *ARGUMENTS, cwd=tmp_path).returncode == 0
    devopslint("check", *ARGUMENTS, "--add-ignore=known", cwd=tmp_path)
    assert (tmp_path / path).read_bytes().decode() == after


@pytest.mark.parametrize("content", ["FROM a\n# \u00e9\nRUN b\n".encode("latin-1"), "FROM a\nRUN b\n".encode("utf-16")])
def test_a_file_that_is_not_utf8_stays_as_it_is(content: bytes, tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": content})
    done = devopslint("check", *ARGUMENTS, "--add-ignore", cwd=tmp_path)
    assert done.returncode == 1
    assert "can't be ignored by a comment there" in done.stderr
    assert (tmp_path / "Dockerfile").read_bytes() == content


def test_what_no_comment_silences_gets_none(tmp_path: Path) -> None:
    config = "rules:\n  house/run: {ignorable: false}\n"
    write(tmp_path, {"Dockerfile": "FROM a\nRUN b\n", ".devopslint.yaml": config})
    done = devopslint("check", *ARGUMENTS, "--add-ignore", cwd=tmp_path)
    assert done.returncode == 1
    assert "Dockerfile:3: house/run can't be ignored by a comment there" in done.stderr
    assert (tmp_path / "Dockerfile").read_text() == "# devopslint: ignore[house/user]\nFROM a\nRUN b\n"
    for more in ("--no-ignores", "-"):
        assert devopslint("check", "--add-ignore", "--select", "house", more, cwd=tmp_path).returncode == 2


def test_a_file_with_two_names_is_written_once(tmp_path: Path) -> None:
    write(tmp_path, {"a/Dockerfile": "FROM a\n"})
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "Dockerfile").symlink_to("../a/Dockerfile")
    assert devopslint("check", *ARGUMENTS, "--add-ignore", cwd=tmp_path).returncode == 0
    assert (tmp_path / "a/Dockerfile").read_text() == "# devopslint: ignore[house/user]\nFROM a\n"


def test_no_comment_is_written_into_a_document(tmp_path: Path) -> None:
    text = "on: [push, pull_request]\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps: [{run: make test}]\n"
    for name, document in (("README.md", "# Shop\n"), ("LICENSE", "MIT\n"), ("go.mod", "module a\nrequire b v1\n")):
        root = write(tmp_path / name, {name: document, "requirements.txt": "a\n", ".github/workflows/a.yml": text})
        done = devopslint("--select", "repository/no-code-scanning", "--add-ignore=known", cwd=root)
        assert (root / name).read_text() == document
        if name != "go.mod":  # requirements.txt comes first, and knows comments
            assert (done.returncode, done.stdout) == (1, "0 comments written\n")
            said = f"{name}:1: repository/no-code-scanning can't be ignored by a comment there: leave it out in "
            assert said in done.stderr
        else:
            assert (root / "requirements.txt").read_text().startswith("# devopslint: ignore[")
