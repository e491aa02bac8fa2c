"""What is known of package managers: how they install, what makes them ask, where they leave caches, how a version is written.

From the manual pages of apt-get(8), aptitude(8), apk(8), yum(8), dnf(8), microdnf, zypper(8) and pacman(8), and the
documentation of pip, conda, npm, Yarn, pnpm, Bun, RubyGems, Cargo and Composer.
"""

from __future__ import annotations

from devopslint.syntax.patterns import lazily


class Manager:
    """A package manager.

    `install` are the sub-commands that install, `asks` those that ask before they go on, `yes` the options that keep it
    from asking; `valued` those whose value is the next word; `pinned` matches a package with a version, `revision` is
    what stands in front of the version in the address of a repository, and `bound` are options that settle the versions
    of all packages. `caches` are the folders it leaves behind, `fills` the sub-commands that fill them, `cleans` those
    that empty them. `kin` are the programs that have the same cache. The sub-commands of pacman are options.
    """

    __slots__ = ("asks", "bound", "caches", "cleans", "fills", "install", "kin", "pinned", "revision", "valued", "yes")

    def __init__(
        self,
        install: str,
        *,
        pinned: str,
        asks: str = "",
        yes: str = "",
        valued: str = "",
        bound: str = "",
        caches: str = "",
        fills: str = "",
        cleans: str = "",
        kin: str = "",
        revision: str = "@",
    ) -> None:
        self.install = frozenset(install.split())
        self.asks = self.install | frozenset(asks.split())
        self.yes = frozenset(yes.split())
        self.valued = frozenset(valued.split())
        self.pinned = lazily(pinned)
        self.bound = frozenset(bound.split())
        self.caches = tuple(caches.split())
        self.fills = self.install | frozenset(fills.split())
        self.cleans = frozenset(cleans.split())
        self.kin = tuple(kin.split())
        self.revision = revision


_RPM_VERSION = r"-\d[^-]*(?:-\d[^-]*)?$"
"""`-VERSION` or `-VERSION-RELEASE` at the end; in `java-21-openjdk` the number is a part of the name."""
_APT = Manager(
    "install",
    pinned=r"[=/]|[-+]$",
    asks="reinstall remove purge autoremove upgrade dist-upgrade full-upgrade build-dep satisfy",
    yes="-y --yes --assume-yes -qq --assume-no -s --simulate --dry-run --just-print --no-act --recon",
    valued="-t --target-release --default-release -o --option -c --config-file -a --host-architecture -P --build-profiles "
    "-S --snapshot",
    bound="-S --snapshot",
    caches="/var/lib/apt/lists",
    cleans="dist-clean distclean",
)
_YUM = Manager(
    "install localinstall groupinstall reinstall",
    pinned=_RPM_VERSION + r"|^@|\.rpm$|[=:]",
    asks="update upgrade remove erase autoremove downgrade swap distro-sync distrosync update-minimal upgrade-minimal "
    "builddep groupremove localupdate enable disable reset switch-to",
    yes="-y --assumeyes --assumeno --downloadonly",
    valued="-c --config -d -e -x --exclude --enablerepo --disablerepo --installroot --releasever --repo --setopt",
    caches="/var/cache/yum /var/cache/dnf /var/cache/libdnf5",
    fills="update upgrade update-minimal upgrade-minimal distro-sync makecache",
    cleans="clean",
    kin="yum dnf dnf5 microdnf tdnf",
)
_APTITUDE = Manager(
    "install",
    pinned=r"[=/]|[-+]$|^[~?]",
    asks="reinstall remove purge upgrade safe-upgrade full-upgrade dist-upgrade build-dep",
    yes="-y --assume-yes -s --simulate -d --download-only",
    valued="-t --target-release --default-release -o -q -w --width -F --display-format -O --sort",
    caches="/var/lib/apt/lists",
)
_CONDA = Manager(
    "install create",
    pinned=r"[=<>~!]|::.{0,200}\[|^\.",
    asks="update upgrade remove uninstall",
    yes="-y --yes --dry-run -d --json --download-only",
    valued="-n --name -p --prefix -c --channel --file -f --repodata-fn --solver --subdir --platform -r --root-prefix --clone "
    "--rc-file --experimental",
    bound="--file -f --clone",
    caches="/opt/conda/pkgs",
    fills="update upgrade",
    cleans="clean",
    kin="conda mamba micromamba",
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
        pinned=_RPM_VERSION + r"|[=<>]",
        asks="remove rm update up patch dist-upgrade dup source-install si install-new-recommends inr",
        yes="-y --no-confirm -n --non-interactive --dry-run -D",
        valued="-r --repo --from -t --type -R --root --name -C --catalog -p --plus-repo",
        caches="/var/cache/zypp",
        fills="update up patch dist-upgrade dup source-install si install-new-recommends inr",
        cleans="clean cc",
        kin="zypper",
    ),
    "pacman": Manager(
        "-S -Sy -Syu -Syyu -Syy -Su -Suy -Suyy --sync",
        pinned=r"/",
        asks="-R -Rs -Rn -Rns -Rsn -Rc -Rcs -U --remove --upgrade",
        yes="--noconfirm -p --print -w --downloadonly",
        valued="-b --dbpath -r --root --arch --cachedir --color --config --gpgdir --hookdir --logfile --ignore --ignoregroup "
        "--overwrite --sysroot --assume-installed",
        caches="/var/cache/pacman",
        cleans="-Sc -Scc --clean",
        kin="pacman",
    ),
    "pip": Manager(
        "install",
        pinned=r"[=<>!~]=|[<>]|@|/|^\.|\[.{0,200}\]$(?<=\.\])",
        valued="-r --requirement -c --constraint -e --editable -i --index-url --extra-index-url -f --find-links -t --target "
        "--prefix --root --src --cache-dir --trusted-host --platform --python-version --implementation --abi --progress-bar "
        "--upgrade-strategy --group --no-binary --only-binary --timeout --retries --proxy --cert --client-cert --log "
        "-C --config-setting --config-settings --global-option --install-option --python --use-feature --use-deprecated "
        "--report --root-user-action --exists-action --build-constraint --resume-retries --keyring-provider --all-releases "
        "--only-final --uploaded-prior-to --requirements-from-script --pypi-url --default-timeout --log-file --local-log "
        "-b --build --build-dir --build-directory --source --source-dir --source-directory "
        # Those of `uv pip`.
        "-p -P --upgrade-package --python-preference --python-platform --torch-backend --index --default-index "
        "--index-strategy --resolution --prerelease --fork-strategy --exclude-newer --exclude-newer-package --link-mode "
        "--refresh-package --reinstall-package --requirements --constraints --build-constraints --override --overrides "
        "--excludes --extra --config-settings-package --no-build-isolation-package --no-sources-package "
        "--allow-insecure-host --color --directory --project --config-file",
        bound="-c --constraint --constraints --require-hashes --no-index",
        caches="/root/.cache/pip",
        cleans="cache",
    ),
    "conda": _CONDA,
    "mamba": _CONDA,
    "micromamba": _CONDA,
    "npm": Manager(
        "install i add in ins inst isntall",
        pinned=_NPM_PINNED,
        revision="#",
        valued="--prefix --registry --loglevel --cache --userconfig --omit --include --tag -w --workspace -C",
        cleans="cache",
    ),
    "gem": Manager(
        "install i",
        pinned=r":",
        valued="-v --version -i --install-dir -n --bindir -P --trust-policy -s --source",
        bound="-v --version -g --file",
    ),
    "cargo": Manager(
        "install binstall",
        pinned=r"@",
        valued="--version --vers --git --branch --tag --rev --path --root --features -F --target --profile --index --registry "
        "--bin --example --target-dir -j --jobs --config --color -Z",
        bound="--version --vers --git --path --list --rev --tag",
    ),
    "composer": Manager(
        "require",
        pinned=r"[:=]|^(?:php|ext-|lib-)",
        valued="-d --working-dir --minimum-stability --prefer-install",
        caches="/root/.composer/cache /root/.cache/composer",
        cleans="clear-cache clearcache cc",
    ),
}
MANAGERS["yarn"] = Manager("add", pinned=_NPM_PINNED, revision="#", valued="--cwd --registry --prefix")
MANAGERS["pnpm"] = Manager(
    "add install i", pinned=_NPM_PINNED, revision="#", valued="--registry --prefix -C --dir --filter"
)
MANAGERS["bun"] = Manager(
    "add install i a",
    pinned=_NPM_PINNED,
    revision="#",
    valued="--cwd --registry --filter --cache-dir -c --config --backend",
)
MANAGERS["aptitude"] = _APTITUDE
MANAGERS["pipx"] = Manager(
    "install",
    pinned=r"[=<>!~]=|[<>]|@|/|^\.",
    valued="--python -i --index-url --pip-args --suffix --preinstall --backend",
)
MANAGERS["uv"] = Manager(
    "install",
    pinned=r"[=<>!~]=|[<>]|@|/|^\.",
    valued="--python -p --with --with-requirements --index --default-index --index-url --extra-index-url -c --constraints",
    bound="-c --constraints",
)
MANAGERS["pip3"] = MANAGERS["pip"]
MANAGERS["pip2"] = MANAGERS["pip"]


class Lock:
    """How a manager is told to install what its lock file says, and to fail when the manifest says something else.

    `files` matches the lock file, `verbs` are the sub-commands that may go past it (`""`: none is given), `frozen` the
    options that keep them from it, `settings` a text anywhere in the file that does; `instead` is what to write.
    """

    __slots__ = ("files", "frozen", "instead", "settings", "verbs")

    def __init__(self, files: str, verbs: tuple[str, ...], frozen: str, instead: str, settings: str = "") -> None:
        self.files = lazily(rf"(?:\./)?(?:{files})$")
        self.verbs = frozenset(verbs)
        self.frozen = frozenset(frozen.split())
        self.instead = instead
        self.settings = lazily(settings) if settings else None


LOCKS = {
    "npm": Lock(
        r"package-lock\.json|npm-shrinkwrap\.json|package\*\.json",
        ("install", "i", "in", "add"),
        "-g --global --location --package-lock-only",
        "npm ci",
    ),
    "yarn": Lock(
        r"yarn\.lock\*?",
        ("install", ""),
        "--frozen-lockfile --immutable --immutable-cache --version -v",
        "yarn install --frozen-lockfile",
    ),
    "pnpm": Lock(
        r"pnpm-lock\.yaml\*?",
        ("install", "i"),
        "--frozen-lockfile -g --global",
        "pnpm install --frozen-lockfile",
        r"\bCI=",
    ),
    "bun": Lock(
        r"bun\.lockb?\*?|bun\.lock\*",
        ("install", "i"),
        "--frozen-lockfile -g --global",
        "bun install --frozen-lockfile",
    ),
    "composer": Lock(r"composer\.lock\*?|composer\.\*", ("update", "u"), "--lock --dry-run", "composer install"),
    "bundle": Lock(
        r"Gemfile\.lock|Gemfile\*",
        ("install", "update", ""),
        "--frozen --deployment --local --version",
        "bundle config set frozen true && bundle install",
        r"(?i)(?:\b|\bBUNDLE_)(?:frozen|deployment)\b",
    ),
    "pipenv": Lock(
        r"Pipfile\.lock|Pipfile\*",
        ("install", "update"),
        "--deploy --ignore-pipfile -r --requirements",
        "pipenv install --deploy",
    ),
    "uv": Lock(r"uv\.lock\*?", ("sync",), "--locked --frozen", "uv sync --locked", r"\bUV_(?:LOCKED|FROZEN)\b"),
    "poetry": Lock(r"poetry\.lock\*?", ("update", "lock"), "--dry-run", "poetry install"),
}
"""The managers whose installs may write another lock file."""
