"""BuildKit's own parser and dockerfile-parse must read the same instructions."""

import io
from pathlib import Path

import pytest

from devopslint.artifacts.dockerfile import claims_path
from devopslint.artifacts.dockerfile.reader import read_dockerfile
from devopslint.syntax.source import Source

dockerfile = pytest.importorskip("dockerfile")
dockerfile_parse = pytest.importorskip("dockerfile_parse")

ROOT = Path(__file__).parents[2]
FIXTURES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "fixtures").rglob("*"))
    if path.is_file() and claims_path(path.name)
}
SAMPLES = {
    "plain": "FROM a\nRUN b\n",
    "directives": "# syntax=docker/dockerfile:1\n# escape=`\nFROM a\nRUN b `\n  c\nCOPY x y\\\nRUN d\n",
    "late directive": "\n# escape=`\nFROM a\nRUN b `\nRUN c\n",
    "comments inside": "FROM a\nRUN b \\\n# c\n\n   # d\n  e && \\\n  f\nRUN g\n",
    "trailing blank behind the escape": "FROM a\nRUN b \\  \n c\n",
    "crlf": 'FROM a\r\nRUN b \\\r\n  c\r\n\r\nCMD ["d"]\r\n',
    "heredocs": (
        "FROM a\nRUN <<EOF\nFROM b\nEOF\nCOPY --from=x <<A <<-\"B C\" /d/\n1\nA\n2\n\tB C\nRUN cat <<'X' > y\n$z\nX\n"
    ),
    "not a heredoc": 'FROM a\nRUN echo << EOF\nRUN cat<<EOF\nRUN echo "a <<EOF"\nENV A=<<EOF\nRUN b\n',
    "json": (
        'FROM a\nCMD ["a", "b c", "d\\"e", "\\u00e9"]\nENTRYPOINT ["a"] \n'
        'VOLUME ["x","y"]\nRUN ["a" , \\\n "b"]\nCMD [a]\n'
    ),
    "flags": (
        "FROM --platform=$BUILDPLATFORM a AS b\nCOPY --chown=a:b --chmod=755 c d\n"
        "RUN --mount=type=cache,target=/x --network=none e --f\n"
    ),
    "onbuild": "FROM a\nONBUILD RUN b\nonbuild copy --chown=c d e\n",
    "pairs": 'FROM a\nENV a=b c="d e" f=g\\ h\nENV i j k\nLABEL "l m"=n \\\n  o=\'p q\'\nARG r s=t\n',
    "double escape": "FROM a\nRUN b \\\\\nRUN c\n",
    "last line continues": "FROM a\nRUN b \\",
    "healthcheck": "FROM a\nHEALTHCHECK --interval=5s --retries=3 CMD curl x || exit 1\nHEALTHCHECK NONE\n"
    'HEALTHCHECK cmd ["a", "b"]\n',
}

MISREAD = {"late directive", "comments inside", "double escape", "last line continues"}
"""Samples that dockerfile-parse reads wrongly: it ends a continuation at a blank line, ignores `\\\\` and a last `\\`."""


@pytest.mark.parametrize("name", [*SAMPLES, *FIXTURES])
def test_the_same_as_buildkit(name: str) -> None:
    text = SAMPLES.get(name) or FIXTURES[name]
    try:
        expected = [
            (c.cmd.upper(), c.start_line, [f.partition("=")[0][2:] for f in c.flags], list(c.value) if c.json else None)
            for c in dockerfile.parse_string(text)
        ]
    except dockerfile.GoParseError:
        assert name not in SAMPLES
        assert read_dockerfile(Source(name, text)).problems
        return
    file = read_dockerfile(Source(name, text))
    assert [
        (i.name, i.line, [f.name for f in i.flags], [w.value for w in i.words] if i.json else None)
        for i in file.instructions
    ] == expected


@pytest.mark.parametrize("name", [*SAMPLES, *FIXTURES])
def test_the_same_as_dockerfile_parse_save_heredocs(name: str) -> None:
    text = SAMPLES.get(name) or FIXTURES[name]
    if "<<" in text or name in MISREAD:
        pytest.skip("dockerfile-parse reads this in another way than BuildKit")
    parser = dockerfile_parse.DockerfileParser(fileobj=io.BytesIO(text.encode()))
    expected = [
        (entry["instruction"].upper(), entry["startline"] + 1)
        for entry in parser.structure
        if entry["instruction"] != "COMMENT"
    ]
    assert [(i.name, i.line) for i in read_dockerfile(Source(name, text)).instructions] == expected
