"""What stands behind `uses:`."""

from __future__ import annotations

import os.path
from functools import lru_cache
from itertools import dropwhile

from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Mark

_REPOSITORY = lazily(r"([A-Za-z0-9][A-Za-z0-9-]*)/([A-Za-z0-9._-]+)(/[^@\s]*)?@(\S+)\Z")
_SHA = lazily(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_SHORT_SHA = lazily(r"(?=.*[a-f])(?=.*\d)[0-9a-f]+\Z")
_HIDING = frozenset({"", ".", ".."})
"""Parts of a path that lead nowhere else than the path without them."""
_VERSION = lazily(r"(?:releases?/)?v?(\d+)(?:\.\d+)*\Z")
_COMMENT = lazily(r"(?:[^\n#]|(?<!\s)#)*(?<=\s)#[# \t'\"]*([^\n]*)")
_COMMENT_VERSION = lazily(
    r"(?:^(?:tag|pin|version|release|ref)? ?[=@:]? ?v?|(?:\s|=|@|/)(?:v|(?=\d+\.\d+\.\d)))"
    r"((?>\d+(?:\.\d+){0,2}))(?![\w.-]*[A-Za-z])"
)
_BRANCHES = frozenset(
    {"main", "master", "develop", "dev", "trunk", "latest", "head", "nightly", "next", "edge", "stable"}
)
OFFICIAL = frozenset({"actions", "github"})


@lru_cache(maxsize=1024)
def parse_uses(text: str) -> ActionRef:
    """Return what a `uses` names; `kind` is `invalid` when it has none of the three forms.

    Nobody changes it: steps that use the same share it.
    """
    if text.startswith(("./", "../", "$/")) or text == ".":
        return ActionRef("local", text)
    if text.startswith("docker://"):
        return ActionRef("docker", text)
    found = _REPOSITORY.match(text)
    if not found:
        return ActionRef("invalid", text)
    owner, name, path, ref = found.groups()
    return ActionRef("repository", text, owner, name, (path or "")[1:], ref)


def version_in_comment(source: Source, mark: Mark) -> int | None:
    """Return the major version that the comment behind a pinned `uses` names (`# v4.1.0`), or `None`."""
    found = version_behind(source, mark[1])
    return int(found[0].partition(".")[0]) if found else None


def version_behind(source: Source, end: int) -> tuple[str, int] | None:
    """Return the version that the comment on the same line names, and where it stands in the source."""
    comment = _COMMENT.match(source.text, end)
    found = _COMMENT_VERSION.search(comment[1]) if comment else None
    return (found[1], comment.start(1) + found.start(1)) if comment and found else None


def comment_behind(source: Source, end: int) -> str:
    """Return the comment that follows on the same line, without its `#`; empty when there is none."""
    found = _COMMENT.match(source.text, end)
    return found[1].rstrip() if found else ""


class ActionRef:
    """One `uses`: `kind` is `repository`, `local`, `docker` or `invalid`.

    `slug` is `owner/repository` in lower case, `name` the same with the path of an action or workflow in it if there is
    one; what is in no repository is called as it is written.
    """

    __slots__ = ("is_branch", "is_sha", "kind", "major", "name", "owner", "path", "ref", "repository", "slug", "text")

    def __init__(
        self, kind: str, text: str, owner: str = "", repository: str = "", path: str = "", ref: str = ""
    ) -> None:
        self.kind = kind
        self.text = text
        self.owner = owner.lower()
        self.repository = repository.lower()
        self.path = path
        self.ref = ref
        self.slug = f"{self.owner}/{self.repository}" if owner else ""
        self.is_sha = len(ref) >= 40 and _SHA.match(ref) is not None
        """Whether the ref is a full commit sha."""
        lower = ref.lower()
        self.is_branch = lower in _BRANCHES or lower.startswith(("refs/heads/", "feature/"))
        """Whether the ref is surely a branch or a moving name, not a version."""
        found = _VERSION.match(ref) if len(ref) < 30 else None
        self.major: int | None = int(found.group(1)) if found else None
        """The major version of a ref such as `v4.1.0`."""
        self.name = f"{self.slug}/{path}".lower().rstrip("/") if owner else text.lower()

    @property
    def folder(self) -> str:
        """The path of a local action or workflow from the root of the repository (`$/x` and `./x` are `x`)."""
        return os.path.normpath("./" + self.text[2:] if self.text.startswith("$/") else self.text)

    @property
    def has_ref(self) -> bool:
        """Whether an `@` stands in the last part of what is used, which is no ref there if that is a local path."""
        return "@" in self.text.rpartition("/")[2]

    def __repr__(self) -> str:
        return f"ActionRef({self.text!r})"


def is_short_sha(ref: str) -> bool:
    """Say whether a ref looks like a shortened commit sha."""
    return 7 <= len(ref) < 40 and _SHORT_SHA.match(ref) is not None


def hides_path(uses: ActionRef) -> bool:
    """Say whether the path of an action has empty, `.` or `..` parts."""
    if uses.kind == "repository":
        parts = uses.text.partition("@")[0].split("/")
    elif uses.kind == "local":
        parts = list(dropwhile(lambda part: part == "..", uses.text.rstrip("/").split("/")[1:]))
    else:
        return False
    return not _HIDING.isdisjoint(parts) and uses.path + uses.text[:1] != "/" and parts != [""]
