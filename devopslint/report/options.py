"""How a report is to be written."""

from __future__ import annotations

from devopslint import __version__
from devopslint.report.style import in_ci, is_terminal, obeys_commands, takes_unicode, wants_color

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TextIO

    from devopslint.report.practices import Practice


class Options:
    """What the formats heed; each reads what concerns it.

    - `color`: ANSI colours; `links`: rule ids as hyperlinks (OSC 8); `urls`: the address of a rule's page printed;
      `unicode`: lines drawn with box characters; `width`: columns to fill (`full`, `concise`).
    - `most`: findings to show, the gravest; 0 for all (`full`, `grouped`, `concise`).
    - `quiet`: findings only, without notes and summary (`full`, `grouped`).
    - `suppressed`: write suppressed findings too, marked as such (`json`, `jsonl`, `sarif`).
    - `category`: what `automationDetails` names (`sarif`).
    - `guarded`: the stream is read by a service that obeys commands in it (the formats for people).
    - `step_summary`: the file that the summary of a job is appended to; empty for none (`github`).
    - `practices`: returns what was checked of each practice (`statistics`).
    - `version`: the version of the tool. `warn` is called with a sentence for people about the report itself.
    """

    __slots__ = (
        "category",
        "color",
        "guarded",
        "links",
        "most",
        "practices",
        "quiet",
        "step_summary",
        "suppressed",
        "unicode",
        "urls",
        "version",
        "warn",
        "width",
    )

    def __init__(
        self,
        *,
        color: bool = False,
        links: bool = False,
        urls: bool = True,
        unicode: bool = True,
        width: int = 100,
        quiet: bool = False,
        suppressed: bool = False,
        most: int = 0,
        category: str = "",
        guarded: bool = False,
        step_summary: str = "",
        practices: Callable[[], Sequence[Practice]] | None = None,
        version: str = __version__,
        warn: Callable[[str], None] | None = None,
    ) -> None:
        self.color = color
        self.links = links
        self.urls = urls
        self.unicode = unicode
        self.width = width
        self.quiet = quiet
        self.suppressed = suppressed
        self.most = most
        self.category = category
        self.guarded = guarded
        self.step_summary = step_summary
        self.practices: Callable[[], Sequence[Practice]] = practices or tuple
        self.version = version
        self.warn: Callable[[str], None] = warn or _ignore

    def look(self) -> str:
        """Return what tells these options from all others under which a report would be another text."""
        return repr([(name, getattr(self, name)) for name in self.__slots__ if name not in {"practices", "warn"}])


def options_for_stream(
    stream: TextIO,
    environ: Mapping[str, str],
    *,
    color: str = "auto",
    show_urls: str = "auto",
    quiet: bool = False,
    suppressed: bool = False,
    most: int = 0,
    category: str = "",
    practices: Callable[[], Sequence[Practice]] | None = None,
    warn: Callable[[str], None] | None = None,
) -> Options:
    """Return options that fit a stream and an environment.

    `color` and `show_urls` are `auto`, `always` or `never`. By itself a terminal outside CI gets ids that are links;
    everything else gets the addresses in full.
    """
    interactive = is_terminal(stream) and not in_ci(environ)
    return Options(
        color=wants_color(color, stream, environ),
        links=interactive and environ.get("TERM") != "dumb",
        urls=show_urls == "always" or (show_urls == "auto" and not interactive),
        unicode=takes_unicode(stream),
        width=_width(stream),
        quiet=quiet,
        suppressed=suppressed,
        most=most,
        category=category,
        guarded=obeys_commands(environ),
        step_summary=environ.get("GITHUB_STEP_SUMMARY", ""),
        practices=practices,
        warn=warn,
    )


def _width(stream: TextIO) -> int:
    """The width of the terminal, between 60 and 160; 100 for all that is none."""
    if is_terminal(stream):
        from os import get_terminal_size

        try:
            return max(60, min(160, get_terminal_size(stream.fileno()).columns))
        except (OSError, ValueError):
            pass
    return 100


def _ignore(message: str) -> None:
    pass
