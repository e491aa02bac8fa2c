"""Which options of a program take a value: in `-Lokind` of curl, `kind` is that of `-o`, and there is no `-k`.

From the manual pages of curl(1), wget(1), tar(1), ssh(1), scp(1), apt-get(8), apk(8), dnf(8), useradd(8), usermod(8),
groupadd(8), and the documentation of pip.
"""

from __future__ import annotations

_APT = "acotP"
_DNF = "cdexR"
_PIP = "bcCdefirt"
VALUED = {
    "apk": "Xpt",
    "apt": _APT,
    "apt-get": _APT,
    "curl": "AbcCdDeEFHKmoPQrtTuUwxXyYz",
    "dnf": _DNF,
    "groupadd": "gKpPRU",
    "microdnf": _DNF,
    "pip": _PIP,
    "pip2": _PIP,
    "pip3": _PIP,
    "scp": "cDFiJloPSX",
    "ssh": "BbcDEeFIiJLlmOopPQRSWw",
    "tar": "bCfFgHIKLNTVX",
    "useradd": "bcdefgGkKpPRsuZ",
    "usermod": "cdefgGlpPRsuvVwWZ",
    "wget": "aABDeGiIloOPQRtTUwX",
    "yum": _DNF,
}
"""Program → the letters whose value is what follows in the same word, else the next word."""
_LONG = {
    "curl": "config cookie cookie-jar data data-ascii data-binary data-raw data-urlencode dump-header form form-string header"
    " json output output-dir proxy-header proxy-user range referer request stderr trace trace-ascii upload-file url-query user"
    " user-agent write-out",
    "wget": "append-output body-data directory-prefix execute header http-password http-user method output-document"
    " output-file password post-data referer user user-agent",
}
"""Program → the long options whose value may be any text, and the next word."""
_LONG_VALUED = {program: frozenset(f"--{name}" for name in names.split()) for program, names in _LONG.items()}
_FIGURES = {"curl": "012346#:", "scp": "12346", "ssh": "1246", "wget": "46"}
"""Options that are no letters."""
_GROUPS = {"wget": "n"}
"""Letters whose options have two: `-nvc` of wget is `-nv` and `-nc`."""
_EQUALS = frozenset(("apt", "apt-get"))
"""Programs that take `-t=value` as well."""


def split_flag(text: str, program: str = "") -> list[tuple[str, str | None]]:
    """Return the options in a word with their attached values; empty when it is no option.

    `--target=x` is `--target` with `x`. `-xyz` is itself and `-x`, `-y`, `-z`; in `-n10` the rest is the value of `-n`.
    Of a program that `VALUED` knows, what follows a letter that takes a value is the value.
    """
    if len(text) < 2 or text[0] != "-" or text == "--":
        return []
    if text[1] == "-":
        name, equals, value = text.partition("=")
        return [(name, value if equals else None)]
    if len(text) == 2:
        return [(text, None)]
    if program in VALUED:
        return split_short(text, program)
    name, equals, value = text.partition("=")
    found: list[tuple[str, str | None]] = [(name, value if equals else None)]
    for index, letter in enumerate(name[1:], 1):
        if not letter.isalpha():
            if index > 1:
                found.append(("-" + name[index - 1], text[index:]))
                found = [pair for pair in found if pair != ("-" + name[index - 1], None)]
            break
        found.append(("-" + letter, None))
    return found


def split_short(text: str, program: str) -> list[tuple[str, str | None]]:
    """Return the options in a word of a program that `VALUED` knows, with their attached values.

    The word itself is the first of them when it does not begin with an option that has the rest as its value.
    """
    valued, figures, groups = VALUED[program], _FIGURES.get(program, ""), _GROUPS.get(program, "")
    name, equals, value = text.partition("=")
    found: list[tuple[str, str | None]] = (
        [] if text[1] in valued and len(text) > 2 else [(name, value if equals else None)]
    )
    if len(text) == 2:
        return found
    for index, letter in enumerate(text[1:], 1):
        rest = text[index + 1 :]
        if letter in groups:
            found.extend((f"-{letter}{other}", None) for other in rest)
            break
        if letter in valued:
            found.append(("-" + letter, (rest.removeprefix("=") if program in _EQUALS else rest) or None))
            break
        if not letter.isalpha() and letter not in figures:
            if index > 1:
                found[-1] = (found[-1][0], text[index:].removeprefix("="))
            break
        found.append(("-" + letter, None))
    return found


def takes_next(option: str, program: str) -> bool:
    """Say whether the value of an option of a program that `VALUED` knows is the next word, whatever that begins with."""
    if len(option) == 2:
        return option[1] in VALUED[program]
    return program in _LONG_VALUED and option in _LONG_VALUED[program]
