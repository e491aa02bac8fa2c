"""Findings to text: one module a format, imported when that format is asked for.

A format is a module with `write(report: Report, out: TextIO, options: Options) -> None`. `FORMATS` names them all.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, TextIO

    from devopslint.policy.finding import Report
    from devopslint.report.options import Options

FORMATS: Mapping[str, str] = {
    "full": "devopslint.report.full",
    "concise": "devopslint.report.concise",
    "grouped": "devopslint.report.grouped",
    "statistics": "devopslint.report.statistics",
    "markdown": "devopslint.report.markdown",
    "json": "devopslint.report.json",
    "jsonl": "devopslint.report.jsonl",
    "sarif": "devopslint.report.sarif",
    "github": "devopslint.report.github",
    "gitlab": "devopslint.report.gitlab",
    "junit": "devopslint.report.junit",
    "checkstyle": "devopslint.report.checkstyle",
    "rdjson": "devopslint.report.rdjson",
    "rdjsonl": "devopslint.report.rdjsonl",
}
"""The module of each format."""

HUMAN_FORMATS = frozenset({"full", "concise", "grouped", "statistics", "markdown"})
"""The formats that are for people. The others own their stream alone, and have no commands to a CI service in them."""

FOR_TERMINALS = HUMAN_FORMATS - {"markdown"}
"""The formats that are written in the encoding of the terminal. The others are UTF-8 wherever they go."""

SHOWING_NOTES = frozenset({"full", "grouped", "statistics", "markdown"})
"""The formats that have the notes of the run in them."""


class OutputError(ValueError):
    """A wrong `--output`; the message is for the person who typed it."""


class Output:
    """Where one report goes: the name of its format, and a path, or `None` for standard output."""

    __slots__ = ("format", "path")

    def __init__(self, format: str, path: str | None) -> None:  # noqa: A002 (the field's word)
        self.format = format
        self.path = path

    def __repr__(self) -> str:
        return f"Output({self.format!r}, {self.path!r})"


def parse_output(text: str) -> Output:
    """Return `FORMAT[:PATH]` in its parts; the path `-` is standard output.

    Only the first colon parts them, so that `sarif:C:\\out.sarif` keeps its drive. Raises OutputError when the format
    is not known or the path is empty.
    """
    name, colon, path = text.partition(":")
    if name not in FORMATS:
        from difflib import get_close_matches

        near = get_close_matches(name, FORMATS, 1)
        meant = f", did you mean `{near[0]}`?" if near else f": choose from {', '.join(FORMATS)}"
        raise OutputError(f"unknown output format `{name}`{meant}")
    if colon and not path:
        raise OutputError(f"no path after the colon of `{text}`")
    return Output(name, path if colon and path != "-" else None)


def parse_outputs(texts: Iterable[str]) -> list[Output]:
    """Return several `FORMAT[:PATH]` in their parts, in order.

    Raises OutputError as `parse_output` does, when more than one goes to standard output, and when two share a path.
    Annotations for GitHub may follow a report for people, as they do by themselves in its workflows.
    """
    outputs = sorted(map(parse_output, texts), key=lambda output: output.format == "github" and output.path is None)
    seen: dict[str | None, str] = {}
    for output in outputs:
        follows = output.format == "github" and output.path is None and seen.get(None) in HUMAN_FORMATS
        if output.path in seen and not follows:
            where = "standard output" if output.path is None else f"`{output.path}`"
            other = "a path" if output.path is None else "another path"
            raise OutputError(f"both `{seen[output.path]}` and `{output.format}` would go to {where}: give one {other}")
        seen[output.path] = output.format
    return outputs


def writer(name: str) -> Callable[[Report, TextIO, Options], None]:
    """Return the `write` function of a format, importing its module. Raises OutputError when there is none."""
    if name not in FORMATS:
        raise OutputError(f"unknown output format `{name}`: choose from {', '.join(FORMATS)}")
    from importlib import import_module

    write: Callable[[Report, TextIO, Options], None] = import_module(FORMATS[name]).write
    return write


def write_output(
    output: Output,
    report: Report,
    stdout: TextIO,
    options_for: Callable[[Output, TextIO], Options],
    parts: list[str] | None = None,
) -> None:
    """Write a report where an output says.

    `options_for` makes the options once the stream is known; what is written is added to the `parts`. Raises OutputError
    when nothing can be written there, and BrokenPipeError when nobody reads standard output any more.
    """

    def write(stream: TextIO) -> None:
        options = options_for(output, stream)
        _fit(output, stream)
        out: Any = stream if parts is None else _Noted(stream, parts)
        if output.path is None and options.guarded and output.format in HUMAN_FORMATS:
            _write_guarded(writer(output.format), report, out, options)
        else:
            writer(output.format)(report, out, options)

    _write_to(output, stdout, write)


def write_again(output: Output, content: memoryview, stdout: TextIO) -> None:
    """Write what `write_output` has written once (in UTF-8) where an output says. Raises what that raises."""

    def write(stream: TextIO) -> None:
        _fit(output, stream)
        binary = getattr(stream, "buffer", None)
        if binary is not None and os.linesep == "\n" and (stream.encoding or "").lower() in {"utf-8", "utf8"}:
            stream.flush()
            binary.write(content)
        else:
            stream.write(str(content, "utf-8"))

    _write_to(output, stdout, write)


class _Noted:
    """A stream that notes what is written to it."""

    __slots__ = ("_parts", "_stream")

    def __init__(self, stream: TextIO, parts: list[str]) -> None:
        self._stream = stream
        self._parts = parts

    def write(self, text: str) -> int:
        """Write a text."""
        self._parts.append(text)
        return self._stream.write(text)

    def writelines(self, texts: Iterable[str]) -> None:
        """Write several texts."""
        for text in texts:
            self.write(text)


def _write_to(output: Output, stdout: TextIO | None, write: Callable[[TextIO], None]) -> None:
    try:
        if output.path is not None:
            from devopslint.policy.whole_files import whole_text

            with whole_text(output.path) as stream:
                write(stream)
        elif stdout is None:
            raise OutputError("standard output is closed: give the report a path")
        else:
            write(stdout)
            stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        where = output.path or "standard output"
        raise OutputError(f"{where}: can't be written: {(error.strerror or str(error)).lower()}") from None


def _fit(output: Output, stream: TextIO) -> None:
    """Let standard output carry every character: a report for terminals in its encoding, with escapes; others in UTF-8."""
    reconfigure = getattr(stream, "reconfigure", None)
    if output.path is None and reconfigure is not None:
        encoding = None if output.format in FOR_TERMINALS else "utf-8"
        reconfigure(encoding=encoding, errors="backslashreplace" if encoding else readable(stream.encoding))


def readable(encoding: str) -> str:
    """Return the handler of errors with which people can read what is written in an encoding that lacks characters."""
    if encoding.lower().replace("-", "") == "utf8":
        return "backslashreplace"
    import codecs

    from devopslint.report.text import in_ascii

    codecs.register_error("devopslint.in_ascii", in_ascii)
    return "devopslint.in_ascii"


def _write_guarded(
    write: Callable[[Report, TextIO, Options], None], report: Report, stdout: TextIO, options: Options
) -> None:
    """Write what a CI service reads without the commands that a file may hold."""
    from io import StringIO

    from devopslint.report.commands import neutral

    held = StringIO()
    write(report, held, options)
    stdout.write(neutral(held.getvalue()))
