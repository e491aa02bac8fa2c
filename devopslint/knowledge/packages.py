"""Package managers: how they install, what makes them ask, where they leave caches, and how a version is written.

From the manual pages of apt-get(8), apk(8), yum(8), dnf(8), microdnf, zypper(8), and the documentation of pip, npm,
Yarn, RubyGems and Go.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.syntax.shell import Command, Word


def subcommand(command: Command) -> Word | None:
    """Return the word that says what a package manager shall do: `install` of `apt-get -qq install curl`."""
    manager = MANAGERS.get(command.name)
    operands = command.operands(manager.valued if manager else frozenset())
    return operands[_verb_at(operands)] if operands else None


def is_install(command: Command) -> bool:
    """Say whether a command installs packages with a manager that is known here."""
    manager = MANAGERS.get(command.name)
    word = subcommand(command) if manager else None
    return manager is not None and word is not None and word.text in manager.install


def packages(command: Command) -> list[Word]:
    """Return the words of an install command that name packages; files, URLs, options and their values left out."""
    manager = MANAGERS.get(command.name)
    if manager is None:
        return []
    operands = command.operands(manager.valued)
    at = _verb_at(operands)
    if at and operands[0].text.startswith("group"):
        return []
    return [word for word in operands[at + 1 :] if not _FILE.search(word.text)]


def _verb_at(operands: list[Word]) -> int:
    return 1 if len(operands) > 1 and operands[0].text in _NOUNS else 0


def has_version(manager: Manager, word: Word) -> bool:
    """Say whether a package word names a version, or may do so."""
    text = word.text
    if text.startswith("$") or (word.expands and "$" in text):
        return True
    if _REPOSITORY.match(text) or (manager.revision == "#" and _ON_GITHUB.match(text)):
        _, found, revision = re.sub(r"^\S+?://[^/]*", "", text).partition(manager.revision)
        return bool(found) and not _BRANCH.match(revision)
    return bool(manager.pinned.search(text))


class Manager:
    """A package manager.

    `install` are the sub-commands that install, `asks` those that ask before they go on, `yes` the options that keep it
    from asking; `valued` those whose value is the next word; `pinned` matches a package with a version, and `revision` is
    what stands in front of the version in the address of a repository. `caches` are the folders it leaves behind, `fills`
    the sub-commands that fill them, `cleans` those that empty them.
    """

    __slots__ = ("asks", "caches", "cleans", "fills", "install", "pinned", "revision", "valued", "yes")

    def __init__(
        self,
        install: str,
        *,
        pinned: str,
        asks: str = "",
        yes: str = "",
        valued: str = "",
        caches: str = "",
        fills: str = "",
        cleans: str = "",
        revision: str = "@",
    ) -> None:
        self.install = frozenset(install.split())
        self.asks = self.install | frozenset(asks.split())
        self.yes = frozenset(yes.split())
        self.valued = frozenset(valued.split())
        self.pinned = re.compile(pinned)
        self.caches = tuple(caches.split())
        self.fills = self.install | frozenset(fills.split())
        self.cleans = frozenset(cleans.split())
        self.revision = revision


_NOUNS = frozenset(("module", "group", "groups", "global"))
"""Words in front of the sub-command: `dnf module install`, `yarn global add`."""
_FILE = re.compile(r"^(?:\.{0,2}/|https?://|file:)|^\.$|\.(?:deb|apk|rpm|whl|tgz|tar\.gz|zip|gem)$|[*]")
_REPOSITORY = re.compile(r"(?:git|hg|svn|bzr)\+\S+?://|git://|ssh://|git@|(?:github|gitlab|bitbucket):")
_BRANCH = re.compile(r"(?:main|master|develop|dev|trunk|HEAD)(?:#|$)")
_ON_GITHUB = re.compile(r"[\w-][\w.-]*/[\w.-]+(?:#|$)")
_APT = Manager(
    "install",
    pinned=r"[=/]|[-+]$",
    asks="reinstall remove purge autoremove upgrade dist-upgrade full-upgrade build-dep satisfy",
    yes="-y --yes --assume-yes -qq --assume-no -s --simulate --dry-run --just-print --no-act --recon",
    valued="-t --target-release --default-release -o --option -c --config-file -a --host-architecture -P --build-profiles",
    caches="/var/lib/apt/lists",
    cleans="dist-clean distclean",
)
_YUM = Manager(
    "install localinstall groupinstall reinstall",
    pinned=r"-\d|^@|\.rpm$|[=:]",
    asks="update upgrade remove erase autoremove downgrade swap distro-sync distrosync update-minimal upgrade-minimal",
    yes="-y --assumeyes --assumeno --downloadonly",
    valued="-c --config -d -e -x --exclude --enablerepo --disablerepo --installroot --releasever --repo --setopt",
    caches="/var/cache/yum /var/cache/dnf /var/cache/libdnf5",
    fills="update upgrade update-minimal upgrade-minimal distro-sync",
    cleans="clean",
)
_NPM_PINNED = r"^@?[^@]+@(?!latest$|next$).+|^\."
MANAGERS = {
    "apt-get": _APT,
    "apt": _APT,
    "apk": Manager(
        "add",
        pinned=r"[=~<>]|@|^!|^\.",
        valued="-t --virtual -X --repository -p --root --arch --keys-dir --repositories-file --cache-dir --wait",
        caches="/var/cache/apk /etc/apk/cache",
        cleans="cache",
    ),
    "yum": _YUM,
    "dnf": _YUM,
    "dnf5": _YUM,
    "microdnf": _YUM,
    "tdnf": _YUM,
    "zypper": Manager(
        "install in",
        pinned=r"[=<>]|-\d",
        asks="remove rm update up patch dist-upgrade dup source-install si install-new-recommends inr",
        yes="-y --no-confirm -n --non-interactive --dry-run -D",
        valued="-r --repo --from -t --type -R --root --name -C --catalog -p --plus-repo",
        caches="/var/cache/zypp",
        fills="update up patch dist-upgrade dup source-install si install-new-recommends inr",
        cleans="clean cc",
    ),
    "pip": Manager(
        "install",
        pinned=r"[=<>!~]=|[<>]|@|/|^\.|\[.*\]$(?<=\.\])",
        valued="-r --requirement -c --constraint -e --editable -i --index-url --extra-index-url -f --find-links -t --target "
        "--prefix --root --src --cache-dir --trusted-host --platform --python-version --implementation --abi --progress-bar "
        "--upgrade-strategy --no-binary --only-binary --timeout --retries --proxy --cert --client-cert --log --config-settings "
        "--global-option --install-option --python --use-feature --report",
        caches="/root/.cache/pip",
        cleans="cache",
    ),
    "npm": Manager(
        "install i add",
        pinned=_NPM_PINNED,
        revision="#",
        valued="--prefix --registry --loglevel --cache --userconfig --omit --include -w --workspace -C",
        cleans="cache",
    ),
    "gem": Manager(
        "install i", pinned=r":", valued="-v --version -i --install-dir -n --bindir -P --trust-policy -s --source"
    ),
}
MANAGERS["yarn"] = Manager("add", pinned=_NPM_PINNED, revision="#", valued="--cwd --registry --prefix")
MANAGERS["pnpm"] = Manager(
    "add install i", pinned=_NPM_PINNED, revision="#", valued="--registry --prefix -C --dir --filter"
)
MANAGERS["pip3"] = MANAGERS["pip"]
MANAGERS["pip2"] = MANAGERS["pip"]
