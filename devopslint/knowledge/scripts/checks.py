"""Checks on shell commands that hold wherever a script stands: in a RUN, a `run:` step, a hook."""

from __future__ import annotations

import re
from bisect import bisect_right

from devopslint.knowledge.words import is_local, place_of
from devopslint.policy.subject import Problem, place_in
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.policy.subject import Subject
    from devopslint.syntax.shell import Command, Script

    Options = Mapping[str, Any]

_SHELLS = frozenset(("sh", "bash", "dash", "ash", "zsh", "ksh"))
_INTERPRETERS = frozenset(("python", "python2", "python3", "perl", "ruby", "node", "php"))
_HANDS_ON = frozenset(("tee", "cat", "sed", "tr", "grep", "gunzip", "zcat", "gzip", "base64", "iconv", "dos2unix"))
"""What passes on what it reads, more or less as it came."""
_CHECKSUM = lazily(r"sha\d*sum|shasum|b2sum|md5sum|gpg|cosign|minisign|checksum|openssl\s+dgst")
_TLS_OPTIONS: dict[str, tuple[str, ...]] = {
    "curl": ("-k", "--insecure", "--proxy-insecure"),
    "wget": ("--no-check-certificate",),
    "pip": ("--trusted-host",),
    "pip3": ("--trusted-host",),
    "helm": ("--insecure-skip-tls-verify",),
    "kubectl": ("--insecure-skip-tls-verify",),
    "oc": ("--insecure-skip-tls-verify",),
    "aws": ("--no-verify-ssl",),
    "http": ("--verify=no",),
}
_OFF = lazily(r"(?:false|0|no|off)$")
_ON = lazily(r"(?:true|1|yes|on)$")
_ANY = lazily(r"\S")
_TLS_SETTINGS = {
    **{
        name: {"http.sslverify": _OFF, "https.sslverify": _OFF, "strict-ssl": _OFF}
        for name in ("git", "npm", "yarn", "pnpm")
    },
    **{name: {"ssl_verify": _OFF} for name in ("conda", "mamba", "micromamba")},
    **{name: {"global.trusted-host": _ANY, "install.trusted-host": _ANY} for name in ("pip", "pip2", "pip3")},
    "composer": {"disable-tls": _ON, "secure-http": _OFF},
}
"""For each command the word behind which a value switches the check off."""
_TLS_WORD = lazily(
    r"https?\.sslverify=(?:false|0|no|off)$|(?:--?)?strict-ssl=false$|(?:--setopt=)?(?:[\w*.-]+\.)?sslverify=(?:0|false|no)$"
    r"|acquire::https?(?:::[\w.-]+)?::verify-(?:peer|host)=(?:false|0|no)$|(?:goinsecure|gonosumcheck)=\S"
)
_TLS_LINE = lazily(
    r"(?:^|\n|\\n)[^\S\n]*(?:sslverify\s*=\s*(?:0|false|no)\b|check_certificate\s*=\s*(?:off|false)\b|strict-ssl\s*=\s*false\b"
    r"|acquire::https?(?:::[\w.-]+)?::verify-(?:peer|host)\W+(?:false|0|no)\b\"?|trusted-host\s*=)",
    re.IGNORECASE,
)
"""Lines of configuration files: yum, wget, npm, apt and pip."""
_TLS_SIGNS = ("ssl", "tls", "verify-", "check_certificate", "trusted-host", "insecure", "secure-http", "gonosumcheck")
"""One of these stands in every setting, and in every line, that switches the check off."""


def download_run(subject: Subject, options: Options) -> Iterator[Problem]:
    """`curl … | sh`, `bash <(curl …)`, `sh -c "$(curl …)"`, `eval "$(curl …)"`."""
    command: Command = subject.context.command
    assert command.name_word is not None
    if command.name == "deno":
        yield from _run_from_address(command)
        return
    runner = command.piped_to
    if runner is not None and _output(command) not in {None, "-", "/dev/stdout"}:
        runner = None
    while runner is not None and runner.name in _HANDS_ON and runner.piped_to is not None:
        runner = runner.piped_to
    if runner is not None:
        real = _unwrapped(runner)
        if _reads_program(real):
            yield Problem(place_in(command.fragment, command.start, real.end), name=command.name, runner=real.name)
        return
    later = _run_later(command)
    if later is not None:
        yield Problem(place_in(command.fragment, command.start, command.end), name=command.name, runner=later.name)
        return
    outer = command.within
    if outer is None or (outer.name not in _SHELLS | _INTERPRETERS and outer.name not in {"eval", "source", "."}):
        return
    for word in outer.words:
        text = word.text.strip()
        inside = word.fragment is command.fragment and word.start <= command.start and command.end <= word.end
        if inside and text.endswith(")") and text.startswith(("$(", "<(")):
            yield Problem(place_in(outer.fragment, outer.start, outer.end), name=command.name, runner=outer.name)
            return


def _run_from_address(command: Command) -> Iterator[Problem]:
    """Find an address without a version that deno fetches and runs."""
    operands = command.operands()
    if [word.text for word in operands[:1]] in (["run"], ["install"]):
        for word in operands[1:2]:
            if re.match(r"https?://[^@]*\Z", word.text) and not word.expands:
                yield Problem(
                    place_in(command.fragment, command.start, command.end), name=word.text, runner=command.name
                )


def _output(command: Command) -> Any:
    """Return the file that an option names for what is downloaded; `None` without one."""
    return command.value_of("-O", "--output-document") if command.name == "wget" else command.value_of("-o", "--output")


def _checks(script: Script) -> bool:
    return _CHECKSUM.search(script.fragment.text.lower()) is not None


def _run_later(command: Command) -> Command | None:
    """Return the command that runs what a command has saved, in a script that looks at no checksum."""
    path = _output(command)
    if path is None and (command.name == "wget" or command.has_flag("-O", "--remote-name")):
        urls = [word.text for word in command.words if "://" in word.text]
        path = urls[0].partition("?")[0] if urls else None
    for redirect in command.redirects:
        if redirect.operator == ">" and redirect.target is not None:
            path = redirect.target.value
    name = path.rpartition("/")[2] if isinstance(path, str) else ""
    if not name or name in {"-", "null"} or command.script.once("looks at a checksum", _checks):
        return None
    runs = command.script.once("run by a file name", _run_by_file_name).get(name, [])
    following = bisect_right(runs, command.index, key=lambda other: other.index)
    return runs[following] if following < len(runs) else None


def _run_by_file_name(script: Script) -> dict[str, list[Command]]:
    """Return the commands that run a file, in order, by the name of that file."""
    found: dict[str, list[Command]] = {}
    for command in script:
        called = command.name_word
        if called is None:
            continue
        operands = command.operands() if command.name in _SHELLS | _INTERPRETERS and not command.has_flag("-c") else ()
        path = operands[0].text if operands else called.text if "/" in called.text else ""
        if path:
            found.setdefault(path.rpartition("/")[2], []).append(command)
    return found


def _unwrapped(command: Command) -> Command:
    """Return the command that `sudo` and its like run in the end."""
    following = command.script.once("run by others", _by_wrapper)
    seen = command
    for _ in range(8):
        inner = following.get(seen)
        if inner is None or inner.fragment is not seen.fragment or seen.name in _SHELLS:
            break
        seen = inner
    return seen


def _by_wrapper(script: Script) -> dict[Command, Command]:
    return {other.wrapper: other for other in script if other.wrapper is not None}


def _reads_program(command: Command) -> bool:
    """Say whether an interpreter takes its program from standard input."""
    operands = command.operands()
    if command.name in _SHELLS:
        if command.has_flag("-c"):
            return False
        return not operands or command.has_flag("-s") or operands[0].text in {"-", "/dev/stdin"}
    if command.name in _INTERPRETERS:
        given = [word.text for word in command.words]
        return not given or given[0] == "-"
    return False


def tls_check_disabled(subject: Subject, options: Options) -> Sequence[Problem]:
    """An option or setting that switches the check of certificates off."""
    command: Command = subject.context.command
    if command.name not in _TLS_OPTIONS:
        text = " ".join(command.args).lower()
        if not [sign for sign in _TLS_SIGNS if sign in text]:
            return ()
    found = list(_switching_tls_off(command))
    return found if found and not is_local(command) else ()


def _switching_tls_off(command: Command) -> Iterator[Problem]:
    for flag in _TLS_OPTIONS.get(command.name, ()):
        word = command.flags.get(flag)
        if word is not None and not word.text.endswith("=false"):
            yield Problem(place_of(word), option=flag, name=command.name)
            return
    writes = command.name in {"echo", "printf"}
    if writes and not command.redirects and command.piped_to is None:
        return
    settings = _TLS_SETTINGS.get(command.name)
    texts = [word.text.lower() for word in command.words]
    assigns = writes or command.fragment.text.find("=", command.start, command.end) >= 0
    if not assigns and (settings is None or settings.keys().isdisjoint(texts)):
        return
    for index, word in enumerate(command.words):
        text = texts[index]
        if writes:
            found = None if word.expands else _TLS_LINE.search(word.text)
            if found is not None or (text.strip() == "insecure" and _writes_to(command, ".curlrc")):
                yield Problem(place_of(word), option=found.group().strip() if found else text, name="what reads this")
                return
            continue
        value = settings.get(text) if settings is not None else None
        following = texts[index + 1] if value is not None and index + 1 < len(texts) else ""
        if value is not None and value.match(following):
            yield Problem(place_of(word), option=f"{word.text} {following}", name=command.name)
        elif _TLS_WORD.match(text):
            yield Problem(place_of(word), option=word.text, name=command.name)
            return


def _writes_to(command: Command, name: str) -> bool:
    return any(redirect.target is not None and redirect.target.text.endswith(name) for redirect in command.redirects)


def version_redirected(subject: Subject, options: Options) -> Iterator[Problem]:
    """`pip install flask>=3`: the shell writes into a file that is called `=3`."""
    command: Command = subject.context.command
    for redirect in command.redirects:
        target = redirect.target
        if redirect.operator in {">", "<"} and target is not None and re.match(r"=?\d|=", target.text):
            if (
                redirect.operator == ">"
                and not target.text.startswith("=")
                and command.name not in {"pip", "pip3", "apk"}
            ):
                continue
            yield Problem(place_of(target), target=target.text)


def redirect_without_rights(subject: Subject, options: Options) -> Iterator[Problem]:
    """`sudo echo … > /etc/file`: the redirection is done by the shell, without the rights."""
    command: Command = subject.context.command
    for redirect in command.redirects:
        target = redirect.target
        if (
            redirect.operator in {">", ">>"}
            and target is not None
            and re.match(r"/(?:etc|usr|root|opt|lib|boot|sys)/", target.text)
        ):
            yield Problem(place_of(target), path=target.text)
