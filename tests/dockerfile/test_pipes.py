"""What is said of a pipe is true of every command that may read from it."""

from __future__ import annotations

from pathlib import Path

from running import findings, write


def test_the_status_that_is_lost_and_the_one_that_counts_are_told(tmp_path: Path) -> None:
    text = "FROM debian:12\nRUN curl -fsSL https://example.com/a.gz | gunzip | tar -x\nRUN wget -qO- https://example.com/a | $RUN\n"
    write(tmp_path, {"Dockerfile": text})
    found = findings("--select", "dockerfile/pipe-without-pipefail", cwd=tmp_path)
    assert [(one["line"], one["message"]) for one in found] == [
        (2, "the status of `curl` is lost in the pipe, only that of `tar` counts"),
        (3, "the status of `wget` is lost in the pipe, only that of the last command counts"),
    ]
