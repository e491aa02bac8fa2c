"""Write the table of what the Docker Official Images hold: system, user, accounts, programs, variables, working folder.

Source: the library files of github.com/docker-library/official-images, and the Dockerfiles that they name. Give a clone of
it, and a folder with clones of the repositories, each named `owner+name`; what is not there is left out:

    python scripts/official_images.py <official-images> <folder of clones> 2026-08-20

Only facts are kept. An image has several variants: the words of a tag that are no versions (`22-bookworm-slim` is `slim`).
Where versions of a variant differ, a program counts as there when one version has it, so that what is missing from the
table is missing from the image; the program `?` stands for packages that could not be read. What an image is there for, and
what is copied from another one, is in the images that are built on it as well.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from devopslint.artifacts.dockerfile.model import Model, Step, read_model
from devopslint.artifacts.dockerfile.words import read_pairs
from devopslint.knowledge.image_contents import OWN, PROGRAMS, variant
from devopslint.knowledge.images import image_name
from devopslint.knowledge.packages import is_install, packages
from devopslint.syntax.source import Source

TARGET = Path(__file__).parent.parent / "devopslint" / "knowledge" / "data" / "official_images.json"
DROPS_ROOT = re.compile(r"\b(?:gosu|su-exec|setpriv|setuidgid|runuser)\b")
STAND_INS = {
    "gcc": {"": "buildpack-deps:trixie"},
    "perl": {"": "buildpack-deps:trixie", "slim": "debian:trixie-slim"},
    "redis": {"": "debian:trixie-slim", "alpine": "alpine:3.24"},
}
"""Images whose repositories are too large or not to be had, and what they are built on by their documentation."""
BROUGHT = {
    "bash": ("bash",),
    "build-base": ("gcc", "g++", "make"),
    "build-essential": ("gcc", "g++", "make", "perl", "xz"),
    "bzip2": ("bzip2",),
    "clang": ("clang",),
    "curl": ("curl",),
    "curl-minimal": ("curl",),
    "default-jdk": ("java", "javac"),
    "dumb-init": ("dumb-init",),
    "file": ("file",),
    "findutils": ("find",),
    "g++": ("g++", "gcc"),
    "gcc": ("gcc",),
    "gcc-c++": ("g++", "gcc"),
    "gettext-base": ("envsubst",),
    "gettext": ("envsubst",),
    "git": ("git", "perl"),
    "gnupg": ("gpg",),
    "gnupg2": ("gpg",),
    "iproute2": ("ip",),
    "jq": ("jq",),
    "less": ("less",),
    "make": ("make",),
    "mercurial": ("hg", "python3"),
    "netcat-openbsd": ("nc",),
    "netcat": ("nc",),
    "nodejs": ("node",),
    "npm": ("node", "npm", "npx"),
    "openssh-client": ("ssh",),
    "openssl": ("openssl",),
    "patch": ("patch",),
    "perl": ("perl",),
    "procps": ("ps",),
    "py3-pip": ("python3", "pip", "pip3"),
    "python3": ("python3",),
    "python3-pip": ("python3", "pip", "pip3"),
    "rsync": ("rsync",),
    "shadow": ("useradd", "groupadd"),
    "subversion": ("svn",),
    "sudo": ("sudo",),
    "tini": ("tini",),
    "unzip": ("unzip",),
    "util-linux": ("ps",),
    "vim": ("vim",),
    "wget": ("wget",),
    "xz": ("xz",),
    "xz-utils": ("xz",),
    "zip": ("zip",),
    "zstd": ("zstd",),
}
"""Package → the programs that it brings, among those that people call in Dockerfiles."""


def library(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Return image → the entries of its library file, with what holds for all of them filled in."""
    found = {}
    for path in sorted(folder.iterdir()):
        blocks = [_fields(block) for block in re.split(r"\n\s*\n", path.read_text("utf-8"))]
        shared: dict[str, str] = {}
        entries = []
        for fields in blocks:
            if "Tags" in fields or "SharedTags" in fields:
                entries.append({**shared, **fields})
            else:
                shared.update(fields)
        found[path.name] = entries
    return found


def _fields(block: str) -> dict[str, str]:
    lines = [line for line in block.splitlines() if not line.startswith("#")]
    joined = re.sub(r"\n[ \t]+", " ", "\n".join(lines))
    return {key: value.strip() for key, _, value in (line.partition(":") for line in joined.splitlines()) if value}


class Clones:
    """The repositories of the images."""

    def __init__(self, folder: Path, images: dict[str, list[dict[str, str]]]) -> None:
        self.folder = folder
        self.by_tag: dict[str, dict[str, str]] = {}
        self.facts: dict[str, dict[str, Any] | None] = {}
        for name, entries in images.items():
            for entry in entries:
                for tag in re.split(r",\s*", f"{entry.get('Tags', '')}, {entry.get('SharedTags', '')}"):
                    if tag and "windows" not in entry.get("Architectures", ""):
                        self.by_tag.setdefault(f"{name}:{tag}", entry)

    def dockerfile(self, entry: dict[str, str]) -> str | None:
        """Return the Dockerfile of an entry, at its commit or at the newest that is there."""
        owner, name = entry["GitRepo"].removesuffix(".git").rstrip("/").split("/")[-2:]
        clone = self.folder / f"{owner}+{name}"
        commit = entry.get("amd64-GitCommit") or entry.get("GitCommit", "HEAD")
        path = "/".join(part for part in (entry.get("Directory", "."), entry.get("File", "Dockerfile")) if part != ".")
        for revision in (commit, "HEAD"):
            done = (
                subprocess.run(
                    ["git", "-C", str(clone), "show", f"{revision}:{path}"], capture_output=True, text=True, check=False
                )
                if clone.exists()
                else None
            )
            if done is not None and done.returncode == 0:
                return done.stdout
        return None

    def of(self, reference: str) -> dict[str, Any] | None:
        """Return the facts of an image; `None` when they are not known."""
        if reference not in self.facts:
            self.facts[reference] = None
            self.facts[reference] = self._read(reference)
        return self.facts[reference]

    def _entries(self, name: str, tag: str) -> list[dict[str, str]]:
        """Return the entry of a tag; of tags that are gone since, those of the same variant."""
        entry = self.by_tag.get(f"{name}:{tag}")
        if entry is not None:
            return [entry]
        wanted = variant(tag)
        return [
            entry
            for other, entry in self.by_tag.items()
            if other.startswith(name + ":") and variant(other.partition(":")[2]) == wanted
        ][:20]

    def _read(self, reference: str) -> dict[str, Any] | None:
        name, _, tag = reference.removeprefix("docker.io/").removeprefix("library/").partition(":")
        system = _system(name, tag)
        if system:
            return {"system": system, "user": "", "programs": set(), "env": set(), "users": set(), "groups": set()}
        text = None
        for entry in self._entries(name, tag or "latest"):
            text = text or self.dockerfile(entry)
        if text is None:
            return None
        model = read_model(Source(name, text))
        if model.final is None:
            return None
        root = model.final.root_stage.image_text
        if root == "scratch" and any(step.name == "ADD" for step in model.final.lineage()):
            return None
        below = self.of(root)
        if below is None:
            return None
        facts = _facts(model, below)
        facts["programs"] |= PROGRAMS & OWN.get(image_name(root), set())
        return facts


def _system(name: str, tag: str) -> str:
    """Return the system of a base image; `""` for one that is built on another."""
    if name in {
        "alpine",
        "busybox",
        "scratch",
        "fedora",
        "ubuntu",
        "amazonlinux",
        "oraclelinux",
        "rockylinux",
        "photon",
    }:
        return name
    if name == "debian":
        return "debian"
    if name.startswith("registry.access.redhat.com/ubi"):
        return "ubi"
    return ""


def _facts(model: Model, below: dict[str, Any]) -> dict[str, Any]:
    assert model.final is not None
    found = {key: (set(value) if isinstance(value, set) else value) for key, value in below.items()}
    for step in model.final.lineage():
        if step.name == "RUN":
            found["programs"] |= _installed(step)
            _accounts(step, found)
        elif step.name == "ENV":
            pairs, _ = read_pairs(step.instruction.fragment.text, step.instruction.rest, step.instruction.words)
            found["env"] |= {pair.name.value for pair in pairs}
        elif step.name == "COPY" and step.instruction.flag("from") is not None:
            found["programs"] |= PROGRAMS & {word.value.rpartition("/")[2] for word in step.instruction.words}
    for key, setting in (("user", "USER"), ("workdir", "WORKDIR")):
        held = model.final.setting(setting)
        if held is not None and isinstance(held.value, str):
            found[key] = held.value
    for key, setting in (("health", "HEALTHCHECK"), ("entry", "ENTRYPOINT")):
        if model.final.setting(setting) is not None:
            found[key] = True
    if DROPS_ROOT.search(model.source.text):
        found["drops"] = True
    return found


def _installed(step: Step) -> set[str]:
    """Return the programs of the packages that a RUN installs and does not remove again."""
    script = step.read_script()
    text = script.fragment.text
    own = {assignment.name for command in script for assignment in command.assignments}
    removed = {word for command in script.named("apk") if "del" in command.args for word in command.args}
    names: set[str] = set()
    gone: set[str] = set()
    forgets = False
    for command in script:
        words = command.args
        if "savedAptMark" in text and command.name == "" and any(a.name == "savedAptMark" for a in command.assignments):
            forgets = True
        if is_install(command) and not forgets:
            if command.name == "apk" and command.value_of("--virtual", "-t") in removed:
                continue
            for word in packages(command):
                if word.expands and word.text.strip("${}") in own:
                    continue  # libraries that were found by what is linked, and the packages of the program itself
                held = step.scope.get(word.text.strip("${}")) if word.expands else None
                words_in = str(held.value).split() if held is not None else [word.text]
                names |= {"?" if name.startswith("$") else re.split(r"[=~<>:]", name)[0] for name in words_in}
        if command.name in {"apt-get", "apk", "yum", "dnf", "microdnf"} and {"purge", "remove", "del", "erase"} & set(
            words
        ):
            gone |= set(words)
        if command.name == "apt-mark" and words[:1] in (["auto"], ["manual"]):
            names, forgets = (set() if words[0] == "auto" else names), False
    if "?" in names:
        return {"?"} | {program for name in names - gone for program in BROUGHT.get(name, ())}
    return {program for name in names - gone for program in BROUGHT.get(name, ())}


def _accounts(step: Step, found: dict[str, Any]) -> None:
    for command in step.read_script():
        operands = [word.text for word in command.operands(VALUED) if not word.expands]
        if command.name in {"useradd", "adduser"} and operands:
            if command.name == "adduser" and len(operands) == 2:
                found["groups"].add(operands[1])
            found["users"].add(operands[0] if command.name == "adduser" else operands[-1])
        if command.name in {"groupadd", "addgroup"} and operands:
            found["groups"].add(operands[-1] if command.name == "groupadd" else operands[0])


VALUED = frozenset(
    ("-u", "--uid", "-g", "--gid", "-G", "--groups", "-d", "--home", "--home-dir", "-s", "--shell", "-c", "--comment")
) | {"-h", "-k", "-b", "-e", "--gecos", "--ingroup"}


def merged(left: dict[str, Any] | None, right: dict[str, Any]) -> dict[str, Any]:
    """Return what holds of two versions of one variant."""
    if left is None:
        return right
    found = dict(left)
    for key in ("programs", "env", "users", "groups"):
        found[key] = left[key] | right[key]
    for key in ("system", "user", "workdir"):
        if left.get(key) != right.get(key):
            found[key] = None
    for key in ("drops", "health", "entry"):
        if left.get(key) or right.get(key):
            found[key] = True
    return found


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        key: sorted(value) if isinstance(value, set) else value
        for key, value in facts.items()
        if value or (value is None and key in {"system", "user", "workdir"})
    }


def main() -> None:
    """Write the table."""
    folder, clones, as_of = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    images = library(folder / "library")
    known = Clones(clones, images)
    table: dict[str, dict[str, Any]] = {name: {} for name in images}
    lost: set[str] = set()
    for reference in sorted(known.by_tag):
        name, _, tag = reference.partition(":")
        if _system(name, tag):
            continue
        facts = known.of(reference)
        if facts is None:
            lost.add(reference)
        else:
            table[name][variant(tag)] = merged(table[name].get(variant(tag)), facts)
    for name, rows in STAND_INS.items():
        for words, base in rows.items():
            table[name].setdefault(
                words, {**(known.of(base) or {}), "drops": name == "redis", "entry": name == "redis"}
            )
    sys.stderr.write(f"not known: {len(lost)} of {len(known.by_tag)} tags\n")
    plain = {name: {key: _plain(facts) for key, facts in sorted(rows.items())} for name, rows in table.items()}
    body = ",\n".join(f" {json.dumps(name)}: {json.dumps(plain[name])}" for name in sorted(plain) if plain[name])
    TARGET.write_text(f'{{"as_of": "{as_of}", "images": {{\n{body}\n}}}}\n', "utf-8")


if __name__ == "__main__":
    main()
