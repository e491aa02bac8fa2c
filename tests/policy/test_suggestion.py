"""What may have been meant by a word: something like it, or nothing."""

from __future__ import annotations

import pytest

from devopslint.policy.suggestion import suggestion

KNOWN = ["latest-tag", "too-large", "no-spread", "nothing-to-run", "broken.yaml", "DL3007", "security"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("latest-tga", "latest-tag"),
        ("securty", "security"),
        ("DL3oo7", "DL3007"),
        ("nothing", "nothing-to-run"),
        ("too-", "too-large"),
        ("foo-bar", ""),
        ("nope", ""),
        ("nofile.yaml", ""),
        ("no-", ""),
    ],
)
def test_what_was_meant(word: str, meant: str) -> None:
    assert suggestion(word, KNOWN) == (f", did you mean `{meant}`?" if meant else "")
