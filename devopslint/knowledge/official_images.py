"""Facts about images that many build on: who they run as, what they lack, which tags are past their end of life.

From the Docker Official Images library and the Dockerfiles that its pages link, the documentation of
GoogleContainerTools/distroless, of Microsoft's and Red Hat's images, and the support tables of the projects
(debian.org/releases, ubuntu.com/about/release-cycle, alpinelinux.org/releases, devguide.python.org/versions,
nodejs.org/en/about/previous-releases, ruby-lang.org/en/downloads/branches, php.net/eol, go.dev/doc/devel/release,
endoflife.date), as they stood at the end of 2025. A date is the last day of free support by the project, as it had
happened or was scheduled then; `AS_OF` is the day against which it is held, so that a result does not change by itself.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from devopslint.knowledge.images import Image

AS_OF = "2026-11-01"

RUNS_AS_ROOT = frozenset(
    {"almalinux", "alpine", "amazoncorretto", "amazonlinux", "archlinux", "bash", "buildpack-deps", "busybox", "centos",
     "clojure", "composer", "debian", "docker", "eclipse-temurin", "elixir", "erlang", "fedora", "gcc", "golang",
     "gradle", "groovy", "haskell", "httpd", "ibmjava", "julia", "maven", "nginx", "node", "openjdk", "opensuse/leap",
     "opensuse/tumbleweed", "oraclelinux", "perl", "php", "photon", "pypy", "python", "r-base", "rockylinux", "ruby",
     "rust", "sapmachine", "scratch", "swift", "tomcat", "ubuntu", "oven/bun", "continuumio/miniconda3",
     "continuumio/anaconda3", "nvidia/cuda"}
)  # fmt: skip
"""Images on Docker Hub whose last USER is root and whose entrypoint keeps it."""

_OFFICIAL = RUNS_AS_ROOT | frozenset(
    {"adminer", "aerospike", "arangodb", "bonita", "caddy", "cassandra", "chronograf", "cirros", "clearlinux",
     "consul", "couchbase", "couchdb", "crate", "dart", "drupal", "eclipse-mosquitto", "elasticsearch", "emqx",
     "flink", "fluentd", "geonetwork", "ghost", "haproxy", "hello-world", "hitch", "hylang", "influxdb",
     "java", "jenkins", "jetty", "joomla", "jruby", "kapacitor", "kibana", "kong", "krakend", "logstash",
     "mageia", "mariadb", "mediawiki", "memcached", "mongo", "mongo-express", "monica", "mono", "mysql",
     "nats", "neo4j", "neurodebian", "nextcloud", "notary", "odoo", "open-liberty", "orientdb", "percona",
     "phpmyadmin", "plone", "postfixadmin", "postgres", "rabbitmq", "rakudo-star", "redis", "redmine",
     "registry", "rethinkdb", "rocket.chat", "silverpeas", "solr", "sonarqube", "spark", "spiped", "storm",
     "swipl", "telegraf", "tomee", "traefik", "unit", "varnish", "vault", "websphere-liberty", "wordpress",
     "xwiki", "yourls", "znc", "zookeeper"}
)  # fmt: skip
"""The names of the Docker Official Images, those of `RUNS_AS_ROOT` that have an owner aside."""

_ON_DEBIAN = frozenset(
    {"buildpack-deps", "debian", "elixir", "erlang", "gcc", "golang", "gradle", "haskell", "httpd", "maven", "nginx",
     "node", "perl", "php", "pypy", "python", "ruby", "rust", "tomcat", "ubuntu"}
)  # fmt: skip
"""Images whose plain and slim tags are built on Debian or Ubuntu."""

_ROOT_ELSEWHERE = re.compile(
    r"^(?:gcr\.io/distroless/(?!.*nonroot)|mcr\.microsoft\.com/dotnet/|quay\.io/centos/|registry\.fedoraproject\.org/"
    r"|registry\.access\.redhat\.com/ubi\d+(?:/ubi)?(?:-minimal|-init|-micro)?$|public\.ecr\.aws/docker/library/)"
)
_NON_ROOT_NAME = re.compile(r"(?:nonroot|non-root|rootless|unprivileged|chiseled)")
_SLIM = re.compile(r"slim|alpine|distroless|chiseled|minimal|musl|micro|scratch|jre|wolfi|-ubi-micro", re.IGNORECASE)

FULL_VARIANTS = {
    "node": "`-slim` or `-alpine`",
    "python": "`-slim`",
    "ruby": "`-slim`",
    "perl": "`-slim`",
    "pypy": "`-slim`",
    "buildpack-deps": "`debian:…-slim`",
    "elixir": "`-slim` or `-alpine`",
    "erlang": "`-slim` or `-alpine`",
    "gcc": "`debian:…-slim`",
}
"""Images whose plain tags come on `buildpack-deps`, with compilers and version control, and their small variants."""

BUILD_IMAGES = {
    "golang": "a `scratch`, distroless or alpine stage with the compiled program",
    "rust": "a `debian:…-slim`, distroless or alpine stage with the compiled program",
    "maven": "a JRE image with the jar",
    "gradle": "a JRE image with the jar",
    "gcc": "a `debian:…-slim` stage with the compiled program",
    "haskell": "a `debian:…-slim` stage with the compiled program",
    "swift": "the `-slim` variant",
    "mcr.microsoft.com/dotnet/sdk": "`mcr.microsoft.com/dotnet/aspnet` or `runtime`",
}
"""Images that are there to build with, and what ships instead."""

DEPRECATED = {
    "openjdk": "it gets no more updates; `eclipse-temurin` is one of its successors",
    "java": "it was given up in 2016; `eclipse-temurin` is one of its successors",
    "centos": "CentOS Linux has ended, its last images are of 2021",
    "jenkins": "it was given up in 2018 for `jenkins/jenkins`",
    "express-gateway": "the project has ended",
    "microsoft/dotnet": "it has moved to `mcr.microsoft.com/dotnet`",
    "microsoft/aspnetcore": "it has moved to `mcr.microsoft.com/dotnet/aspnet`",
    "adoptopenjdk": "it was given up in 2021 for `eclipse-temurin`",
    "vault": "it has moved to `hashicorp/vault`",
    "consul": "it has moved to `hashicorp/consul`",
    "owncloud": "it was given up in 2018 for `owncloud/server`",
    "iojs": "io.js became `node` in 2015",
    "ubuntu-debootstrap": "it was given up in 2016",
}
"""Images that get no updates any more, and why."""

END_OF_LIFE: dict[str, dict[str, str]] = {
    "debian": {"7": "2018-05-31", "wheezy": "2018-05-31", "8": "2020-06-30", "jessie": "2020-06-30", "9": "2022-06-30",
               "stretch": "2022-06-30", "10": "2024-06-30", "buster": "2024-06-30", "11": "2026-08-31",
               "bullseye": "2026-08-31"},
    "ubuntu": {"12.04": "2017-04-28", "14.04": "2019-04-25", "trusty": "2019-04-25", "16.04": "2021-04-30",
               "xenial": "2021-04-30", "18.04": "2023-05-31", "bionic": "2023-05-31", "20.04": "2025-05-31",
               "focal": "2025-05-31", "22.10": "2023-07-20", "23.04": "2024-01-25", "23.10": "2024-07-11",
               "24.10": "2025-07-10", "25.04": "2026-01-15"},
    "alpine": {f"3.{minor}": day for minor, day in (
        (0, "2016-05-01"), (1, "2016-11-01"), (2, "2017-05-01"), (3, "2017-11-01"), (4, "2018-05-01"),
        (5, "2018-11-01"), (6, "2019-05-01"), (7, "2019-11-01"), (8, "2020-05-01"), (9, "2020-11-01"),
        (10, "2021-05-01"), (11, "2021-11-01"), (12, "2022-05-01"), (13, "2022-11-01"), (14, "2023-05-01"),
        (15, "2023-11-01"), (16, "2024-05-23"), (17, "2024-11-22"), (18, "2025-05-09"), (19, "2025-11-01"),
        (20, "2026-04-01"), (21, "2026-11-01"))},
    "python": {"2": "2020-01-01", "2.7": "2020-01-01", "3.4": "2019-03-18", "3.5": "2020-09-30", "3.6": "2021-12-23",
               "3.7": "2023-06-27", "3.8": "2024-10-07", "3.9": "2025-10-31", "3.10": "2026-10-31"},
    "node": {"0": "2016-12-31", "4": "2018-04-30", "5": "2016-06-30", "6": "2019-04-30", "7": "2017-06-30", "8": "2019-12-31",
             "9": "2018-06-30", "10": "2021-04-30", "11": "2019-06-01", "12": "2022-04-30", "13": "2020-06-01",
             "14": "2023-04-30", "15": "2021-06-01", "16": "2023-09-11", "17": "2022-06-01", "18": "2025-04-30",
             "19": "2023-06-01", "20": "2026-04-30", "21": "2024-06-01", "23": "2025-06-01"},
    "ruby": {"2": "2023-03-31", "2.4": "2020-03-31", "2.5": "2021-03-31", "2.6": "2022-04-12", "2.7": "2023-03-31",
             "3.0": "2024-04-23", "3.1": "2025-03-26", "3.2": "2026-03-31"},
    "php": {"5": "2018-12-31", "5.6": "2018-12-31", "7": "2022-11-28", "7.0": "2019-01-10", "7.1": "2019-12-01",
            "7.2": "2020-11-30", "7.3": "2021-12-06", "7.4": "2022-11-28", "8.0": "2023-11-26", "8.1": "2025-12-31"},
    "golang": {f"1.{minor}": day for minor, day in (
        (13, "2020-08-11"), (14, "2021-02-16"), (15, "2021-08-16"), (16, "2022-03-15"), (17, "2022-08-02"),
        (18, "2023-02-01"), (19, "2023-08-08"), (20, "2024-02-06"), (21, "2024-08-13"), (22, "2025-02-11"),
        (23, "2025-08-12"), (24, "2026-02-28"))},
    "postgres": {"9": "2021-11-11", "9.5": "2021-02-11", "9.6": "2021-11-11", "10": "2022-11-10", "11": "2023-11-09",
                 "12": "2024-11-21", "13": "2025-11-13"},
    "mysql": {"5": "2023-10-31", "5.6": "2021-02-05", "5.7": "2023-10-31", "8.0": "2026-04-30"},
    "mongo": {"3": "2021-04-30", "4": "2024-02-29", "4.0": "2022-04-30", "4.2": "2023-04-30", "4.4": "2024-02-29",
              "5": "2024-10-31", "5.0": "2024-10-31", "6": "2025-07-31", "6.0": "2025-07-31"},
    "redis": {"4": "2020-04-30", "5": "2022-04-27", "5.0": "2022-04-27", "6.0": "2023-08-15"},
    "elasticsearch": {"5": "2019-03-11", "6": "2022-02-10"},
    "fedora": {str(number): day for number, day in (
        (34, "2022-06-07"), (35, "2022-12-13"), (36, "2023-05-16"), (37, "2023-12-05"), (38, "2024-05-21"),
        (39, "2024-11-26"), (40, "2025-05-13"), (41, "2025-11-26"))},
}  # fmt: skip
"""The last day of support of release lines, by image name and the leading part of the tag."""


def is_official(name: str) -> bool:
    """Say whether a name without an owner is that of an image on Docker Hub."""
    return name in _OFFICIAL


def runs_as_root(image: Image) -> bool | None:
    """Say whether containers of an image run as root when nothing else is said; `None` when that is not known here."""
    name, tag = image.name, image.tag
    if not isinstance(name, str):
        return None
    if _NON_ROOT_NAME.search(name) or (isinstance(tag, str) and _NON_ROOT_NAME.search(tag)):
        return False
    if not isinstance(tag, str) and name.startswith(("gcr.io/distroless/", "mcr.microsoft.com/")):
        return None
    return True if name in RUNS_AS_ROOT or _ROOT_ELSEWHERE.match(name) else None


def has_dash(image: Image) -> bool:
    """Say whether it is known that `/bin/sh` of an image is dash, which knows no syntax of bash: Debian and Ubuntu."""
    if not isinstance(image.name, str) or not isinstance(image.tag, str) or image.name not in _ON_DEBIAN:
        return False
    return not re.search(r"alpine|windows|nanoserver|ubi|oracle|al20|amazonlinux|fedora|rocky", image.tag)


def is_small(image: Image) -> bool | None:
    """Say whether the tag is that of a small variant; `None` when the tag is not known."""
    return bool(_SLIM.search(image.tag)) if isinstance(image.tag, str) else None


def end_of_life(image: Image) -> tuple[str, str] | None:
    """Return the release line and the last day of support when it had passed at `AS_OF`; `None` otherwise."""
    lines = END_OF_LIFE.get(image.name) if isinstance(image.name, str) else None
    if lines is None or not isinstance(image.tag, str):
        return None
    head = re.split(r"[-_]", image.tag)[0]
    version = re.match(r"v?(\d+(?:\.\d+)*)", head)
    parts = version[1].split(".") if version else []
    keys: list[str] = [".".join(parts[:count]) for count in (2, 1) if len(parts) >= count] or [head]
    if len(parts) >= 2 and image.name in {
        "alpine",
        "golang",
        "python",
        "ruby",
        "php",
        "ubuntu",
        "mysql",
        "mongo",
        "redis",
    }:
        keys = keys[:1]
    for key in keys:
        day = lines.get(key)
        if day is not None:
            return (key, day) if day <= AS_OF else None
    return None


def lacks(image: Image, tool: str) -> bool:
    """Say whether it is known that an image has no `curl` or `wget`."""
    name: Any = image.name
    if not isinstance(name, str) or not isinstance(image.tag, str):
        return False
    slim, alpine = "slim" in image.tag, "alpine" in image.tag
    if name.startswith("gcr.io/distroless/"):
        return "debug" not in image.tag
    if tool == "curl":
        return name in {"alpine", "busybox", "debian", "ubuntu", "scratch"} or (
            name in {"node", "python", "ruby", "golang"} and (slim or alpine)
        )
    if tool == "wget":
        return name in {"debian", "ubuntu", "scratch"} or (name in {"node", "python", "ruby"} and slim)
    return False
