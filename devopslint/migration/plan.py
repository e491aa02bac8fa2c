"""What the configuration files of peers come to, and how it is written as one of ours."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from devopslint.policy.rule import Rule
    from devopslint.syntax.source import Source

_ORDER = ("strict", "note", "warning", "error", "never", False, True)
"""What lets more be seen, first."""
_EVERYTHING = frozenset({"dockerfile", "kubernetes", "terraform", "workflow"})
"""The kinds of files that a peer must look at for what it says of all its files to hold for all of ours."""
_UNSAID = {"fail-on": "warning", "min-level": "note"}
_SCRIPTS_IN = {
    "dockerfile": ("[Dd]ockerfile*", "*.[Dd]ockerfile", "[Cc]ontainerfile*", "*.[Cc]ontainerfile"),
    "workflow": (".github/**", "action.yml", "action.yaml"),
}
"""The kinds of files that hold scripts, and the globs that fit them."""
_TITLES = {
    "dependabot": "Dependabot", "dockerfile": "Dockerfiles", "kubernetes": "manifests", "shell": "scripts",
    "terraform": "Terraform", "workflow": "workflows",
}  # fmt: skip
_LONGEST = 80
"""Letters of a glob that are shown."""
_CODE = re.compile(r"SC\d{4}$", re.IGNORECASE)
_BRACES = re.compile(r"\{([^{}]+)\}")
_MOST_GLOBS = 256
"""Globs that one with choices may stand for: of a few pairs of braces more there are millions."""
_PLAIN = re.compile(r"[A-Za-z][\w./-]*$")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


class Migration:
    """Rules left out (everywhere, or for some globs), levels, options, settings, and what has no equal.

    `today` is the day (ISO) by which what was put up with for a while is over.
    """

    def __init__(self, rules: Iterable[Rule], today: str) -> None:
        self._rules = list(rules)
        self.today = today
        self.sources: dict[str, Sequence[str]] = {}
        """Each file that was read, and the artifacts that its peer is about."""
        self.artifacts: Sequence[str] = ()
        """Those of the file that is being read."""
        self.choosing: set[str] = set()
        """The files that say what alone is to run."""
        self.select: dict[str, str] = {}
        self.ignore: dict[str, str] = {}
        self.for_paths: dict[tuple[str, ...], dict[str, str]] = {}
        self.levels: dict[str, tuple[str, str]] = {}
        self.levels_for: dict[tuple[str, ...], dict[str, tuple[str, str]]] = {}
        self.options: dict[str, dict[str, tuple[Any, str]]] = {}
        self.settings: dict[str, tuple[Any, str]] = {}
        self.exclude: dict[str, str] = {}
        self.without: list[str] = []
        self.unread: list[str] = []
        """What could not be read of the files, and where."""

    def set_one(self, name: str, value: Any, where: str) -> None:
        """Set what holds for all files; where peers differ over a level, the one that lets more be seen holds.

        What a peer says of a few kinds of files is told instead: no setting of ours holds for these alone. What holds here
        without being said is left unsaid.
        """
        if not _EVERYTHING.issubset(self.artifacts) and value == _UNSAID.get(name):
            return
        if not _EVERYTHING.issubset(self.artifacts):
            kinds = [_TITLES[artifact] for artifact in self.artifacts]
            whole = " and ".join([", ".join(kinds[:-1]), kinds[-1]] if kinds[1:] else kinds)
            why = f"it is about {whole} alone, and `{name}: {_value(value)}` would hold for all files here"
            self.none_for(where, "", why)
            return
        before, said = self.settings.get(name, (value, where))
        if before != value:
            kept = min((before, said), (value, where), key=lambda one: _ORDER.index(one[0]))
            dropped = (value, where) if kept == (before, said) else (before, said)
            self.none_for(dropped[1], f"{name}: {dropped[0]}", f"{kept[1]} asks for {kept[0]}")
            before, said = kept
        self.settings[name] = before, said

    def skip(self, artifact: str, name: str, where: str) -> None:
        """Leave out what stands in a kind of files, unless another peer looks at them."""
        if any(artifact in artifacts for other, artifacts in self.sources.items() if other != name):
            self.none_for(where, artifact, "another peer looks at these files")
        else:
            self.ignore.setdefault(artifact, where)

    def leave_unread(self, glob: str, where: str) -> None:
        """Exclude files; what a peer of one kind does not look at, others still do."""
        for one in self.globs_of(glob.removeprefix("./"), where):
            if len(self.artifacts) > 1:
                self.exclude.setdefault(one, where)
            else:
                self.for_paths.setdefault((one,), {}).update(dict.fromkeys(self.artifacts, where))

    def globs_of(self, glob: str, where: str) -> list[str]:
        """Return the globs that one with choices stands for; what our configuration would take for a fault is told."""
        from devopslint.config.glob_faults import glob_fault

        found = expanded(glob)
        faults = dict.fromkeys(filter(None, map(glob_fault, found))) if found else ["too many globs in one"]
        for fault in faults:
            self.none_for(where, glob if len(glob) < _LONGEST else f"{glob[:_LONGEST]}…", fault)
        return [one for one in found if glob_fault(one) is None]

    def choose(self, word: str, name: str, why: str) -> None:
        """Run what a word selects, and nothing else that is not chosen, too."""
        self.choosing.add(name)
        self.select.setdefault(word, why)

    def none_for(self, where: str, what: str = "", why: str = "") -> None:
        """Put on the list what has no equal."""
        line = ": ".join(one for one in (where, what, why) if one)
        if line not in self.without:
            self.without.append(line)

    def not_read(self, source: Source, at: int, why: str) -> None:
        """Tell of a file, or a part of it, that can't be read."""
        line, column = source.position(at)
        self.unread.append(f"{source.path}:{line}:{column}: {why}")

    def rules_for(self, peer: str, identifier: str, where: str, *, quiet: bool = False) -> list[Rule]:
        """Return our rules that a peer's rule means; what has no equal is put on the list."""
        from devopslint.policy.families import members_named
        from devopslint.policy.peers import names_for_peer

        word = f"{'shellcheck' if _CODE.match(identifier) else peer}:{identifier}"
        found = [rule for rule in self._rules if names_for_peer(word, rule.raw.get("equivalents", ()))]
        found += members_named(word, self._rules)
        if not found and not quiet:
            self.none_for(where, identifier, "no rule here is its equal")
        return found

    def ids_of(self, peer: str) -> set[str]:
        """Return the ids of a peer's rules that have an equal here."""
        known = (one.partition(":") for rule in self._rules for one in rule.raw.get("equivalents", ()))
        return {identifier for owner, _, identifier in known if owner == peer}

    def leave_out(
        self, peer: str, identifiers: Iterable[Any], where: str, paths: Iterable[str] = (), why: str = ""
    ) -> None:
        """Leave out what is the equal of a peer's rules, everywhere or for some paths."""
        paths = list(paths)
        chosen: list[tuple[str, ...]] = [(one,) for path in paths for one in self.globs_of(path, where)]
        for identifier in identifiers:
            for rule in self.rules_for(peer, str(identifier), where):
                said = f"{peer} {identifier}" + (f": {why}" if why else "")
                for one in chosen if paths else [self._globs_of(rule, str(identifier))]:
                    (self.for_paths.setdefault(one, {}) if one else self.ignore).setdefault(rule.id, said)

    def level(self, peer: str, identifiers: Iterable[Any], level: str, where: str) -> None:
        """Give the equals of a peer's rules a level, and so let them run in every profile."""
        for identifier in identifiers:
            for rule in self.rules_for(peer, str(identifier), where):
                globs = self._globs_of(rule, str(identifier))
                levels = self.levels_for.setdefault(globs, {}) if globs else self.levels
                levels[rule.id] = level, f"{peer} {identifier}"

    def _globs_of(self, rule: Rule, identifier: str) -> tuple[str, ...]:
        """Return globs of the files in which a peer looks for what a rule on all scripts means; none for everywhere."""
        if rule.id.partition("/")[0] != "shell" or "shell" in self.artifacts:
            return ()
        meant = "dockerfile" if "DOCKER" in identifier else "workflow" if "_GHA_" in identifier else ""
        kinds = [kind for kind in _SCRIPTS_IN if kind == meant or (not meant and kind in self.artifacts)]
        return () if len(kinds) == len(_SCRIPTS_IN) else tuple(glob for kind in kinds for glob in _SCRIPTS_IN[kind])

    def switch_on(self, peer: str, identifiers: Iterable[Any], where: str, why: str) -> None:
        """Let the equals of a peer's rules run in every profile: one that the configuration gives a level does."""
        for identifier in identifiers:
            for rule in self.rules_for(peer, str(identifier), where):
                if rule.raw.get("profile", "default") != "default" or rule.raw.get("preview"):
                    self.levels.setdefault(rule.id, (rule.level, f"{peer} {identifier}: {why}"))

    def only(self, peer: str, identifiers: Iterable[Any], where: str) -> None:
        """Run the equals of a peer's rules, and nothing else that is not selected besides."""
        for identifier in identifiers:
            for rule in self.rules_for(peer, str(identifier), where):
                self.choose(rule.id, where, f"{peer} {identifier}")

    def option(self, peer: str, identifier: str, names: Sequence[str], value: Any, where: str) -> None:
        """Set an option of the rules that are the equal of a peer's, whichever of the names they have."""
        found = False
        for rule in self.rules_for(peer, identifier, where):
            declared = rule.raw.get("options", {})
            for name in [name for name in names if name in declared][:1]:
                found = True
                self.options.setdefault(rule.id, {})[name] = value, where
        if not found:
            self.none_for(where, "", "there is no option for it here")

    def _choose_for_others(self) -> None:
        """Where one peer is told what alone to run, what the others are about runs as it did."""
        if not self.select:
            return
        for name, artifacts in self.sources.items():
            for artifact in artifacts if name not in self.choosing else ():
                self.select.setdefault(artifact, name)
        if {"dockerfile", "workflow"} & self.select.keys():
            self.select.setdefault("shell", "what RUN and run: hold")

    def to_yaml(self) -> str:
        """Return our configuration."""
        self._choose_for_others()
        levels = {ours: said for ours, said in self.levels.items() if ours not in self.ignore}
        lines = [f"# From {', '.join(self.sources)}, by `devopslint migrate`."]
        lines += [f"{name}: {_value(value)}{_said(where)}" for name, (value, where) in self.settings.items()]
        for name, words in (("select", self.select), ("ignore", self.ignore), ("exclude", self.exclude)):
            if words:
                ordered = words.items() if name == "exclude" else sorted(words.items())
                lines += [f"{name}:", *(f"  - {_quoted(word)}{_said(why)}" for word, why in ordered)]
        rules = sorted({*levels, *self.options})
        if rules:
            lines.append("rules:")
        for ours in rules:
            lines.append(f"  {ours}:")
            if ours in levels:
                level, why = levels[ours]
                lines.append(f"    level: {level}{_said(why)}")
            if ours in self.options:
                lines.append("    options:")
                lines += [
                    f"      {name}: {_value(value)}{_said(why)}" for name, (value, why) in self.options[ours].items()
                ]
        if self.for_paths or self.levels_for:
            lines.append("overrides:")
        for paths in {**self.for_paths, **self.levels_for}:
            lines += [f"  - paths: {_value(paths)}"]
            if paths in self.for_paths:
                ignored = sorted(self.for_paths[paths].items())
                lines += ["    ignore:", *(f"      - {ours}{_said(why)}" for ours, why in ignored)]
            if paths in self.levels_for:
                lines.append("    rules:")
                for ours, (level, why) in sorted(self.levels_for[paths].items()):
                    lines.append(f"      {ours}: {{level: {level}}}{_said(why)}")
        if self.without:
            lines += ["# What has no equal here:", *(f"#   {_in_comment(line)}" for line in self.without)]
        return "\n".join(lines) + "\n"


def from_root(path: str) -> str:
    """Return the glob for a path from the root: a name alone would fit at any depth."""
    path = path.removeprefix("./")
    return path if "/" in path.rstrip("/") else f"/{path}"


def expanded(glob: str) -> list[str]:
    """Return the globs that one with choices in braces stands for; none when these are too many."""
    found: dict[str, None] = {}
    open_globs = [glob]
    while open_globs:
        one = open_globs.pop()
        choice = _BRACES.search(one)
        if choice is None:
            found[one] = None
        else:
            parts = reversed(choice.group(1).split(","))
            open_globs += (one[: choice.start()] + part + one[choice.end() :] for part in parts)
        if len(found) + len(open_globs) > _MOST_GLOBS:
            return []
    return list(found)


def _said(why: str) -> str:
    return f"  # {_in_comment(why)}" if why else ""


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_quoted(str(one)) for one in value)}]"
    return str(value) if isinstance(value, (int, float)) else _quoted(str(value))


def _in_comment(text: str) -> str:
    """Return a text on one line, without characters that no YAML may hold."""
    return "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))


def _quoted(text: str) -> str:
    if not text.isprintable():
        return '"' + "".join(map(_escaped, text)) + '"'
    plain = _PLAIN.match(text) and text.lower() not in _WORDS
    return text if plain else "'" + text.replace("'", "''") + "'"


def _escaped(char: str) -> str:
    """Return a character as it stands between double quotes."""
    if char in '"\\':
        return "\\" + char
    return char if char.isprintable() else f"\\U{ord(char):08x}"
