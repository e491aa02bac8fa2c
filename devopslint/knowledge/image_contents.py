"""What is in images that many build on: their system, their programs, accounts, variables and working folder.

The table of the Docker Official Images is made by `scripts/official_images.py` from their Dockerfiles. What the systems
below them lack is from the package lists of the images of Alpine, Debian, Ubuntu, Fedora, Rocky Linux, AlmaLinux, Amazon
Linux, Oracle Linux and UBI, as they stood in 2026; .NET from github.com/dotnet/dotnet-docker, the rest from the
documentation of the images.
"""

from __future__ import annotations

import re
from functools import lru_cache

from devopslint.knowledge.end_of_life import end_of_life
from devopslint.knowledge.images import name_without_mirror
from devopslint.knowledge.tables import read_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from devopslint.knowledge.images import Image

_MIRRORS = ("public.ecr.aws/docker/library/", "mirror.gcr.io/library/", "public.ecr.aws/ubuntu/")
_VERSION_NAMES = frozenset(
    {"stretch", "buster", "bullseye", "bookworm", "trixie", "forky", "sid", "wheezy", "jessie", "bionic", "focal", "jammy",
     "noble", "oracular", "plucky", "questing", "resolute", "xenial", "trusty", "edge", "rc", "beta", "stable", "unstable",
     "rolling", "devel", "mainline", "lts", "current", "hydrogen", "iron", "jod", "krypton", "latest", "b", "u"}
)  # fmt: skip
_RUNTIMES = frozenset(
    {"bun", "bundle", "cargo", "cmake", "composer", "dotnet", "g++", "gcc", "gem", "git", "go", "gradle", "java", "javac", "jq",
     "make", "mvn", "node", "npm", "npx", "php", "pipenv", "pnpm", "poetry", "ruby", "uv", "yarn"}
)  # fmt: skip
_MANAGERS = frozenset({"apk", "apt", "apt-get", "dnf", "microdnf", "pacman", "tdnf", "yum", "zypper"})
_OTHERS = frozenset({"bash", "curl", "gpg", "nc", "perl", "pip", "pip3", "ps", "python", "python3", "ssh", "sudo", "unzip"}) | {
    "useradd", "groupadd", "usermod", "wget", "zip"
}  # fmt: skip
_SAME_PACKAGE = {"pgrep": "ps", "pkill": "ps", "scp": "ssh", "ssh-keygen": "ssh", "ssh-keyscan": "ssh"}
"""Program → one that comes with it; in the small systems of busybox both are there."""
PROGRAMS = _RUNTIMES | _MANAGERS | _OTHERS | {"sh", "ping", *_SAME_PACKAGE}
"""The programs that are known here to be there or not."""
_RED_HAT = _RUNTIMES | {"apk", "apt", "apt-get", "pacman", "tdnf", "zypper", "wget"}
_LACKS = {
    "alpine": PROGRAMS - {"apk", "nc", "sh", "ping", "ps", "unzip", "wget"},
    "busybox": PROGRAMS - {"nc", "ping", "ps", "sh", "unzip", "wget"},
    "scratch": PROGRAMS,
    "debian": PROGRAMS - {"apt", "apt-get", "bash", "groupadd", "perl", "sh", "useradd", "usermod"},
    "ubuntu": PROGRAMS - {"apt", "apt-get", "bash", "groupadd", "perl", "ps", "sh", "useradd", "usermod"},
    "fedora": _RED_HAT - {"wget"},
    "rockylinux": _RED_HAT,
    "almalinux": _RED_HAT,
    "centos": _RED_HAT,
    "amazonlinux": _RED_HAT,
    "oraclelinux": _RED_HAT,
    "ubi": _RED_HAT,
    "ubi-minimal": _RED_HAT | {"dnf", "yum"},
    "photon": _RUNTIMES | {"apk", "apt", "apt-get", "pacman", "zypper", "wget"},
    "opensuse": _RUNTIMES | {"apk", "apt", "apt-get", "dnf", "microdnf", "pacman", "tdnf", "yum"},
    "archlinux": _RUNTIMES | (_MANAGERS - {"pacman"}) | {"wget"},
}
"""System → what its image does not have."""
_SYSTEMS = (
    (re.compile(r"(?:alpine|busybox|scratch|debian|ubuntu|fedora|centos|amazonlinux|oraclelinux|photon|archlinux)$"), ""),
    (re.compile(r"(?:almalinux|rockylinux)(?:/(?:almalinux|rockylinux|\d+-base))?$"), ""),
    (re.compile(r"opensuse/(?:leap|tumbleweed)$"), "opensuse"),
    (re.compile(r"registry\.access\.redhat\.com/ubi[89](?:/ubi)?-minimal$"), "ubi-minimal"),
    (re.compile(r"registry\.access\.redhat\.com/ubi\d+(?:/ubi(?:-init)?)?$"), "ubi"),
    (re.compile(r"gcr\.io/distroless/"), "scratch"),
    (re.compile(r"cgr\.dev/chainguard/static$"), "scratch"),
    (re.compile(r"quay\.io/centos/centos$"), "centos"),
)  # fmt: skip
OWN = {
    "bash": {"bash"},
    "caddy": {"caddy"},
    "composer": {"php", "composer"},
    "denoland/deno": {"deno"},
    "docker": {"docker"},
    "ghost": {"node", "npm", "npx", "yarn"},
    "golang": {"go"},
    "gradle": {"gradle", "java", "javac"},
    "maven": {"mvn", "java", "javac"},
    "mcr.microsoft.com/dotnet/aspnet": {"dotnet"},
    "mcr.microsoft.com/dotnet/runtime": {"dotnet"},
    "node": {"node", "npm", "npx", "yarn", "corepack"},
    "oven/bun": {"bun", "bunx", "node"},
    "php": {"php"},
    "pypy": {"python", "python3", "pip", "pip3", "pypy"},
    "python": {"python", "python3", "pip", "pip3"},
    "redmine": {"ruby", "gem", "bundle"},
    "ruby": {"ruby", "gem", "bundle"},
    "rust": {"cargo", "rustc"},
    **{name: {"php"} for name in ("drupal", "joomla", "nextcloud", "phpmyadmin", "wordpress", "adminer")},
    **{
        name: {"java", "javac"}
        for name in
        ("amazoncorretto", "cassandra", "clojure", "eclipse-temurin", "flink", "groovy", "ibm-semeru-runtimes", "jetty",
         "jruby", "neo4j", "openjdk", "sapmachine", "solr", "sonarqube", "tomcat", "tomee", "zookeeper")
    },
}  # fmt: skip
"""Image → the programs that it is there for, which come by no package."""
_DOTNET = {
    "users": ["app"],
    "groups": ["app"],
    "env": ["APP_UID", "ASPNETCORE_HTTP_PORTS", "ASPNET_VERSION", "DOTNET_RUNNING_IN_CONTAINER", "DOTNET_VERSION"],
}
_BUN = {"users": ["bun"], "groups": ["bun"], "env": ["BUN_INSTALL_BIN", "PATH"], "workdir": "/home/bun/app"}
_ELSEWHERE = {
    **{
        f"mcr.microsoft.com/dotnet/{name}": {
            "": {**_DOTNET, "system": "debian", "or": "ubuntu"},
            "slim": {**_DOTNET, "system": "debian"},
            "alpine": {**_DOTNET, "system": "alpine"},
        }
        for name in ("aspnet", "runtime", "runtime-deps")
    },
    "oven/bun": {
        **{words: {**_BUN, "system": "debian"} for words in ("", "debian", "slim")},
        "alpine": {**_BUN, "system": "alpine"},
    },
}
"""Images of other makers, in the form of the table. .NET is on Debian up to version 9 and on Ubuntu since."""
_DISTROLESS = {"java": {"java"}, "python3": {"python", "python3"}, "nodejs": {"node"}}
"""What the images of Google's distroless project have besides their libraries, by how their names begin."""
_ACCOUNTS = {
    "debian": "root daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc gnats _apt nobody",
    "ubuntu": "root daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc gnats _apt nobody ubuntu",
    "alpine": "root bin daemon adm lp sync shutdown halt mail news uucp operator man postmaster cron ftp sshd at squid xfs "
    "games cyrus vpopmail ntp smmsp guest nobody",
    "busybox": "root daemon bin sys sync mail www-data operator nobody",
    "scratch": "root",
}
_GROUPS = {
    "debian": "root daemon bin sys adm tty disk lp mail news uucp man proxy kmem dialout fax voice cdrom floppy tape sudo "
    "audio dip www-data backup operator list irc src gnats shadow utmp video sasl plugdev staff games users nogroup _ssh",
    "alpine": "root bin daemon sys adm tty disk lp mem kmem wheel floppy mail news uucp man cron console audio cdrom dialout "
    "ftp sshd input at tape video netdev readproc squid xfs kvm games shadow cdrw www-data usb vpopmail users ntp nofiles "
    "smmsp locate abuild utmp ping nogroup nobody guest cyrus",
}
_ONCE_THERE = frozenset({"ping", "ps", "python3"})
_FIRST_VERSIONS = re.compile(r"debian:(?:[78]\b|jessie|wheezy|squeeze)|ubuntu:(?:1[0-5]\.|trusty|precise)")
"""Systems whose images had `_ONCE_THERE` as well."""
_WITHOUT_SHADOW = re.compile(r"^amazonlinux:2023|/ubi[89](?:/ubi)?-minimal:")
"""Images of the family of Red Hat that come without the package shadow-utils."""
_WITHOUT_UBUNTU = re.compile(r"(?:1\d|2[0-2])\.|(?:trusty|xenial|bionic|focal|jammy|kinetic)\b")
"""Tags of Ubuntu's image before 23.04, which has brought the account `ubuntu`."""


def variant(tag: str) -> str:
    """Return the words of a tag that are no versions, sorted: `22-bookworm-slim` is `slim`."""
    words = set()
    for part in tag.split("-"):
        word = re.sub(r"(?<![\d.])[\d.]++(?:rc\d*|beta\d*|alpha\d*|[a-z])?$", "", part) if part[:1].isalpha() else ""
        if word and word not in _VERSION_NAMES:
            words.add(word)
    return " ".join(sorted(words))


@lru_cache(maxsize=1024)
def contents(image: Image) -> dict[str, Any] | None:
    """Return what is known of an image: `system`, and for a Docker Official Image the facts of its variant."""
    name, tag = plain_name(image), image.tag
    if name == "scratch":
        return {"system": "scratch"}
    if not name or not isinstance(tag, str) or re.search(r"windows|nanoserver", tag):
        return None
    if name.startswith("gcr.io/distroless/"):
        return (
            None
            if "debug" in tag or "debug" in name
            else {"system": "scratch", "users": ["nobody", "nonroot"], "groups": ["nobody", "nonroot", "tty", "staff"]}
        )
    for pattern, system in _SYSTEMS:
        match = pattern.match(name)
        if match:
            if "dev" in tag.split("-") or (re.search(r"minimal|slim|micro", tag) and system + name != "debian"):
                return None
            return {"system": system or match.group().partition("/")[0]}
    rows = read_table("knowledge", "official_images")["images"].get(name) or _ELSEWHERE.get(name)
    found = rows.get(variant(tag)) if rows and (tag or not image.digest) else None
    return found if isinstance(found, dict) else None


def plain_name(image: Image) -> str:
    """Return the name of an image without the registries that pass on those of Docker Hub; `""` when it is not known."""
    return name_without_mirror(image, _MIRRORS)


@lru_cache(maxsize=4096)
def lacks(image: Image, program: str) -> bool:
    """Say whether it is known that an image does not have a program of `PROGRAMS`."""
    name = plain_name(image)
    program = _SAME_PACKAGE.get(program, program)
    if name == "eclipse-temurin" and program == "javac":
        return isinstance(image.tag, str) and "jre" in image.tag.split("-")
    if program not in PROGRAMS or program in OWN.get(name, ()):
        return False
    found = contents(image)
    if found is None or (program == "ping" and len(found) > 1):
        return False
    if program in {"useradd", "groupadd", "usermod"} and _WITHOUT_SHADOW.search(f"{name}:{image.tag}"):
        return True
    if any(name.startswith(f"gcr.io/distroless/{start}") and program in own for start, own in _DISTROLESS.items()):
        return False
    if _may_have_had(image, program, found):
        return False
    programs = found.get("programs", ())
    if program in programs or (
        "?" in programs
        and program not in _MANAGERS | {"bun", "cargo", "composer", "go", "mvn", "pnpm", "poetry", "uv", "yarn"}
    ):
        return False
    systems = [str(found.get(key)) for key in ("system", "or") if key in found]
    return all(program in _LACKS.get(system, ()) for system in systems)


def _may_have_had(image: Image, program: str, found: dict[str, Any]) -> bool:
    """Say whether an older version of an image, of which the tables do not speak, may have a program of the system."""
    name, tag = plain_name(image), str(image.tag)
    if len(found) == 1:
        return program in _ONCE_THERE and _FIRST_VERSIONS.match(f"{name}:{tag}") is not None
    if program not in _OTHERS | {"git", "make", "gcc", "g++"} or re.search(r"alpine|slim", tag):
        return False
    rows = read_table("knowledge", "official_images")["images"].get(name, {})
    return (bool(rows) and end_of_life(image) is not None) or any(
        program in row.get("programs", ())
        for words, row in rows.items()
        if isinstance(row, dict) and row.get("system") == found.get("system") and "builder" not in words
    )


@lru_cache(maxsize=1024)
def accounts(image: Image) -> tuple[frozenset[str], frozenset[str]] | None:
    """Return the users and the groups of an image; `None` when they are not known."""
    found = contents(image)
    system = str(found.get("system")) if found is not None else ""
    if found is None or system not in _ACCOUNTS or "or" in found or "?" in found.get("programs", ()):
        return None
    if not found.get("users") and (found.get("drops") or found.get("user")):
        return None  # it has an account of its own, and the table does not tell its name
    # Accounts that packages make are in no table: most are called like what the image is there for.
    own = frozenset(re.split(r"[/-]", plain_name(image)))
    users = frozenset(_ACCOUNTS[system].split()) | frozenset(found.get("users", ())) | own
    if plain_name(image) == "ubuntu" and isinstance(image.tag, str) and _WITHOUT_UBUNTU.match(image.tag):
        users -= {"ubuntu"}
    groups = frozenset(_GROUPS.get("debian" if system == "ubuntu" else system, "").split())
    return users, groups | users | frozenset(found.get("groups", ()))
