"""Only what a branch brings: findings that the merge base does not have, both trees judged by the rules of now."""

from __future__ import annotations

import os

from devopslint.engine.git import NoGitError, ask_git, talk_to_git
from devopslint.engine.reading import LARGEST_FILE, Unread, too_large
from devopslint.engine.workspace import Workspace
from devopslint.policy.baseline import Baseline, is_gone, keyed

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping, Sequence

    from devopslint.commands.request import Request
    from devopslint.commands.session import Session
    from devopslint.engine.discover import Asked
    from devopslint.policy.baseline import Key
    from devopslint.policy.finding import Report


_MOST_LINKS = 40
"""Links that are followed from one path, as systems do."""


class DiffBaseError(Exception):
    """A base that git does not know, or no repository at all."""


class TreeWorkspace(Workspace):
    """The files of a commit, read from git when they are asked for; links stay in the tree, submodules are none of it."""

    def __init__(self, root: str, blobs: Mapping[str, tuple[str, int]], links: Mapping[str, str]) -> None:
        super().__init__(root)
        self._blobs = blobs
        self._links = links
        self._folders: dict[str, set[str]] = {}
        self._reader: Blobs | None = None
        self.fault: DiffBaseError | None = None
        for path in (*blobs, *links):
            while path:
                folder, _, name = path.rpartition("/")
                names = self._folders.setdefault(folder, set())
                if name in names:
                    break
                names.add(name)
                path = folder  # noqa: PLW2901 (up to the root)

    def files(self) -> list[str]:
        """Return the sorted paths of the files, and of the links that lead to no folder."""
        return sorted([*self._blobs, *(path for path in self._links if self._led_to(path) not in self._folders)])

    def _is_file(self, path: str) -> bool:
        return self._led_to(path) in self._blobs

    def _names(self, folder: str) -> Sequence[str]:
        real = self._led_to(folder)
        return () if real is None else sorted(self._folders.get(real, ()))

    def size(self, path: str) -> int:
        """Return the size of a file in bytes; 0 when there is none."""
        return self._blobs[path][1] if path in self._blobs else 0

    def _read(self, path: str) -> bytes | Unread | None:
        real = self._led_to(path)
        if real is None or real not in self._blobs:
            return (
                Unread("core/unreadable", "leads to no file")
                if path in self._links and real not in self._folders
                else None
            )
        blob, size = self._blobs[real]
        return too_large(size) if size > LARGEST_FILE else self._content(blob)

    def _led_to(self, path: str) -> str | None:
        """Return what a path stands for, links followed; `None` where they lead out of the tree or round in a circle."""
        if path in self._blobs or not self._links:
            return path
        left, followed = path.split("/")[::-1], 0
        real: list[str] = []
        while left:
            part = left.pop()
            if part == "..":
                if not real:
                    return None
                real.pop()
            elif part not in {"", "."}:
                real.append(part)
                link = self._links.get("/".join(real))
                if link is not None:
                    target = os.fsdecode(self._content(link) or b"/")
                    followed += 1
                    if target.startswith("/") or followed > _MOST_LINKS:
                        return None
                    real.pop()
                    left.extend(target.split("/")[::-1])
        return "/".join(real)

    def _content(self, blob: str) -> bytes | None:
        if self._reader is None:
            self._reader = Blobs(self.root)
        try:
            return self._reader.read(blob)
        except DiffBaseError as error:
            self.fault = self.fault or error
            return None

    def close(self) -> None:
        """End the process that reads."""
        if self._reader is not None:
            self._reader.close()


class Blobs:
    """One `git cat-file` that is asked for a blob after the other."""

    def __init__(self, root: str) -> None:
        self._process = talk_to_git(root, "cat-file", "--batch")

    def read(self, blob: str) -> bytes:
        """Return the content of a blob. Raises DiffBaseError when git has not got it, as in a partial clone."""
        stdin, stdout = self._process.stdin, self._process.stdout
        try:
            stdin.write(blob.encode("ascii") + b"\n")
            stdin.flush()
        except BrokenPipeError:
            header = []
        else:
            header = stdout.readline().split()
        if len(header) != 3:
            raise DiffBaseError(f"git has no file {blob}, which the merge base needs: fetch the whole history first")
        content: bytes = stdout.read(int(header[2]))
        stdout.read(1)
        return content

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()


def _run(root: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        done: subprocess.CompletedProcess[bytes] = ask_git(root, *arguments)
    except NoGitError as error:
        raise DiffBaseError(f"git can't be run: {error}") from None
    return done


def _git(root: str, *arguments: str) -> str:
    done = _run(root, *arguments)
    if done.returncode:
        words = " ".join(os.fsdecode(done.stderr).split())
        raise DiffBaseError(f"git {arguments[0]}: {words or 'failed'}")
    return os.fsdecode(done.stdout)


def merge_base(root: str, reference: str) -> str:
    """Return the commit from which the current one and `reference` parted. Raises DiffBaseError."""
    if not reference or reference.startswith("-"):
        raise DiffBaseError(f"--diff-base: `{reference}` is no name of a commit")
    for name in (reference, "HEAD"):
        if not _is_commit(root, name):
            hint = (
                f": is it fetched? `git fetch origin {reference.removeprefix('origin/')}`"
                if name == reference
                else ": nothing is committed yet"
            )
            raise DiffBaseError(f"--diff-base: git knows no commit `{name}`{hint}")
    found = _run(root, "merge-base", "--", reference, "HEAD")
    if found.returncode or not found.stdout.strip():
        shallow = os.fsdecode(_run(root, "rev-parse", "--is-shallow-repository").stdout).strip() == "true"
        hint = ": the clone is shallow, `git fetch --unshallow` brings the rest (`fetch-depth: 0` of actions/checkout)"
        message = f"--diff-base: `{reference}` and HEAD have no commit in common{hint if shallow else ''}"
        raise DiffBaseError(message)
    return os.fsdecode(found.stdout).split()[0]


def _is_commit(root: str, name: str) -> bool:
    _git(root, "rev-parse", "--git-dir")
    return not _run(root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").returncode


def tree_of(root: str, commit: str) -> tuple[dict[str, tuple[str, int]], dict[str, str]]:
    """Return path → (blob, size) of the ordinary files of a commit that stand below the root, and path → blob of links."""
    blobs, links = {}, {}
    for row in _git(root, "ls-tree", "-r", "-l", "-z", commit).split("\0"):
        facts, _, path = row.partition("\t")
        if facts.startswith("100"):
            _, _, blob, size = facts.split()
            blobs[path] = blob, int(size) if size.isdigit() else 0  # a partial clone says `BAD`, and reading tells why
        elif facts.startswith("120"):
            links[path] = facts.split()[2]
    return blobs, links


def renamed(root: str, commit: str) -> dict[str, str]:
    """Return new → old path of the files that have been renamed since a commit, as git's index has it."""
    how = ("--name-status", "-M", "-z", "--relative", "--diff-filter=R", "--no-ext-diff", "--no-textconv")
    rows = _git(root, "diff-index", "--cached", *how, "--ignore-submodules=all", commit).split("\0")
    return {rows[at + 2]: rows[at + 1] for at in range(0, len(rows) - 2, 3)}


def _asked_then(
    workspace: TreeWorkspace, report: Report, session: Session, asked: Asked, old_of: Mapping[str, str]
) -> Asked:
    """Return what is to be judged of the merge base: all, or the files that have findings now, under their old names."""
    from devopslint.engine.discover import Asked

    there = workspace.files()
    if asked.whole:
        return session.without_excluded(Asked([], there, True))
    paths = {old_of.get(finding.path, finding.path) for finding in report.active}
    if not paths.issubset(there):  # a file that git has not been told of may be one that is no more
        paths.update(filter(is_gone(session.root), there))
    return Asked([], [path for path in there if path in paths], False)


def only_new(report: Report, request: Request, session: Session, asked: Asked) -> Report:
    """Return a report without the findings that the merge base with `request.diff_base` has already."""
    from devopslint.engine.run import Run

    root = session.root
    base = merge_base(root, request.diff_base or "")
    if not report.active:
        return report
    blobs, links = tree_of(root, base)
    old_of = renamed(root, base)
    workspace = TreeWorkspace(root, blobs, links)
    if session.scopes is not None:
        workspace.kinds = session.scopes.kinds
    try:
        asked_then = _asked_then(workspace, report, session, asked, old_of)
        run = Run(workspace, session.catalog, session.selection, scopes=session.scopes, ignoring=session.ignoring())
        then = run.check(asked_then)
        if workspace.fault is not None:
            raise workspace.fault
        new_of = {old: new for new, old in old_of.items()}
        had: dict[Key, int] = {}
        for (rule, path, address, line), _ in keyed(then):
            key = rule, new_of.get(path, path), address, line
            had[key] = had.get(key, 0) + 1
    finally:
        workspace.close()
    _, fresh, _ = Baseline(had).split(keyed(report), is_gone(root))
    kept = {id(finding) for _, finding in fresh}
    return report.narrowed(lambda finding: finding.suppressed is not None or id(finding) in kept)
