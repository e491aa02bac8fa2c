"""Facts about images that many build on: who they run as, what they lack, which have been given up.

From the Docker Official Images library and the Dockerfiles that its pages link, and the documentation of
GoogleContainerTools/distroless, of Microsoft's and Red Hat's images, as they stood at the end of 2025. Which release lines
have ended is the business of `end_of_life`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from devopslint.knowledge.image_contents import contents
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.knowledge.images import Image

RUNS_AS_ROOT = frozenset(
    {"almalinux", "alpine", "amazon/aws-cli", "amazoncorretto", "amazonlinux", "archlinux", "bash", "buildpack-deps",
     "busybox", "caddy", "centos", "clojure", "composer", "continuumio/anaconda3", "continuumio/miniconda3", "dart",
     "debian", "docker", "drupal", "eclipse-temurin", "elixir", "erlang", "fedora", "gcc", "golang",
     "google/cloud-sdk", "gradle", "groovy", "hashicorp/terraform", "haskell", "httpd", "ibmjava", "joomla", "julia",
     "kalilinux/kali-rolling", "maven", "nats", "nginx", "node", "nvidia/cuda", "openjdk", "opensuse/leap",
     "opensuse/tumbleweed", "oraclelinux", "oven/bun", "perl", "photon", "php", "phpmyadmin", "pypy", "python",
     "pytorch/pytorch", "r-base", "registry", "rocker/r-ver", "rockylinux", "ruby", "rust", "sapmachine", "scratch", "swift",
     "tensorflow/tensorflow", "tomcat", "traefik", "ubuntu", "wordpress"}
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

_ROOT_ELSEWHERE = lazily(
    r"^(?:gcr\.io/distroless/(?!.*nonroot)|mcr\.microsoft\.com/dotnet/|quay\.io/centos/|registry\.fedoraproject\.org/"
    r"|registry\.access\.redhat\.com/ubi\d+(?:/ubi)?(?:-minimal|-init|-micro)?$|public\.ecr\.aws/docker/library/)"
)
_HAS_USER = lazily(
    r"^(?:bitnami(?:legacy)?/|cgr\.dev/chainguard/(?!wolfi-base|busybox|go$|rust$|gcc)|quay\.io/jupyter/|jupyter/|selenium/|prom/"
    r"|registry\.access\.redhat\.com/ubi\d+/(?:go-toolset|httpd|nginx|nodejs|openjdk|perl|php|python|ruby)"
    r"|docker\.elastic\.co/(?:elasticsearch|kibana|logstash)/"
    r"|(?:apache/airflow|curlimages/curl|elasticsearch|gitlab/gitlab-runner-helper|grafana/\w+|jenkins/jenkins|kibana|logstash"
    r"|quay\.io/keycloak/keycloak|quay\.io/prometheus/\w+|openpolicyagent/opa|solr|sonarqube|timberio/vector)$)"
)
"""Images whose last USER is not root."""
_OF_WINDOWS = lazily(r"windows|nanoserver")
_NON_ROOT_NAME = lazily(r"(?:nonroot|non-root|rootless|unprivileged|chiseled)")
_SLIM = lazily(r"slim|alpine|distroless|chiseled|minimal|musl|micro|scratch|jre|wolfi|-ubi-micro", re.IGNORECASE)

FULL_VARIANTS = {
    "debian": "`-slim`",
    "eclipse-temurin": "`-jre`",
    "ibm-semeru-runtimes": "`-jre`",
    "sapmachine": "`-jre`",
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

LARGE_SYSTEMS = {
    "ubuntu": "`debian:…-slim`, alpine, a distroless or a chiseled image",
    "fedora": "`registry.access.redhat.com/ubi9/ubi-minimal`, `debian:…-slim` or alpine",
    "centos": "`registry.access.redhat.com/ubi9/ubi-minimal`",
    "amazonlinux": "`amazonlinux:…-minimal`",
    "opensuse/leap": "`registry.suse.com/bci/bci-micro`",
    "opensuse/tumbleweed": "`registry.suse.com/bci/bci-micro`",
    **dict.fromkeys(("almalinux", "rockylinux", "rockylinux/rockylinux"), "the `-minimal` variant"),
    "oraclelinux": "the `-slim` variant",
}
"""Images of whole distributions, and what is smaller."""

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
    "mcr.microsoft.com/dotnet/core/sdk": "its last line, 3.1, ended in 2022; it is `mcr.microsoft.com/dotnet/sdk` now",
    "mcr.microsoft.com/dotnet/core/aspnet": "its last line, 3.1, ended in 2022; it is `mcr.microsoft.com/dotnet/aspnet` now",
    "mcr.microsoft.com/dotnet/core/runtime": "its last line, 3.1, ended in 2022; it is `mcr.microsoft.com/dotnet/runtime` now",
    "microsoft/aspnetcore": "it has moved to `mcr.microsoft.com/dotnet/aspnet`",
    "adoptopenjdk": "it was given up in 2021 for `eclipse-temurin`",
    "vault": "it has moved to `hashicorp/vault`",
    "consul": "it has moved to `hashicorp/consul`",
    "owncloud": "it was given up in 2018 for `owncloud/server`",
    "iojs": "io.js became `node` in 2015",
    "ubuntu-debootstrap": "it was given up in 2016",
}
"""Images that get no updates any more, and why."""
_ON_OPENJDK = frozenset({"clojure", "gradle", "groovy", "jruby", "maven", "tomcat", "tomee", "sbtscala/scala-sbt"})
_GIVEN_UP = lazily(r"adoptopenjdk/openjdk\d+(?:-openj9)?$")
_STREAM = lazily(r"stream8\b")


@lru_cache(maxsize=1024)
def deprecation(image: Image) -> str:
    """Return why an image gets no updates any more; `""` when it does, or that is not known."""
    name, tag = image.name, image.tag
    if not isinstance(name, str):
        return ""
    for mirror in ("public.ecr.aws/docker/library/", "mirror.gcr.io/library/"):
        name = name.removeprefix(mirror)
    if name in DEPRECATED:
        return DEPRECATED[name]
    if _GIVEN_UP.match(name):
        return DEPRECATED["adoptopenjdk"]
    if name in _ON_OPENJDK and isinstance(tag, str) and re.search("openjdk", tag):
        return "its variants on `openjdk` get no more updates; those on `eclipse-temurin` are their successors"
    if name == "quay.io/centos/centos" and isinstance(tag, str) and _STREAM.match(tag):
        return "CentOS Stream 8 ended in May 2024"
    return ""


def is_official(name: str) -> bool:
    """Say whether a name without an owner is that of an image on Docker Hub."""
    return name in _OFFICIAL


@lru_cache(maxsize=1024)
def runs_as_root(image: Image) -> bool | None:
    """Say whether containers of an image run as root when nothing else is said; `None` when that is not known here."""
    name, tag = image.name, image.tag
    if not isinstance(name, str):
        return None
    if _NON_ROOT_NAME.search(name) or (isinstance(tag, str) and _NON_ROOT_NAME.search(tag)):
        return False
    if _HAS_USER.match(name):
        return False
    facts = contents(image)
    if facts is not None and str(facts.get("user") or "root") not in {"root", "0"}:
        return False
    if isinstance(tag, str) and _OF_WINDOWS.search(tag):
        return None
    if not isinstance(tag, str) and name.startswith(("gcr.io/distroless/", "mcr.microsoft.com/")):
        return None
    return True if name in RUNS_AS_ROOT or _ROOT_ELSEWHERE.match(name) else None


def has_dash(image: Image) -> bool:
    """Say whether it is known that `/bin/sh` of an image is dash, which knows no syntax of bash: Debian and Ubuntu."""
    if not isinstance(image.name, str) or not isinstance(image.tag, str) or image.name not in _ON_DEBIAN:
        return False
    return not re.search(r"alpine|windows|nanoserver|ubi|oracle|al20|amazonlinux|fedora|rocky", image.tag)


@lru_cache(maxsize=1024)
def shell_of(image: Image) -> str | None:
    """Return what `/bin/sh` of an image is: `dash`, `ash` or `bash`; `None` when that is not known."""
    if has_dash(image):
        return "dash"
    name, tag = image.name, image.tag
    if not isinstance(name, str) or not isinstance(tag, str):
        return None
    if name in {"alpine", "busybox"} or (name in _OFFICIAL and re.search(r"alpine", tag)):
        return "ash"
    if name in _BASH_IMAGES or re.match(r"registry\.access\.redhat\.com/ubi\d", name):
        return "bash"
    return None


_BASH_IMAGES = frozenset(
    {"fedora", "centos", "rockylinux", "almalinux", "amazonlinux", "oraclelinux", "archlinux", "bash"}
)


def is_small(image: Image) -> bool | None:
    """Say whether the tag is that of a small variant; `None` when the tag is not known."""
    return bool(_SLIM.search(image.tag)) if isinstance(image.tag, str) else None


@lru_cache(maxsize=1024)
def has_no_shell(image: Image) -> bool:
    """Say whether it is known that an image has no shell at all."""
    name, tag = image.name, image.tag
    if not isinstance(name, str) or not isinstance(tag, str):
        return False
    if name.startswith("gcr.io/distroless/"):
        return "debug" not in tag and "debug" not in name
    if name.startswith("mcr.microsoft.com/dotnet/") and re.search(r"-(?:chiseled|distroless)\b", tag):
        return True
    return name == "scratch" or (name == "cgr.dev/chainguard/static" and "dev" not in tag)
