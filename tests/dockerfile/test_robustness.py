"""Whatever stands in a Dockerfile: no rule crashes, and every place lies in the file."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devopslint.commands.catalog import open_catalog
from devopslint.config.settings import Config
from devopslint.engine.discover import Asked
from devopslint.engine.run import Run
from devopslint.engine.workspace import MemoryWorkspace
from devopslint.policy.finding import Finding
from devopslint.policy.selection import Selection

CATALOG = open_catalog(Config())
PIECES = [
    "FROM a", "FROM node:latest AS b", "FROM $X", "FROM", "RUN", "RUN a | b", "RUN <<EOF\nx\nEOF", "RUN <<EOF", "ARG A",
    "ARG", "ENV", "ENV a b", "ENV a=b c=$a", "COPY", "COPY a", "COPY . .", "COPY --from=0 a b", "COPY <<A <<B /x\n1\nA\n2\nB",
    'CMD ["a"', 'CMD ["a", "$B"]', "CMD", "SHELL", "SHELL []", "USER", "USER $U", "USER ${", "WORKDIR", "WORKDIR x", "EXPOSE",
    "EXPOSE 1-2/x $P", "LABEL", 'LABEL "a b"=c', "HEALTHCHECK", "HEALTHCHECK CMD curl x", "ONBUILD", "ONBUILD ONBUILD",
    "ONBUILD RUN cd x", "STOPSIGNAL", "VOLUME", "MAINTAINER", "# escape=`", "\\", "FOO bar", "RUN apt-get install",
    "RUN sh -c '",
    "RUN ln -s a /bin/sh && cd /", "RUN curl | sh", "RUN $(", "RUN ${", "RUN sudo", "RUN env", "RUN git clone", "RUN cd",
    "RUN a \\\n\n b", "\ufeffé €", 'RUN ["sh", "-c", "a\\\\nb"]', "RUN chmod", "RUN useradd -u", "RUN pip", "RUN npm i -g",
]  # fmt: skip


def findings(text: str) -> list[Finding]:
    files = {"Dockerfile": text, ".dockerignore": "x\n"}
    run = Run(MemoryWorkspace(files), CATALOG, Selection(["dockerfile", "shell", "core"], profile="strict"))
    return list(run.check(Asked([], ["Dockerfile"], True)).findings)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PIECES), max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_odd_lines(lines: list[str], end: str) -> None:
    check("FROM x" + end + end.join(lines))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet="FROMRUNa $\\\"'<>{}[]|&;#=\n-", max_size=80))
def test_noise(text: str) -> None:
    check("FROM x\nRUN " + text)


def check(text: str) -> None:
    lines = text.splitlines(keepends=False) or [""]
    for finding in findings(text):
        assert finding.rule != "core/internal", finding.message
        assert 1 <= finding.span.line <= len(lines) + 1
        assert finding.span.column >= 1


@pytest.mark.parametrize("depth", [200, 5000])
def test_deep_nesting_ends(depth: int) -> None:
    check("FROM x\nRUN " + "$(" * depth + ")" * depth)
    check("FROM x\nENV A=" + "${A:-" * depth + "}" * depth)
    check("FROM x\nCMD " + "[" * depth)
