"""Checks for credentials that stand in a manifest in clear."""

from __future__ import annotations

import base64
import binascii
import re

from devopslint.artifacts.kubernetes.model import items_of
from devopslint.artifacts.kubernetes.values import plain
from devopslint.knowledge.credentials import (
    find_credential,
    is_placeholder,
    is_plausible_secret,
    looks_like_secret_name,
)
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import Map, Seq
from devopslint.syntax.yaml_scalar import scalar_fragment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from devopslint.policy.rule import Options
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

_FLAG = lazily(r"--?([A-Za-z][\w-]{0,100}?)[= ](\S+)")
_SETTING = lazily(
    r"^[ \t]*(?:export[ \t]+)?[\"']?([A-Za-z][\w.-]*)[\"']?[ \t]*[=:][ \t]*([\"']?)([^\s\"'#,]+)\2[ \t]*(?:,[ \t]*)?$",
    re.MULTILINE,
)
_REFERENCE = lazily(
    r"op://|vault:|ref\+|secretref:|<path:|arn:aws[\w-]*:(?:secretsmanager|ssm):|projects/[^/\s]+/secrets/"
)
"""What names a secret in a store, to be put in by a tool."""
_REGISTRY_LOGINS = frozenset({".dockerconfigjson", ".dockercfg"})
_LOGIN = lazily(r'"(?:auth|password|identitytoken)"\s*:\s*"[^"$<{\s]{4,}"')
_CONSTANT = lazily(r"_*[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+_*")
_PUBLIC_ENTRY = lazily(
    r"(?i)(?:^|[-_.]|[a-z])(?:user(?:name)?|login|host(?:name)?|namespace|port|endpoint|url|uri|name|database|db|region|bucket|email|type"
    r"|project|crt|cert|pem|ca|id)$"
)


def secret_in_env(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each environment variable whose plain value is a credential, by its name or its form."""
    for index, item in enumerate(items_of(subject.raw("env"))):
        name = item.get("name") if isinstance(item, Map) else None
        value = item.get("value") if isinstance(item, Map) else None
        if not isinstance(name, str) or not isinstance(value, str) or not plain(value):
            continue
        path = ("env", index, "value")
        found = find_credential(value)
        if found is not None:
            yield Problem(_within(subject, path, value, found[1], found[2]), name=name, what=found[0])
        elif looks_like_secret_name(name) and is_plausible_secret(value) and not _is_constant(value):
            yield Problem(path, name=name, what="a credential")


def secret_in_arguments(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each argument of a container that holds a credential."""
    for field in ("command", "args"):
        words = subject.raw(field, ())
        for index, word in enumerate(words if isinstance(words, Seq) else ()):
            if not isinstance(word, str) or not plain(word):
                continue
            path = (field, index)
            found = find_credential(word)
            if found is not None:
                yield Problem(_within(subject, path, word, found[1], found[2]), what=found[0])
                continue
            for flag in _FLAG.finditer(word):
                if _is_secret_setting(flag[1], flag[2]) and "$" not in flag[2]:
                    place = _within(subject, path, word, *flag.span(2))
                    yield Problem(place, what=f"the value of `{flag[1]}`")
                    break


def secret_in_configmap(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield each entry of a ConfigMap that is a credential, or a file that holds one."""
    data = subject.raw("data")
    if not isinstance(data, Map):
        return
    for key, value in data.items():
        if not isinstance(value, str):
            continue
        path: Path = ("data", key)
        found = find_credential(value)
        if found is not None:
            yield Problem(_within(subject, path, value, found[1], found[2]), key=key, what=found[0])
        elif "\n" not in value.strip():
            if looks_like_secret_name(key) and is_plausible_secret(value) and not _is_constant(value):
                yield Problem(path, key=key, what="a credential")
        else:
            for setting in _SETTING.finditer(value):
                if _is_secret_setting(setting[1], setting[3]):
                    place = _within(subject, path, value, *setting.span(3))
                    yield Problem(place, key=key, what=f"the value of `{setting[1]}`")


def committed_secret(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a Secret that carries its values, unless they are placeholders or encrypted by sops."""
    if "sops" in subject.value or subject.value.open:
        return
    for field in ("stringData", "data"):
        values = subject.raw(field)
        if not isinstance(values, Map):
            continue
        for key, value in values.items():
            text = _decoded(value) if field == "data" else value
            if not isinstance(text, str) or not plain(text) or text.startswith("ENC["):
                continue
            if _is_secret(key, text):
                yield Problem((field, key), key=key)
                return


def _is_secret(key: str, text: str) -> bool:
    """Say whether an entry of a Secret is one: a plain configuration file or a user's name is not."""
    if _REFERENCE.match(text.strip()):
        return False
    if find_credential(text) is not None:
        return True
    if key in _REGISTRY_LOGINS:
        return _LOGIN.search(text) is not None
    if "\n" in text.strip() or "-----BEGIN" in text:
        return any(_is_secret_setting(found[1], found[3]) for found in _SETTING.finditer(text))
    return not _PUBLIC_ENTRY.search(key) and len(text) > 1 and not is_placeholder(text) and not _is_constant(text)


def _is_secret_setting(name: str, value: str) -> bool:
    return (
        looks_like_secret_name(name) and is_plausible_secret(value) and not value.isdigit() and not _is_constant(value)
    )


def _is_constant(value: str) -> bool:
    """Say whether a value is the name of what is to be put in: `DB_PASSWORD_VALUE`, `yourpassword`."""
    return _CONSTANT.fullmatch(value) is not None or value.lower().startswith("your")


def _decoded(value: object) -> str | None:
    if not isinstance(value, str) or not plain(value):
        return None
    try:
        return base64.b64decode("".join(value.split()), validate=True).decode("utf-8", "replace")
    except (ValueError, binascii.Error):
        return None


def _within(subject: Subject, path: Path, value: str, start: int, end: int) -> Place:
    """Return the place of a stretch of a string below a subject."""
    place = subject.place(path)
    fragment = scalar_fragment(place.source, (place.start, place.end), value)
    return Place(place.source, *fragment.mark(start, end))
