"""`devopslint rules` and `devopslint rule show|new|test`."""

from __future__ import annotations

import os
import re
import sys

from devopslint.commands.catalog import open_catalog, rules_named
from devopslint.commands.request import UsageError
from devopslint.commands.telling import say, say_json, tell
from devopslint.config.settings import Config, find_config, read_config

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from devopslint.policy.catalog import Catalog
    from devopslint.policy.finding import RuleInfo
    from devopslint.policy.rule import Rule

_LONGEST_TITLE = 90
"""Letters that a title has of the name of its rule."""


def _catalog(rules_dirs: Sequence[str]) -> Catalog:
    here = os.getcwd()
    path = find_config(here, os.path.abspath(os.sep))
    return open_catalog(read_config(path) if path else Config(), rules_dirs)


def list_rules(
    select: Sequence[str], profile: str | None, level: str | None, as_json: bool, rules_dirs: Sequence[str]
) -> int:
    """Print the rules that fit, one a line or as JSON."""
    from devopslint.policy.families import reaches
    from devopslint.policy.selection import Selection, selects

    catalog = _catalog(rules_dirs)
    for message in Selection(select).unknown(catalog.rules()).values():
        tell(message)
    chosen = [
        catalog.info(rule.id)
        for rule in catalog.rules()
        if (not select or any(selects(word, rule) or reaches(word, rule) for word in select))
        and (profile is None or rule.raw.get("profile", "default") == profile)
        and (level is None or rule.level == level)
    ]
    if as_json:
        say_json([_as_json(info) for info in chosen])
        return 0
    width = max((len(info.id) for info in chosen), default=0)
    for info in chosen:
        strict = " (strict)" if info.profile == "strict" else " (preview)" if info.preview else ""
        say(f"{info.id:<{width}}  {info.level:<7}  {info.title}{strict}")
    print("1 rule" if len(chosen) == 1 else f"{len(chosen)} rules", file=sys.stderr)
    return 0


def _as_json(info: RuleInfo) -> dict[str, object]:
    return {
        "id": info.id,
        "title": info.title,
        "level": info.level,
        "practice": info.practice,
        "tags": list(info.tags),
        "security-severity": info.security_severity,
        "confidence": info.confidence,
        "profile": info.profile,
        "preview": info.preview,
        "equivalents": list(info.equivalents),
        "standards": list(info.standards),
        "references": list(info.references),
        "url": info.url,
    }


def show_rule(identifier: str, rules_dirs: Sequence[str]) -> int:
    """Print the page of a rule, named by id, slug, or the id of a peer's rule."""
    from devopslint.policy.page import rule_page

    catalog = _catalog(rules_dirs)
    found = rules_named(identifier, list(catalog.rules()))
    pages = "\n".join(rule_page(catalog.info(rule.id), rule.raw.get("options")) for rule in found)
    say(pages.removesuffix("\n"))
    return 0


def new_rule(identifier: str, rules_dir: str | None, kind: str | None) -> int:
    """Write the skeleton of a rule. Raises UsageError when it can't be what was asked for."""
    from devopslint.commands.skeletons import skeleton
    from devopslint.engine.artifacts import subject_kinds, typed_kinds
    from devopslint.policy.suggestion import suggestion

    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*", identifier):
        raise UsageError(f"`{identifier}` is no id: small letters, digits and `-`, parted by `/`")
    subjects = subject_kinds()
    if kind is not None and kind not in subjects and not any(kind.startswith(name + ".") for name in subjects):
        near = suggestion(kind, subjects) or f": choose from {', '.join(subjects)}"
        raise UsageError(f"unknown subject kind `{kind}`{near}")
    if kind is not None and not re.fullmatch(r"[a-z]+(?:\.[\w-]+)*", kind, re.ASCII):
        raise UsageError(f"`{kind}` is no subject kind: a type is of letters, digits, `_` and `-`")
    if kind is not None and kind not in subjects and not any(kind.startswith(name + ".") for name in typed_kinds()):
        base = next(name for name in subjects if kind.startswith(name + "."))
        raise UsageError(
            f"`{base}` has no types: a rule on `{kind}` would never meet anything, `--on {base}` meets all"
        )
    group = identifier.split("/", 1)[0]
    kinds = [name for name in subjects if name == group or name.startswith(group + ".")]
    kind = kind or (kinds[0] if kinds else "kubernetes.object")
    title = identifier.rsplit("/", 1)[-1].replace("-", " ").capitalize()[:_LONGEST_TITLE] + " (say what is wrong)"
    path = os.path.join(rules_dir or _folder_for_new(), *f"{identifier}.yaml".split("/"))
    words = _test_words(identifier, rules_dir)
    if not os.path.lexists(path) and any(rule.id == identifier for rule in _catalog([]).rules()):
        raise UsageError(f"there is already a rule `{identifier}`: choose another name")
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "x", encoding="utf-8") as file:
            file.write(skeleton(title, kind, words))
    except FileExistsError:
        raise UsageError(f"{path} is there already") from None
    except OSError as error:
        raise UsageError(f"{path} can't be written: {(error.strerror or str(error)).lower()}") from None
    print(f"{os.path.relpath(path)} is written. Make it yours, then: devopslint rule test {words}")
    return 0


def _folder_for_new() -> str:
    """Return where a rule goes when no folder is named: to the only one of the configuration, else to those of a checkout."""
    from devopslint.engine.discover import is_below
    from devopslint.policy.catalog import PACKED_RULES, built_in_folder

    path = find_config(os.getcwd(), os.path.abspath(os.sep))
    folders = read_config(path).rules_dirs() if path else []
    if len(folders) == 1:
        return folders[0][0]
    own = built_in_folder()
    in_checkout = own != PACKED_RULES and is_below(
        os.path.realpath(os.getcwd()), os.path.realpath(os.path.dirname(own))
    )
    if folders or not in_checkout:
        raise UsageError("say where your rules are to be: --rules-dir policy")
    return own


def _test_words(identifier: str, rules_dir: str | None) -> str:
    return f"--rules-dir {rules_dir} {identifier}" if rules_dir else identifier


def test_rules(targets: Sequence[str], rules_dirs: Sequence[str]) -> int:
    """Run the examples of rules and print what does not hold; exit code 1 when something does not."""
    from devopslint.engine.analysis import missing
    from devopslint.engine.examples import failures

    known = [folder.folder for folder in _catalog(rules_dirs).folders]
    words = [_as_pattern(target, known) or target for target in targets]
    folders = [word for word in words if os.path.isdir(word)]
    catalog = _catalog([*rules_dirs, *folders])
    chosen = _chosen(catalog, words, rules_dirs, folders)
    failed = tried = 0
    for rule in chosen:
        if why := missing(rule):
            print(f"{rule.id}: not tried: {why}")
            continue
        tried += 1
        faults = list(failures(catalog, rule, catalog.info(rule.id).examples))
        failed += bool(faults)
        for fault in faults:
            say(f"{rule.id}: {fault}")
    print(f"{tried - failed} passed, {failed} failed")
    return 1 if failed or not chosen else 0


def _chosen(catalog: Catalog, targets: Sequence[str], rules_dirs: Sequence[str], folders: Sequence[str]) -> list[Rule]:
    from devopslint.policy.families import reaches
    from devopslint.policy.selection import Selection, selects

    rules = list(catalog.rules())
    words = [_as_id(target, rules) for target in targets if target not in folders]
    Selection(words).check_words(rules)
    if words:
        return [rule for rule in rules if any(selects(word, rule) or reaches(word, rule) for word in words)]
    return [rule for rule in rules if rule.from_user] if folders or rules_dirs else rules


def _as_pattern(target: str, known: Iterable[str]) -> str | None:
    """Return the ids of a folder that lies in a known one, for an id begins where that does; of ours, itself too."""
    path = os.path.realpath(target)
    for number, folder in enumerate(map(os.path.realpath, known)):
        if path == folder and number == 0:
            return "*"
        if os.path.isdir(path) and path.startswith(os.path.join(folder, "")):
            return os.path.relpath(path, folder).replace(os.sep, "/") + "/*"
    return None


def _as_id(target: str, rules: Iterable[Rule]) -> str:
    """Return the id of a rule file that was given by its path."""
    if not target.endswith((".yaml", ".yml")):
        return target
    path = os.path.abspath(target).replace(os.sep, "/").rsplit(".", 1)[0]
    found = next((rule.id for rule in rules if path.endswith("/" + rule.id)), None)
    if found is None:
        raise UsageError(f"{target} is in no folder of rules that is known: name the folder, too, with --rules-dir")
    return found
