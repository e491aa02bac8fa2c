"""The files of a project that package managers work by: the manifest, and the lock file beside it.

From the documentation of npm, Yarn, pnpm, Bun, uv, Poetry, PDM, Pipenv, Bundler, Composer, Go, Cargo and Mix.
"""

from __future__ import annotations


class Project:
    """What a package manager goes by.

    `locks` are the names of its lock file, the usual one first. `locked` are the sub-commands that fail without a lock
    file (`""`: none is given), and `asks` the options that make them do so; without such options they always do.
    """

    __slots__ = ("asks", "locked", "locks", "manifest")

    def __init__(self, manifest: str, locks: str, locked: tuple[str, ...] = (), asks: tuple[str, ...] = ()) -> None:
        self.manifest = manifest
        self.locks = tuple(locks.split())
        self.locked = frozenset(locked)
        self.asks = asks

    @property
    def files(self) -> str:
        """The two in words: `package.json and yarn.lock`."""
        return f"{self.manifest} and {self.locks[0] if len(self.locks) == 1 else 'the lock file'}"


PROJECTS = {
    "bun": Project("package.json", "bun.lock bun.lockb", ("install", "i"), ("--frozen-lockfile",)),
    "bundle": Project("Gemfile", "Gemfile.lock"),
    "cargo": Project("Cargo.toml", "Cargo.lock"),
    "composer": Project("composer.json", "composer.lock"),
    "go": Project("go.mod", "go.sum"),
    "mix": Project("mix.exs", "mix.lock"),
    "npm": Project("package.json", "package-lock.json npm-shrinkwrap.json", ("ci", "clean-install")),
    "pdm": Project("pyproject.toml", "pdm.lock"),
    "pipenv": Project("Pipfile", "Pipfile.lock"),
    "pnpm": Project("package.json", "pnpm-lock.yaml", ("install", "i"), ("--frozen-lockfile",)),
    "poetry": Project("pyproject.toml", "poetry.lock"),
    "uv": Project("pyproject.toml", "uv.lock", ("sync",), ("--frozen", "--locked")),
    "yarn": Project("package.json", "yarn.lock", ("install", ""), ("--frozen-lockfile", "--immutable")),
}


def locks_beside(manifest: str) -> tuple[str, ...]:
    """Return the names of the lock files that may stand beside a manifest, whichever package manager wrote them."""
    return tuple(lock for one in PROJECTS.values() if one.manifest == manifest for lock in one.locks)
