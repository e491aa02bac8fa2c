"""Files that hold secrets: which COPY, ADD and RUN put into a layer."""

from __future__ import annotations

import re

from devopslint.artifacts.dockerfile.checks.common import docker_place, readers, ships
from devopslint.artifacts.dockerfile.checks.files import is_taken_along, sources_and_destination
from devopslint.knowledge.credentials import find_assignments, find_credential
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Model, Step
    from devopslint.policy.artifact import Workspace
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
_OPENS_NOTHING = lazily(
    r"""(?ix) \.(?:enc|encrypted|gpg|asc|age|sops|vault|pub|example|sample|template|dist|tmpl|tpl|j2|erb) $
    | (?:^|/) (?: debug\.(?:keystore|jks) | [\w.-]*(?:trust|cacerts)[\w.-]*
    | (?:[\w.-]*[-_.])?(?:sample|example|dummy|fake|insecure)[-_.][\w.-]* | \.env\.(?:vault|enc)\b[\w.-]* ) $
    | (?:^|/) (?: fixtures? | testdata | tests? | mocks? | samples? | examples? | e2e | i18n | locales? | lang | languages?
    | translations? | messages ) /"""
)
"""What is encrypted or to be filled in, what everybody has, certificates of others, files of tests, and texts for people."""
_TOLD_BY_CONTENT = lazily(
    r"""(?ix) (?:^|/)(?: secrets?\.(?:json|ya?ml) | [\w-]*\.env(?:\.[\w.-]+)? | [\w.-]*credentials?[\w.-]*\.json
    | \.docker/config\.json | \.pypirc | \.my\.cnf | \.boto ) $"""
)
"""Names that manifests, settings of a build, and texts for people have as well."""
_SETS_PUBLIC = lazily(r"(?i)(?:^|/)\.env\.dev(?:elopment)?$")
"""Settings that are kept in the repository, where what is secret stands in `.env.local`."""
_FILLED_IN_LATER = lazily(r"""(?m)^[^\S\n]*["']?(?:kind|sops)["']?\s*:|\{\{|<%|\bENC\[""")
"""What a cluster, a chart or a tool makes something else of."""
_KEY = lazily(r"(?i)(?:^|/)[\w.-]+\.key$")
_SIGNS_PACKAGES = lazily(
    r"(?i)gpg|pgp|sign|apt|repo|archive|release|keyring|pub|rpm|apk|docker|nodesource|microsoft|mysql"
)
_OF_TLS = lazily(
    r"(?i)ssl|tls|cert|pki|/private|(?:^|/)(?:server|client|domain|host|site|ca|nginx|apache|web)[\w.-]*\.key$"
)
_FOLDER = lazily(r"(?:^|/)(\.(?:ssh|aws|gnupg|kube|docker|secrets))/?$")
_HARMLESS_IN_FOLDER = {
    ".docker": lazily(r"(?!config\.json$)"),
    ".kube": lazily(r"(?!config)"),
    ".ssh": lazily(r"(?:known_hosts|config|authorized_keys)|.*\.pub$|README|\.git"),
}
"""For a folder the files in it that hold no secret."""
_SETTINGS = lazily(
    r"(?:^|/)(?:\.npmrc|\.yarnrc(?:\.yml)?|pip\.conf|\.condarc|auth\.json|NuGet\.config|settings\.xml)$", re.IGNORECASE
)
_TOKEN = lazily(
    r"(?im)(?:_authToken|_auth|_password|npmAuthToken)\s*[=:]\s*+['\"]?(?!\$|['\"]?\s*$)\S|<password>[^$<]|ClearTextPassword"
    r"|\"(?:auth|identitytoken)\"\s*:\s*\"[^\"$]"
)
_HELD = lazily(r"(?:^|/)(?:\.npmrc|auth\.json)$")
"""Files of that kind that are kept out of the repository when they hold a secret."""

_SHORTEST = 4
"""Characters: no name that a pattern knows is shorter than `.env`."""
_LONGEST_PATH = 4096
"""Characters: no system opens a file whose path is longer, and no pattern looks at such a word."""


def secret_file(subject: Subject, options: Options) -> Iterator[Problem]:
    """A file that holds secrets, copied into a layer: of the image, or of a stage whose layers a cache may keep."""
    step: Step = subject.context
    if step.instruction.flag("from") is not None:
        return
    sources, destination = sources_and_destination(step)
    target = step.text_of(destination) if destination is not None else UNKNOWN
    if isinstance(target, str) and len(target) > _LONGEST_PATH:
        target = UNKNOWN
    for word in sources:
        text = step.text_of(word)
        if text is UNKNOWN or text.endswith(".pub") or len(text) > _LONGEST_PATH:
            continue
        in_image = _gets_into_image(step, text, target if isinstance(target, str) else "")
        if _is_secret(step, text, target if isinstance(target, str) else "", in_image=in_image):
            yield Problem(docker_place(step, word), file=text, readers=readers(of_image=in_image))
        elif destination is not None and len(sources) == 1 and isinstance(target, str) and _becomes(step, text, target):
            yield Problem(docker_place(step, destination), file=target, readers=readers(of_image=in_image))


def _gets_into_image(step: Step, text: str, target: str) -> bool:
    """Say whether the layers of a step are those of the image, or a later COPY takes along what it has copied."""
    if ships(step):
        return True
    places = (target, f"{target.rstrip('/')}/{text.rstrip('/').rpartition('/')[2]}") if target else ()
    return any(is_taken_along(step, place) for place in places)


def is_secret_file(name: str, path: str, workspace: Workspace | None) -> bool:
    """Say whether a file has the name of one that holds a secret, and, where others have that name too, holds one.

    `name` is its path as seen from the Dockerfile, `path` that below the root, empty where the repository has no such file.
    """
    if not _is_called_so(name):
        return False
    if not path or workspace is None:
        return not _SETS_PUBLIC.search(name)
    source = workspace.source(path) if _TOLD_BY_CONTENT.search(name) else None
    return source is None or _holds_secret(source.text)


def _is_called_so(name: str) -> bool:
    """Say whether a file has the name of one that holds a secret, and of nothing harmless."""
    return len(name) >= _SHORTEST and _NAMES.search(name) is not None and not _OPENS_NOTHING.search(name)


def _holds_secret(text: str) -> bool:
    return not _FILLED_IN_LATER.search(text) and (
        find_credential(text) is not None or any(find_assignments(text)) or _TOKEN.search(text) is not None
    )


def _becomes(step: Step, text: str, target: str) -> bool:
    """Say whether a file becomes one that holds secrets: by its new name, and by what it holds where that is known."""
    if not _is_called_so(target) or _OPENS_NOTHING.search(text):
        return False
    path = _path(step.model, text)
    source = step.model.workspace.source(path) if path and step.model.workspace is not None else None
    return source is None or not _TOLD_BY_CONTENT.search(target) or _holds_secret(source.text)


def _is_secret(step: Step, text: str, target: str, *, in_image: bool) -> bool:
    model = step.model
    if len(text) < _SHORTEST:
        return target.startswith("/run/secrets")
    if _NAMES.search(text):
        return is_secret_file(text, _path(model, text), model.workspace)
    if _OPENS_NOTHING.search(text):
        return False
    folder = _FOLDER.search(text)
    if folder:
        return _has_secrets(model, text, folder[1], target)
    if target.startswith("/run/secrets") and not text.startswith("<<"):
        return True
    if _KEY.search(text) and not _SIGNS_PACKAGES.search(text):
        return _OF_TLS.search(text) is not None or _OF_TLS.search(target) is not None
    return _SETTINGS.search(text) is not None and _holds_token(model, text, if_absent=in_image)


def _has_secrets(model: Model, text: str, name: str, target: str) -> bool:
    """Say whether a folder of settings has one with secrets; one that is not there has, unless projects call theirs so."""
    for path in _paths(model, text.rstrip("/")) if model.workspace is not None else ():
        found = model.workspace.names(path) if model.workspace is not None else ()
        if found:
            harmless = _HARMLESS_IN_FOLDER.get(name)
            return harmless is None or not all(harmless.match(one) for one in found)
    return name != ".docker" or _FOLDER.search(target) is not None


def _paths(model: Model, text: str) -> tuple[str, str]:
    """Return where a source may lie: below the folder of the Dockerfile, and below the root."""
    folder = model.source.path.rpartition("/")[0]
    name = text.removeprefix("./").lstrip("/")
    return (f"{folder}/{name}" if folder else name), name


def _path(model: Model, text: str) -> str:
    """Return the path of a source that the repository has; an empty text when it has none."""
    workspace = model.workspace
    return next((path for path in _paths(model, text) if workspace is not None and workspace.exists(path)), "")


def _holds_token(model: Model, text: str, *, if_absent: bool) -> bool:
    """Say whether a file of settings holds a token; `if_absent`, one that the repository does not have does, too."""
    path = _path(model, text)
    source = model.workspace.source(path) if path and model.workspace is not None else None
    if source is not None:
        return _TOKEN.search(source.text) is not None or find_credential(source.text) is not None
    return if_absent and model.workspace is not None and _HELD.search(text) is not None
