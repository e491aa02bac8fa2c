"""Write the table of the release lines of images and the last day of their support.

Source: the data of endoflife.date (github.com/endoflife-date/endoflife.date, MIT). Give a clone and the day against which
the table is to be held:

    python scripts/end_of_life.py <clone> 2026-11-26

The table has `as_of`, that day, and `images`: name → release line → last day of free support by the project, as it had
happened or was scheduled; `""` for a line without an end.
"""

from __future__ import annotations

import json
import re
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
    "apache-couchdb": ["couchdb"],
    "apache-flink": ["flink"],
    "apache-cassandra": ["cassandra"],
    "debian": ["debian"],
    "dotnet": [f"mcr.microsoft.com/dotnet/{name}" for name in ("aspnet", "runtime", "runtime-deps", "sdk")],
    "drupal": ["drupal"],
    "eclipse-temurin": ["eclipse-temurin"],
    "elasticsearch": ["elasticsearch", "docker.elastic.co/elasticsearch/elasticsearch"],
    "elixir": ["elixir"],
    "erlang": ["erlang"],
    "fedora": ["fedora"],
    "gradle": ["gradle"],
    "go": ["golang"],
    "grafana": ["grafana/grafana", "grafana/grafana-oss"],
    "haproxy": ["haproxy"],
    "influxdb": ["influxdb"],
    "keycloak": ["quay.io/keycloak/keycloak"],
    "kibana": ["kibana", "docker.elastic.co/kibana/kibana"],
    "logstash": ["logstash", "docker.elastic.co/logstash/logstash"],
    "mariadb": ["mariadb"],
    "mongodb": ["mongo"],
    "mysql": ["mysql"],
    "neo4j": ["neo4j"],
    "nextcloud": ["nextcloud"],
    "nginx": ["nginx", "nginxinc/nginx-unprivileged"],
    "nodejs": ["node"],
    "opensuse": ["opensuse/leap"],
    "oracle-linux": ["oraclelinux"],
    "perl": ["perl"],
    "php": ["php"],
    "postgresql": ["postgres"],
    "prometheus": ["prom/prometheus"],
    "python": ["python"],
    "rabbitmq": ["rabbitmq"],
    "redis": ["redis"],
    "rhel": ["ubi"],
    "rocky-linux": ["rockylinux", "rockylinux/rockylinux"],
    "ruby": ["ruby"],
    "rust": ["rust"],
    "sapmachine": ["sapmachine"],
    "solr": ["solr"],
    "tomcat": ["tomcat"],
    "traefik": ["traefik"],
    "ubuntu": ["ubuntu"],
    "zookeeper": ["zookeeper"],
}
"""Product at endoflife.date → its images; `ubi` is that of Red Hat, whatever its registry and name."""
HASTY = frozenset(
    {"gradle", "grafana", "influxdb", "keycloak", "kibana", "logstash", "nginx", "prometheus", "rust", "traefik"}
)
"""Products that end a line with every release: their lines count as ended two years later."""
FREE_LONG_TERM = frozenset({"debian"})
"""Products whose column `eoes` is support by the project itself; elsewhere it is sold."""
TAGS_BY_CODENAME = frozenset({"debian", "ubuntu"})


def lines_of(product: str, text: str, as_of: str) -> dict[str, str]:
    """Return release line → last day of support of a product's page; lines of a hasty product only when long ended."""
    front = yaml.safe_load(text.split("\n---", 1)[0])
    lines: dict[str, str] = {}
    for release in front["releases"]:
        day = _day(release, product)
        if day is None or (product in HASTY and day > f"{int(as_of[:4]) - 2}{as_of[4:]}"):
            continue
        lines[str(release["releaseCycle"])] = day
        if product in TAGS_BY_CODENAME:
            lines[release["codename"].split()[0].lower()] = day
    return lines


def _day(release: dict[str, Any], product: str) -> str | None:
    """Return the last day, `""` for none, `None` for a line of which only is known that it has ended."""
    days = [
        release.get("eoas" if product == "aws-lambda" else "eol"),
        release.get("eoes") if product in FREE_LONG_TERM else None,
    ]
    dates = [day.isoformat() for day in days if isinstance(day, date)]
    if days[0] is True and not dates:
        return None
    return max(dates, default="")


def main() -> None:
    """Write the table."""
    clone, as_of = Path(sys.argv[1]), sys.argv[2]
    images: dict[str, dict[str, str]] = {}
    for product, names in PRODUCTS.items():
        lines = lines_of(product, (clone / "products" / f"{product}.md").read_text("utf-8"), as_of)
        images.update(dict.fromkeys(names, lines))
    lambdas = lines_of("aws-lambda", (clone / "products" / "aws-lambda.md").read_text("utf-8"), as_of)
    for line, day in lambdas.items():
        runtime = re.fullmatch(r"([a-z]+?)(\d[\d.]*?)(?:\.x)?", line)
        if runtime:
            images.setdefault(f"public.ecr.aws/lambda/{runtime[1]}", {})[runtime[2]] = day
    TARGET.parent.mkdir(exist_ok=True)
    body = ",\n".join(f" {json.dumps(name)}: {json.dumps(lines)}" for name, lines in sorted(images.items()))
    TARGET.write_text(f'{{"as_of": "{as_of}", "images": {{\n{body}\n}}}}\n', "utf-8")


if __name__ == "__main__":
    main()
