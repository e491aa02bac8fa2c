"""`--add-ignore` writes comments, and the next run is clean."""

from __future__ import annotations

from pathlib import Path

from running import devopslint, write
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
        "      # devopslint: ignore[house/curl] -- we know\n      - run: |\n          a \\\n            && curl b\n"
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
    assert "pod.json:1: house/image can't be ignored by a comment there" in done.stderr
    assert (tmp_path / "pod.json").read_text() == text
