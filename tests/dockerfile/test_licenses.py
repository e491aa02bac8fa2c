"""License expressions of SPDX."""

import pytest

from devopslint.artifacts.dockerfile.licenses import is_license


@pytest.mark.parametrize(
    "text",
    [
        "MIT",
        "apache-2.0",
        "GPL-2.0-or-later WITH Classpath-exception-2.0",
        "(MIT AND (BSD-3-Clause OR ISC)) OR LicenseRef-shop",
        "GPL-2.0+",
        "DocumentRef-a:LicenseRef-b",
    ],
)
def test_expressions(text: str) -> None:
    assert is_license(text)


@pytest.mark.parametrize(
    "text",
    ["BSD", "Apache 2.0", "MIT OR", "OR MIT", "(MIT", "MIT)", "MIT ISC", "()", "", "proprietary", "MIT AND OR ISC"],
)
def test_what_is_none(text: str) -> None:
    assert not is_license(text)
