"""What is said of a mount that no builder takes."""

from __future__ import annotations

from pathlib import Path

from running import findings, write


def test_the_mount_and_its_option_are_told_in_their_order(tmp_path: Path) -> None:
    text = "FROM alpine:3.22\nRUN --mount=target=/a,x=1 true\nRUN --mount=type=cahce,target=/a true\n"
    write(tmp_path, {"Dockerfile": text})
    found = findings("--select", "dockerfile/unknown-mount", cwd=tmp_path)
    assert [one["message"] for one in found] == ["a `bind` mount has no option `x`", "no mount is of the type `cahce`"]
