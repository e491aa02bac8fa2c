"""Which commands make no files in the working folder but those that they name."""

from __future__ import annotations

import posixpath

from devopslint.artifacts.workflow.words import words
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from devopslint.syntax.shell import Command

_MAKE_NOTHING = words("""echo printf cd pushd popd ls test [ [[ set shopt export unset true false : exit read mapfile readarray
    pwd which type command sleep wait date grep egrep wc cat head tail sort uniq cut tr sed jq yq stat file diff du df free
    nproc uname whoami id hostname env printenv basename dirname realpath sha256sum md5sum trap kill umask chmod chown shift
    return local declare typeset readonly let rm rmdir mkdir touch tee apt-get apt apk dnf yum brew gem choco pytest ruff black
    flake8 mypy isort eslint prettier pylint shellcheck hadolint yamllint actionlint tflint corepack""")
"""Commands that make nothing, or tools in the folders of the system; tests and linters, which at most write reports."""
_MAKE_WHAT_THEY_NAME = words("mkdir touch tee")
_MAKE_NOTHING_WITH = {
    "git": words("config status diff log rev-parse describe push add commit tag fetch ls-files ls-remote --version"),
    "go": words("vet test install version env list"),
    "cargo": words("test clippy fmt check audit install build"),
    "docker": words("build buildx login push tag pull version info images ps"),
    "docker-compose": words("build config pull"),
    "terraform": words("fmt init validate plan version"), "tofu": words("fmt init validate plan version"),
    "kubectl": words("apply get describe rollout wait config version set delete create logs"),
    "helm": words("lint upgrade install repo list status history rollback uninstall version registry get show search push"),
    "pip": words("install list freeze check show cache config uninstall --version"),
    "pip3": words("install list freeze check show cache config uninstall --version"),
    "pipx": words("install inject list ensurepath --version"), "node": words("--version -v"),
    "uv": words("sync pip python tool --version"), "poetry": words("install config check show --version"),
    "bundle": words("install config check exec --version"),
    "mvn": words("--version -v test"), "gradle": words("--version -v test"), "mvnw": words("--version -v test"),
    "gradlew": words("--version -v test"),
}  # fmt: skip
"""Command → the first words with which it makes nothing outside of the folder that it is known for (`target`, `.terraform`)."""
_MODULES = words(
    "pip pytest unittest twine flake8 black mypy ruff isort pylint coverage ensurepip site venv virtualenv"
)
"""Modules that `python -m` runs and that make nothing but what they name."""
_OF_PACKAGES = words("install i ci clean-install add config cache audit list ls why whoami set get publish outdated view info"
                     " root bin ping test t tst --version -v")  # fmt: skip
"""First words of package managers of JavaScript by which they make nothing but their own folder."""
_INSTALLS = words("install i ci clean-install add")
_OWN_SCRIPT = lazily(r'"(?:(?:pre|post)?install|prepare|prepublish)"\s*:')
_SEVERAL = lazily(r"(?:\./)?(?:[\w./-]+/)?\.\.\.$")


def makes_nothing(command: Command, manifest: Callable[[], str | None]) -> bool:
    """Say whether a command surely makes no files but those that it names.

    `manifest` returns the text of the `package.json` in its folder: empty without one, `None` when that is not known.
    """
    name = command.name
    if name in _MAKE_NOTHING:
        return name not in _MAKE_WHAT_THEY_NAME or not command.expands
    given = command.args
    first = next((word for word in given if not word.startswith("-")), given[0] if given else "")
    if name in {"npm", "yarn", "pnpm", "bun"}:
        return _of_packages(name, first or "install", manifest)
    if name == "go" and first == "build":
        return command.has_flag("-o") or any(_SEVERAL.match(word) for word in given)
    if name in {"python", "python3"}:
        return given[:1] in (["--version"], ["-V"]) or (
            given[:1] == ["-m"] and given[1:2] != [] and given[1] in _MODULES
        )
    if name in {"source", "."}:
        return bool(given) and posixpath.basename(given[0]) == "activate"
    if name == "docker" and first in {"build", "buildx"}:
        return "bake" not in given and not command.has_flag("-o", "--output")
    known = _MAKE_NOTHING_WITH.get(name, ())
    return bool(given) and (first in known or given[0] in known)


def _of_packages(name: str, first: str, manifest: Callable[[], str | None]) -> bool:
    """Say whether a package manager of JavaScript makes nothing: it runs no script of the package, by an install neither."""
    if first not in _OF_PACKAGES or (name == "bun" and first == "test"):
        return False
    text = manifest() if first in _INSTALLS else ""
    return text is not None and _OWN_SCRIPT.search(text) is None
