"""The catalog of rules, loaded group by group from an index so that a run never reads a rule file."""

from __future__ import annotations

import json
import os

from devopslint.policy.families import members_named
from devopslint.policy.finding import DOCS_URL, RuleInfo
from devopslint.policy.rule import Rule
from devopslint.policy.rule_files import COLD, RuleFileError, fingerprint, group_of, rule_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from devopslint.policy.rule_files import Index

    Subjects = Callable[[], Mapping[str, tuple[str, ...]]]

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PACKED_RULES = os.path.join(_PACKAGE, "rules")
"""Where a wheel carries the rules, with their index."""
CHECKOUT_RULES = os.path.join(os.path.dirname(_PACKAGE), "rules")


def built_in_folder() -> str:
    """Return the folder of the rules that come with devopslint: inside the wheel, or beside the package in a checkout."""
    return PACKED_RULES if os.path.isdir(PACKED_RULES) else CHECKOUT_RULES


class RuleFolder:
    """One folder of rules and its index.

    A frozen index (in a wheel) is taken as it is. Otherwise the index is made again when a rule file has changed, and
    kept in `index_folder`; when nothing can be written there, it lives as long as the process. Rules of a folder that
    is not `trusted` (a repository's own configuration named it) may not name Python functions outside devopslint.
    """

    def __init__(
        self, folder: str, index_folder: str, subjects: Subjects, *, from_user: bool = False, trusted: bool = True
    ) -> None:
        self.folder = folder
        self.from_user = from_user
        self.trusted = trusted
        self._index_folder = index_folder
        self._subjects = subjects
        self._memory: Index | None = None
        self._help: dict[str, dict[str, dict[str, Any]]] = {}
        self._ready = False
        self._stamp = ""

    def groups(self) -> list[str]:
        """Return the names of the groups of rules, sorted."""
        self._refresh()
        if self._memory is not None:
            return sorted(self._memory)
        names = [name[: -len(".json")] for name in os.listdir(self._index_folder) if name.endswith(".json")]
        return sorted("" if name == "_" else name for name in names if not name.endswith(".help"))

    def load(self, group: str) -> dict[str, dict[str, Any]]:
        """Return id → the fields of a run, for one group."""
        self._refresh()
        if self._memory is not None:
            return self._memory.get(group, {})
        loaded: dict[str, dict[str, Any]] = _read_json(os.path.join(self._index_folder, (group or "_") + ".json"))
        return loaded

    def load_help(self, group: str) -> dict[str, dict[str, Any]]:
        """Return id → why, how and examples, for one group."""
        self._refresh()
        if self._memory is not None:
            return self._memory.get(group, {})
        if group not in self._help:
            self._help[group] = _read_json(os.path.join(self._index_folder, (group or "_") + ".help.json"))
        return self._help[group]

    @property
    def stamp(self) -> str:
        """What changes when a rule of the folder does."""
        self._refresh()
        return self._stamp

    def _refresh(self) -> None:
        if self._ready:
            return
        self._ready = True
        stored = self._stamp = _read_text(os.path.join(self._index_folder, "stamp"))
        if stored == "frozen":
            return
        stamp = self._stamp = fingerprint(self.folder)
        if stored == stamp:
            return
        from devopslint.policy import indexing

        practices = indexing.read_practices(self.folder) or indexing.read_practices(built_in_folder())
        index = indexing.build_index(
            self.folder, self._subjects(), practices, import_checks=self.from_user and self.trusted
        )
        try:
            write_index(index, self._index_folder, stamp)
        except OSError:
            self._memory = index


class Catalog:
    """All rules of a run: those that come with devopslint, and those of the user's folders."""

    def __init__(self, folders: list[RuleFolder]) -> None:
        self.folders = folders
        self._rules: dict[str, list[Rule]] = {}
        self._by_id: dict[str, tuple[RuleFolder, Rule]] = {}

    def check_user_rules(self) -> None:
        """Raise RuleFileError when a rule of the user's has the name of another, or may not run."""
        for folder in self.folders:
            if folder.from_user:
                for name in folder.groups():
                    self.group(name)

    def groups(self) -> list[str]:
        """Return the names of all groups, sorted."""
        return sorted({group for folder in self.folders for group in folder.groups()})

    def group(self, name: str) -> list[Rule]:
        """Return the rules of one group, sorted by id. Raises RuleFileError when a rule file is broken."""
        if name not in self._rules:
            for folder in self.folders:
                for identifier, raw in folder.load(name).items():
                    if identifier in self._by_id:
                        raise _fault(folder, identifier, "", f"there is already a rule `{identifier}`")
                    if not folder.trusted and not raw.get("check", "devopslint.").startswith("devopslint."):
                        message = "Python of a folder that the repository names is not imported: give it as --rules-dir"
                        raise _fault(folder, identifier, "check", message)
                    self._by_id[identifier] = folder, Rule(identifier, raw, from_user=folder.from_user)
            self._rules[name] = [self._by_id[key][1] for key in sorted(self._by_id) if _in_group(key, name)]
        return self._rules[name]

    def rules(self) -> Iterator[Rule]:
        """Yield every rule, by group and id."""
        for group in self.groups():
            yield from self.group(group)

    def rule(self, identifier: str) -> Rule | None:
        """Return the rule of an id, or `None`."""
        self.group(group_of(identifier))
        found = self._by_id.get(identifier)
        if found is not None:
            return found[1]
        return next(members_named(identifier, self.group(group_of(identifier))), None)

    def info(self, identifier: str) -> RuleInfo:
        """Return what reports may say of a rule. Raises KeyError when there is no such rule."""
        rule = self.rule(identifier)
        if rule is None:
            raise KeyError(identifier)
        raw = rule.raw
        page = raw.get("family", identifier)
        folder = self._by_id[page][0]
        return RuleInfo(
            identifier,
            raw["title"],
            rule.level,
            practice=raw["practice"],
            tags=raw.get("tags", ()),
            security_severity=raw.get("security-severity"),
            confidence=raw.get("confidence", "high"),
            profile=raw.get("profile", "default"),
            preview=raw.get("preview", False),
            equivalents=raw.get("equivalents", ()),
            standards=raw.get("standards", ()),
            references=raw.get("references", ()),
            message=raw["message"],
            load_help=lambda: folder.load_help(group_of(page))[page],
            url=DOCS_URL.format(id=page),
        )


def _fault(folder: RuleFolder, identifier: str, field: str, message: str) -> RuleFileError:
    """Return that a rule file, or one of its fields, can't stand beside the others."""
    from devopslint.policy.indexing import position_of

    path = next(path for name, path in rule_files(folder.folder) if name == identifier)
    return RuleFileError([(path, *position_of(path, field), message)])


def write_index(index: Index, folder: str, stamp: str) -> None:
    """Write an index; a reader sees the old one or the new one, whole. Raises OSError."""
    os.makedirs(folder, exist_ok=True)
    stamp_file = os.path.join(folder, "stamp")
    if os.path.exists(stamp_file):
        os.remove(stamp_file)
    wanted = {"stamp"}
    for group, rules in index.items():
        hot = {key: {name: raw[name] for name in raw if name not in COLD} for key, raw in rules.items()}
        cold = {key: {name: raw[name] for name in COLD} for key, raw in rules.items()}
        for ending, content in ((".json", hot), (".help.json", cold)):
            name = (group or "_") + ending
            wanted.add(name)
            _write(os.path.join(folder, name), json.dumps(content, separators=(",", ":"), ensure_ascii=False))
    for name in os.listdir(folder):
        if name not in wanted:
            os.remove(os.path.join(folder, name))
    _write(stamp_file, stamp)


def _write(path: str, text: str) -> None:
    temporary = f"{path}.{os.getpid()}"
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(temporary, path)


def _read_json(path: str) -> Any:
    text = _read_text(path)
    return json.loads(text) if text else {}


def _read_text(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def _in_group(identifier: str, group: str) -> bool:
    return identifier.startswith(group + "/") if group else "/" not in identifier
