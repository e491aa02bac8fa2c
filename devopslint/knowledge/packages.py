"""Package managers: how they install, what makes them ask, where they leave caches, and how a version is written.

From the manual pages of apt-get(8), apk(8), yum(8), dnf(8), microdnf, zypper(8), and the documentation of pip, npm,
Yarn, RubyGems and Go.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.syntax.shell import Command, Word


def manager_of(command: Command) -> Manager | None:
    """Return what is known of the package manager that a command calls; `None` when it is none."""
    return MANAGERS.get(command.name)


def subcommand(command: Command) -> Word | None:
    """Return the word that says what a package manager shall do: `install` of `apt-get -qq install curl`."""
    manager = MANAGERS.get(command.name)
    operands = command.operands(manager.valued if manager else frozenset())
    return operands[0] if operands else None


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
    return [word for word in operands[1:] if not _FILE.search(word.text)]


def has_version(manager: Manager, word: Word) -> bool:
    """Say whether a package word names a version, or may do so."""
    text = word.text
    return bool(manager.pinned.search(text)) or text.startswith("$") or (word.expands and "$" in text)


class Manager:
    """A package manager.

    `install` are the sub-commands that install; `yes` the options that keep it from asking; `valued` those whose value
    is the next word; `pinned` matches a package with a version. `caches` are the folders it leaves behind, `cleans` the
    sub-commands that empty them.
    """

    __slots__ = ("caches", "cleans", "install", "pinned", "valued", "yes")

    def __init__(
        self, install: str, *, pinned: str, yes: str = "", valued: str = "", caches: str = "", cleans: str = ""
    ) -> None:
        self.install = frozenset(install.split())
        self.yes = frozenset(yes.split())
        self.valued = frozenset(valued.split())
        self.pinned = re.compile(pinned)
        self.caches = tuple(caches.split())
        self.cleans = frozenset(cleans.split())


_FILE = re.compile(
    r"^(?:\.{0,2}/|https?://|git\+|git://|ssh://|file:)|^\.$|\.(?:deb|apk|rpm|whl|tgz|tar\.gz|zip|gem)$|[*]"
)
_APT = Manager(
    "install",
    pinned=r"[=/]|[-+]$",
    yes="-y --yes --assume-yes -qq --assume-no -s --simulate --dry-run --just-print --no-act --recon",
    valued="-t --target-release --default-release -o --option -c --config-file -a --host-architecture -P --build-profiles",
    caches="/var/lib/apt/lists",
)
_YUM = Manager(
    "install localinstall groupinstall reinstall",
    pinned=r"-\d|^@|\.rpm$|=",
    yes="-y --assumeyes --assumeno -q --downloadonly",
    valued="-c --config -d -e -x --exclude --enablerepo --disablerepo --installroot --releasever --repo --setopt",
    caches="/var/cache/yum /var/cache/dnf",
    cleans="clean",
)
_YUM.yes = _YUM.yes - {"-q"}
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
    "microdnf": _YUM,
    "zypper": Manager(
        "install in",
        pinned=r"[=<>]|-\d",
        yes="-y --no-confirm -n --non-interactive --dry-run -D",
        valued="-r --repo --from -t --type -R --root --name -C --catalog -p --plus-repo",
        caches="/var/cache/zypp",
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
        pinned=r"^@?[^@]+@(?!latest$|next$).+|^[^@]+/|^\.",
        valued="--prefix --registry --loglevel --cache --userconfig --omit --include -w --workspace -C",
        cleans="cache",
    ),
    "gem": Manager(
        "install i", pinned=r":", valued="-v --version -i --install-dir -n --bindir -P --trust-policy -s --source"
    ),
}
MANAGERS["pip3"] = MANAGERS["pip"]
MANAGERS["pip2"] = MANAGERS["pip"]
