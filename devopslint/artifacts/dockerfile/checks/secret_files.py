"""Files that hold secrets: which COPY, ADD and RUN put into a layer."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import docker_place
from devopslint.artifacts.dockerfile.checks.files import sources_and_destination
from devopslint.knowledge.credentials import find_credential
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Step
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_NAMES = lazily(
    r"""(?ix) (?:^|/) (?:
      id_(?:rsa|dsa|ecdsa|ed25519) | \.aws/credentials | \.docker/config\.json | \.kube/config | kubeconfig | \.htpasswd
    | \.vault-token | \.s3cfg | terraform\.tfstate | \.netrc | \.pgpass | \.git-credentials | \.pypirc | \.my\.cnf | \.boto
    | (?:secrets?|prod|production|staging)\.env | secrets?\.(?:json|ya?ml) | master\.key
    | \.env(?:\.(?!example|sample|template|dist|test|defaults?|schema|ci)[\w.-]+)?
    | [\w.-]*credentials?(?!s)[\w.-]*\.json | service[-_]?account(?:[-_]?key)?\.json
    | [\w.-]+\.(?:p12|pfx|jks|keystore|kdbx|ppk)
    | [\w.-]*(?:private|secret|privkey)[\w-]*\.(?:pem|key) | (?:[\w.-]*[-_.])?(?:priv)?key\.pem
    ) $"""
)
_KEY = lazily(r"(?i)(?:^|/)[\w.-]+\.key$")
_SIGNS_PACKAGES = lazily(
    r"(?i)gpg|pgp|sign|apt|repo|archive|release|keyring|pub|rpm|apk|docker|nodesource|microsoft|mysql"
)
_OF_TLS = lazily(
    r"(?i)ssl|tls|cert|pki|/private|(?:^|/)(?:server|client|domain|host|site|ca|nginx|apache|web)[\w.-]*\.key$"
)
_FOLDER = lazily(r"(?:^|/)\.(?:ssh|aws|gnupg|kube|docker|secrets)/?$")
_TOLD_BY_CONTENT = lazily(
    r"(?:^|/)(?:\.npmrc|\.yarnrc(?:\.yml)?|pip\.conf|\.condarc|auth\.json|NuGet\.config|settings\.xml)$", re.IGNORECASE
)
_TOKEN = lazily(
    r"(?im)(?:_authToken|_auth|_password|npmAuthToken)\s*[=:]\s*['\"]?(?!\$|['\"]?\s*$)\S|<password>[^$<]|ClearTextPassword"
)
_HELD = lazily(r"(?:^|/)(?:\.npmrc|auth\.json)$")
"""Files of that kind that are kept out of the repository when they hold a secret."""


def secret_file(subject: Subject, options: Options) -> Iterator[Problem]:
    """A file that holds secrets, copied into a layer that ships."""
    step: Step = subject.context
    if step.instruction.flag("from") is not None:
        return
    sources, destination = sources_and_destination(step)
    target = step.text_of(destination) if destination is not None else UNKNOWN
    for word in sources:
        text = step.text_of(word)
        if text is UNKNOWN or text.endswith(".pub"):
            continue
        if _is_secret(step, text, target if isinstance(target, str) else ""):
            yield Problem(docker_place(step, word), file=text)
        elif destination is not None and len(sources) == 1 and isinstance(target, str) and _NAMES.search(target):
            yield Problem(docker_place(step, destination), file=target)


def has_secret_name(path: str) -> bool:
    """Say whether a file has the name of one that holds a secret, whatever stands in it."""
    return _NAMES.search(path) is not None


def _is_secret(step: Step, text: str, target: str) -> bool:
    if _NAMES.search(text) or _FOLDER.search(text):
        return True
    if target.startswith("/run/secrets") and not text.startswith("<<"):
        return True
    if _KEY.search(text) and not _SIGNS_PACKAGES.search(text):
        return _OF_TLS.search(text) is not None or _OF_TLS.search(target) is not None
    return _TOLD_BY_CONTENT.search(text) is not None and _holds_token(step, text)


def _holds_token(step: Step, text: str) -> bool:
    """Say whether a file of settings holds a token; one that the repository does not have may well do so."""
    workspace = step.model.workspace
    folder = step.model.source.path.rpartition("/")[0]
    name = text.removeprefix("./").lstrip("/")
    for path in (f"{folder}/{name}" if folder else name, name):
        source = workspace.source(path) if workspace is not None and workspace.exists(path) else None
        if source is not None:
            return _TOKEN.search(source.text) is not None or find_credential(source.text) is not None
    return workspace is not None and _HELD.search(text) is not None
