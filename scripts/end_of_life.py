"""Write the table of the release lines of images and the last day of their support.

Source: the data of endoflife.date (github.com/endoflife-date/endoflife.date, MIT). Give a clone and the day against which
the table is to be held:

    python scripts/end_of_life.py <clone> 2026-11-26

The table has `as_of`, that day, and `images`: name → release line → last day of free support by the project, as it had
happened or was scheduled; `""` for a line without an end.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import yaml

TARGET = Path(__file__).parent.parent / "devopslint" / "knowledge" / "data" / "end_of_life.json"
PRODUCTS = {
    "alpine-linux": ["alpine"],
    "almalinux": ["almalinux"],
    "amazon-corretto": ["amazoncorretto"],
    "amazon-linux": ["amazonlinux"],
    "apache-cassandra": ["cassandra"],
    "debian": ["debian"],
    "dotnet": [f"mcr.microsoft.com/dotnet/{name}" for name in ("aspnet", "runtime", "runtime-deps", "sdk")],
    "drupal": ["drupal"],
    "eclipse-temurin": ["eclipse-temurin"],
    "elasticsearch": ["elasticsearch", "docker.elastic.co/elasticsearch/elasticsearch"],
    "elixir": ["elixir"],
    "erlang": ["erlang"],
    "fedora": ["fedora"],
    "go": ["golang"],
    "haproxy": ["haproxy"],
    "mariadb": ["mariadb"],
    "mongodb": ["mongo"],
    "mysql": ["mysql"],
    "nextcloud": ["nextcloud"],
    "nodejs": ["node"],
    "opensuse": ["opensuse/leap"],
    "oracle-linux": ["oraclelinux"],
    "perl": ["perl"],
    "php": ["php"],
    "postgresql": ["postgres"],
    "python": ["python"],
    "rabbitmq": ["rabbitmq"],
    "redis": ["redis"],
    "rocky-linux": ["rockylinux", "rockylinux/rockylinux"],
    "ruby": ["ruby"],
    "sapmachine": ["sapmachine"],
    "tomcat": ["tomcat"],
    "ubuntu": ["ubuntu"],
}
"""Product at endoflife.date → its images. Left out are those that end a line with every release, such as nginx."""
FREE_LONG_TERM = frozenset({"debian"})
"""Products whose column `eoes` is support by the project itself; elsewhere it is sold."""
TAGS_BY_CODENAME = frozenset({"debian", "ubuntu"})


def lines_of(product: str, text: str) -> dict[str, str]:
    """Return release line → last day of support of a product's page."""
    front = yaml.safe_load(text.split("\n---", 1)[0])
    lines: dict[str, str] = {}
    for release in front["releases"]:
        day = _day(release, product)
        if day is None:
            continue
        lines[str(release["releaseCycle"])] = day
        if product in TAGS_BY_CODENAME:
            lines[release["codename"].split()[0].lower()] = day
    return lines


def _day(release: dict[str, Any], product: str) -> str | None:
    """Return the last day, `""` for none, `None` for a line of which only is known that it has ended."""
    days = [release.get("eol"), release.get("eoes") if product in FREE_LONG_TERM else None]
    dates = [day.isoformat() for day in days if isinstance(day, date)]
    if days[0] is True and not dates:
        return None
    return max(dates, default="")


def main() -> None:
    """Write the table."""
    clone, as_of = Path(sys.argv[1]), sys.argv[2]
    images = {}
    for product, names in PRODUCTS.items():
        lines = lines_of(product, (clone / "products" / f"{product}.md").read_text("utf-8"))
        images.update(dict.fromkeys(names, lines))
    TARGET.parent.mkdir(exist_ok=True)
    body = ",\n".join(f" {json.dumps(name)}: {json.dumps(lines)}" for name, lines in sorted(images.items()))
    TARGET.write_text(f'{{"as_of": "{as_of}", "images": {{\n{body}\n}}}}\n', "utf-8")


if __name__ == "__main__":
    main()
