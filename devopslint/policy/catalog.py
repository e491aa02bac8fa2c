"""The catalog of rules, loaded group by group from an index so that a run never reads a rule file."""

from __future__ import annotations

import os
import sys

from devopslint.policy.digests import blake2b
from devopslint.policy.rule_files import COLD, RuleFileError, fingerprint, group_of, rule_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from devopslint.policy.finding import RuleInfo
    from devopslint.policy.rule import Rule
    from devopslint.policy.rule_files import Index

    Subjects = Callable[[], Mapping[str, tuple[str, ...]]]

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PACKED_RULES = os.path.join(_PACKAGE, "rules")
"""Where a wheel carries the rules, with their index."""
FROZEN = "frozen"
"""The stamp of an index that is as it was packed."""
CHECKOUT_RULES = os.path.join(os.path.dirname(_PACKAGE), "rules")


def built_in_folder() -> str:
    """Return the folder of the rules that come with devopslint: inside the wheel, or beside the package in a checkout."""
    return PACKED_RULES if os.path.isdir(PACKED_RULES) else CHECKOUT_RULES


class RuleFolder:
    """One folder of rules and its index.

    A frozen index (in a wheel) is taken as it is. Otherwise the index is made again when a rule file has changed, and
    kept in `index_folder`; when nothing can be written there, it lives as long as the process. Rules of a folder that
    is not `trusted` (a repository's own configuration named it) may name no Python function but those of our own rules.
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
        self._digests: dict[str, str] = {}
        self._digests_text = ""
        self._help: dict[str, dict[str, dict[str, Any]]] = {}
        self._ready = False
        self._stamp = ""

    def open_to_imports(self) -> None:
        """Let Python find the modules that rules of a trusted folder of the user's name, last of all places."""
        if self.from_user and self.trusted and self.folder not in sys.path:
            sys.path.append(self.folder)

    def groups(self) -> list[str]:
        """Return the names of the groups of rules, sorted."""
        self._refresh()
        digests = self._known_digests()
        if self._memory is not None:
            return sorted(self._memory)
        files = digests or os.listdir(self._index_folder)
        names = [name[: -len(".json")] for name in files if name.endswith(".json")]
        return sorted("" if name == "_" else name for name in names if not name.endswith(".help"))

    def load(self, group: str) -> dict[str, dict[str, Any]]:
        """Return id → the fields of a run, for one group."""
        return self._read(group, ".json")

    def load_help(self, group: str) -> dict[str, dict[str, Any]]:
        """Return id → why, how and examples, for one group."""
        if group not in self._help:
            self._help[group] = self._read(group, ".help.json")
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
        stored, _, digests = _read_text(os.path.join(self._index_folder, "stamp")).partition("\n")
        self._stamp = stored
        if stored == FROZEN:
            return
        self._stamp = fingerprint(self.folder, by_content=self.from_user)
        if stored == self._stamp and digests:
            self._digests_text = digests  # parsed when an index is read: a run that is recalled reads none
        else:
            self._build()

    def _known_digests(self) -> dict[str, str]:
        """Return the digests of the files of the index; none of one that is as it was packed, or in memory."""
        if self._digests_text:
            self._digests, self._digests_text = _parsed(self._digests_text), ""
            if not self._digests:
                self._build()
        return self._digests

    def _read(self, group: str, ending: str) -> dict[str, dict[str, Any]]:
        """Return what a file of the index holds; one that is not as it was written is never trusted."""
        self._refresh()
        digests = self._known_digests()
        if self._memory is None:
            name = (group or "_") + ending
            text = _read_text(os.path.join(self._index_folder, name))
            if not digests or digests.get(name, "") == (_digest(text) if text else ""):
                return _parsed(text) if text else {}
            self._build()
        return (self._memory or {}).get(group, {})

    def _build(self) -> None:
        from devopslint.policy import indexing

        practices = indexing.read_practices(self.folder) or indexing.read_practices(built_in_folder())
        index = indexing.build_index(
            self.folder, self._subjects(), practices, import_checks=self.from_user and self.trusted
        )
        self._memory = index
        try:
            write_index(index, self._index_folder, self._stamp)
        except (OSError, UnicodeEncodeError):
            return


class Catalog:
    """All rules of a run: those that come with devopslint, and those of the user's folders."""

    def __init__(self, folders: list[RuleFolder]) -> None:
        self.folders = folders
        self._rules: dict[str, list[Rule]] = {}
        self._by_id: dict[str, tuple[RuleFolder, Rule]] = {}
        self._checks: frozenset[str] | None = None

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
            from devopslint.policy.rule import Rule

            for folder in self.folders:
                for identifier, raw in folder.load(name).items():
                    if identifier in self._by_id:
                        raise _fault(folder, identifier, "", f"there is already a rule `{identifier}`")
                    if not folder.trusted and "check" in raw and raw["check"] not in self._checks_of_ours():
                        message = "Python of a folder that the repository names is not imported: give it as --rules-dir"
                        raise _fault(folder, identifier, "check", message)
                    self._by_id[identifier] = folder, Rule(identifier, raw, from_user=folder.from_user)
            self._rules[name] = [self._by_id[key][1] for key in sorted(self._by_id) if _in_group(key, name)]
        return self._rules[name]

    def _checks_of_ours(self) -> frozenset[str]:
        """Return the functions that rules of ours name, the only ones that a rule of a stranger's may name, too."""
        if self._checks is None:
            ours = [folder for folder in self.folders if not folder.from_user]
            raws = (raw for folder in ours for group in folder.groups() for raw in folder.load(group).values())
            self._checks = frozenset(raw["check"] for raw in raws if "check" in raw)
        return self._checks

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
        from devopslint.policy.families import members_named

        return next(members_named(identifier, self.group(group_of(identifier))), None)

    def info(self, identifier: str) -> RuleInfo:
        """Return what reports may say of a rule. Raises KeyError when there is no such rule."""
        rule = self.rule(identifier)
        if rule is None:
            raise KeyError(identifier)
        raw = rule.raw
        page = raw.get("family", identifier)
        folder = self._by_id[page][0]
        from devopslint.policy.finding import RuleInfo

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
            url=_url(raw, page, is_ours=page == identifier and not folder.from_user),
        )


def _url(raw: Mapping[str, Any], page: str, *, is_ours: bool) -> str:
    """Return where to read on: the page of a rule of ours, the first reference of any other; empty where it has none.

    A member of a family has its own reference, and without one the page of the family; nobody has a page of a user's rule.
    """
    from devopslint.policy.finding import DOCS_URL

    if not is_ours and raw.get("references"):
        return str(raw["references"][0])
    return DOCS_URL.format(id=page) if is_ours or "family" in raw else ""


def _fault(folder: RuleFolder, identifier: str, field: str, message: str) -> RuleFileError:
    """Return that a rule file, or one of its fields, can't stand beside the others."""
    from devopslint.policy.indexing import position_of

    path = next(path for name, path in rule_files(folder.folder) if name == identifier)
    return RuleFileError([(path, *position_of(path, field), message)])


def write_index(index: Index, folder: str, stamp: str) -> None:
    """Write an index; a reader sees the old one or the new one, whole. Raises OSError.

    The stamp goes last, with digests of all files (but for `FROZEN`, which nobody changes).
    """
    import json

    from devopslint.policy.whole_files import write_whole

    os.makedirs(folder, exist_ok=True)
    stamp_file = os.path.join(folder, "stamp")
    if os.path.exists(stamp_file):
        os.remove(stamp_file)
    digests: dict[str, str] = {}
    for group, rules in index.items():
        hot = {key: {name: raw[name] for name in raw if name not in COLD} for key, raw in rules.items()}
        cold = {key: {name: raw[name] for name in COLD} for key, raw in rules.items()}
        for ending, content in ((".json", hot), (".help.json", cold)):
            name = (group or "_") + ending
            text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
            digests[name] = _digest(text)
            write_whole(os.path.join(folder, name), text)
    for name in os.listdir(folder):
        if name not in digests:
            os.remove(os.path.join(folder, name))
    write_whole(stamp_file, stamp if stamp == FROZEN else f"{stamp}\n{json.dumps(digests)}")


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()


def _parsed(text: str) -> dict[str, Any]:
    """Return what a file of an index holds; nothing when it is no JSON."""
    import json

    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _read_text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _in_group(identifier: str, group: str) -> bool:
    return identifier.startswith(group + "/") if group else "/" not in identifier
