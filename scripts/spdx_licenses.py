"""Write the identifiers of licenses and exceptions on the SPDX list, in small letters.

Source: the SPDX License List (https://spdx.org/licenses/) as the PyPI package `packaging` carries it. Install that, and
give the day:

    python scripts/spdx_licenses.py 2026-11-26
"""

from __future__ import annotations

import sys
from pathlib import Path

from packaging.licenses import _spdx

TARGET = Path(__file__).parent.parent / "devopslint" / "artifacts" / "dockerfile" / "data" / "licenses.txt"


def main() -> None:
    """Write the list, with a comment that says where it is from."""
    head = f"# SPDX License List {_spdx.VERSION}, written {sys.argv[1]} by scripts/spdx_licenses.py\n"
    TARGET.write_text(
        head + "".join(f"{name}\n" for name in sorted({*_spdx.LICENSES, *_spdx.EXCEPTIONS})), encoding="ascii"
    )


if __name__ == "__main__":
    main()
