"""The commands that run another command: `sudo`, `env`, `xargs`, `find -exec`, `sh -c` and their like.

`uv pip` and `python -m pip` run `pip`. The options that take a value are those of the manual pages (sudo 1.9,
coreutils 9, util-linux 2.40, findutils 4.10) and of the documentation of conda, Poetry, Bundler and the others.
"""

from __future__ import annotations

from devopslint.syntax.shell import Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from devopslint.syntax.shell import Command

    Range = tuple[int, int]
    """Indexes of the words of a command: that which names another, and one past the last that belongs to it."""

SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh"})
"""The shells whose `-c` takes a script that can be read like the one around it."""
_OTHERS_WITH_SCRIPT = frozenset({"su", "runuser", "sg", "script", "flock", "nix-shell"})
_SHELL_VALUED = frozenset({"-o", "-O", "+o", "+O", "--rcfile", "--init-file"})


class _Wrapper:
    """The options whose value is the next word, how many words stand before the command, and the sub-commands that run one."""

    __slots__ = ("operands", "subcommands", "valued")

    def __init__(self, valued: str = "", operands: int = 0, subcommands: str = "") -> None:
        self.valued = frozenset(valued.split())
        self.operands = operands
        self.subcommands = frozenset(subcommands.split())


_PYTHON = _Wrapper()
_CONDA = _Wrapper("-n --name -p --prefix --cwd", subcommands="run")
WRAPPERS: dict[str, _Wrapper] = {
    "sudo": _Wrapper(
        "-u -g -h -p -C -D -R -T -U -r -t --user --group --host --prompt --chdir --chroot --role --type --close-from"
        " --other-user --command-timeout"
    ),
    "doas": _Wrapper("-u -C"),
    "env": _Wrapper("-u -C --unset --chdir"),
    "time": _Wrapper("-f -o --format --output"),
    "exec": _Wrapper("-a"),
    "command": _Wrapper(),
    "builtin": _Wrapper(),
    "nice": _Wrapper("-n --adjustment"),
    "ionice": _Wrapper("-c -n --class --classdata"),
    "chrt": _Wrapper("-T -P -D", 1),
    "taskset": _Wrapper("", 1),
    "numactl": _Wrapper("-N -m -i -p -C --cpunodebind --membind --interleave --preferred --physcpubind"),
    "nohup": _Wrapper(),
    "setsid": _Wrapper(),
    "setarch": _Wrapper("", 1),
    "linux32": _Wrapper(),
    "linux64": _Wrapper(),
    "setpriv": _Wrapper("--ruid --euid --reuid --rgid --egid --regid --groups --securebits --bounding-set --inh-caps"),
    "unshare": _Wrapper("-R -w -S -G --root --wd --setuid --setgid --map-user --map-group --propagation --setgroups"),
    "stdbuf": _Wrapper("-i -o -e --input --output --error"),
    "unbuffer": _Wrapper(),
    "timeout": _Wrapper("-k -s --kill-after --signal", 1),
    "xargs": _Wrapper(
        "-I -n -P -L -d -E -s -a --max-args --max-procs --delimiter --arg-file --max-lines --replace --max-chars"
    ),
    "parallel": _Wrapper(
        "-j -I -N -n -a --jobs --max-procs --delay --joblog --retries --timeout --colsep --arg-file --tmpdir"
    ),
    "flock": _Wrapper("-w -E --timeout --wait --conflict-exit-code", 1),
    "strace": _Wrapper("-o -e -p -s -P -u -S -b -E --output --trace"),
    "ltrace": _Wrapper("-o -e -p -s -u -n -a"),
    "catchsegv": _Wrapper(),
    "runuser": _Wrapper("-u -g -G -s -w --user --group --supp-group --shell"),
    "gosu": _Wrapper("", 1),
    "su-exec": _Wrapper("", 1),
    "setuidgid": _Wrapper("", 1),
    "s6-setuidgid": _Wrapper("", 1),
    "chroot": _Wrapper("", 1),
    "proot": _Wrapper("-r -b -q -w -k"),
    "tini": _Wrapper("-p -e"),
    "dumb-init": _Wrapper("-r --rewrite"),
    "fakeroot": _Wrapper("-l -s -i --lib --faked"),
    "fakechroot": _Wrapper(),
    "faketime": _Wrapper("", 1),
    "eatmydata": _Wrapper(),
    "xvfb-run": _Wrapper(
        "-n -s -e -f -p -w --server-num --server-args --error-file --auth-file --xauth-protocol --wait"
    ),
    "dbus-run-session": _Wrapper("--config-file --dbus-daemon"),
    "ssh-agent": _Wrapper("-a -t -E -P"),
    "busybox": _Wrapper(),
    "corepack": _Wrapper(subcommands="yarn yarnpkg pnpm npm"),
    "conda": _CONDA,
    "mamba": _CONDA,
    "micromamba": _Wrapper("-n --name -p --prefix -r --root-prefix --cwd -e --env", subcommands="run"),
    "poetry": _Wrapper("-C -P --directory --project", subcommands="run"),
    "pipenv": _Wrapper(subcommands="run"),
    "pdm": _Wrapper("-p --project -s --site-packages", subcommands="run"),
    "rye": _Wrapper(subcommands="run"),
    "uv": _Wrapper(
        "-p --python --with --extra --group --only-group --no-group --package --project --directory --index --env-file"
        " --with-requirements --with-editable --python-platform --cache-dir --config-file --color -C -i -f",
        subcommands="run pip",
    ),
    "bundle": _Wrapper("--gemfile", subcommands="exec"),
    "pnpm": _Wrapper("-C --dir -F --filter", subcommands="exec"),
    "rbenv": _Wrapper(subcommands="exec"),
    "pyenv": _Wrapper(subcommands="exec"),
    "opam": _Wrapper("--switch --root", subcommands="exec"),
    "mise": _Wrapper("-C --cd -E --env -j --jobs", subcommands="exec x"),
    "asdf": _Wrapper(subcommands="exec"),
    "python": _PYTHON,
    "python2": _PYTHON,
    "python3": _PYTHON,
    "py": _PYTHON,
}
"""The commands that run the command which their words are."""
_MODULES = frozenset({"pip", "pipenv", "poetry", "uv", "pdm"})
"""Modules of Python that are called like the programs which they are."""
_SELF = frozenset({"pip", "yarn", "yarnpkg", "pnpm", "npm"})
"""Sub-commands that are the command themselves: `uv pip install`, `corepack yarn install`."""
_FIND_ACTIONS = frozenset({"-exec", "-execdir", "-ok", "-okdir"})


RUN_OTHERS = frozenset({*WRAPPERS, *SHELLS, *_OTHERS_WITH_SCRIPT, "eval", "find", "trap"})
"""The commands that `wrapped` and `script_word` may find something in."""


def wrapped(command: Command) -> Iterator[Range]:
    """Yield where the words of the commands stand that a command runs: one, or more for `find`."""
    words = command.words
    if command.name == "find":
        yield from _executed(words)
        return
    if command.name == "eval":
        if len(words) > 1 and not any(word.quoted for word in words):
            yield 0, len(words)
        return
    wrapper = WRAPPERS.get(command.name)
    if wrapper is None:
        return
    at = _module_at(words) if wrapper is _PYTHON else _wrapped_at(command, wrapper)
    end = len(words)
    if command.name == "parallel":
        end = next((index for index, word in enumerate(words) if word.text.startswith(":::")), end)
    if at is not None and at < end:
        yield at, end


def _wrapped_at(command: Command, wrapper: _Wrapper) -> int | None:
    """Return the index of the word that names the command which a wrapper runs; `None` when it runs none."""
    words = command.words
    name = command.name
    pending = wrapper.subcommands
    index = 0
    while index < len(words):
        text = words[index].text
        if text == "--" and not pending:
            index += 1
            break
        if text.startswith("-") and len(text) > 1:
            if (name == "command" and text in {"-v", "-V"}) or (
                name == "env" and text.startswith(("-S", "--split-string"))
            ):
                return None
            if name in {"runuser", "flock"} and text in {"-c", "-l", "-", "--command"}:
                return None
            if name == "uv" and text in {"-m", "--module", "-s", "--script"}:
                return None
            index += 2 if _takes_next(text, wrapper.valued) else 1
        elif pending:
            if text not in pending:
                return None
            if text in _SELF:
                return index
            pending = frozenset()
            index += 1
        elif name in {"env", "sudo"} and (_is_assignment(text) or text == "-"):
            index += 1
        else:
            break
    if pending:
        return None
    index += wrapper.operands
    if name == "flock" and index < len(words) and words[index].text in {"-c", "--command"}:
        return None
    return index


def _takes_next(text: str, valued: frozenset[str]) -> bool:
    """Say whether the value of an option is the next word: `-u`, `-Hu`, but not `-n10` and `--user=x`."""
    if text in valued:
        return True
    if text.startswith("--"):
        return False
    for index, letter in enumerate(text[1:], 1):
        if "-" + letter in valued:
            return index == len(text) - 1
    return False


def _executed(words: Sequence[Word]) -> Iterator[Range]:
    """Yield the commands of `find -exec … {} ;` and `find -exec … {} +`."""
    start = 0
    for index, word in enumerate(words):
        if word.text in _FIND_ACTIONS and not start:
            start = index + 1
        elif start and (word.text == ";" or (word.text == "+" and words[index - 1].text == "{}")):
            if index > start:
                yield start, index
            start = 0
    if 0 < start < len(words):
        yield start, len(words)


def script_word(command: Command) -> Word | None:
    """Return the word that holds the script of `sh -c`, `su -c`, `trap` or `eval`; `None` when there is none."""
    words = command.words
    name = command.name
    if name == "eval":
        return words[0] if len(words) == 1 else None
    if name == "trap":
        return words[0] if len(words) > 1 and words[0].quoted else None
    if name not in SHELLS and name not in _OTHERS_WITH_SCRIPT:
        return None
    long = "--run" if name == "nix-shell" else "--command"
    index = 0
    while index < len(words):
        text = words[index].text
        if text.startswith(long + "="):
            return _behind_equals(words[index], len(long) + 1)
        cluster = text[:1] == "-" and text[1:2] != "-" and "c" in text and text[1:].isalpha()
        if text == long or (text == "-c" and name != "nix-shell") or (cluster and name in SHELLS | {"script", "flock"}):
            index += 1
            if name in SHELLS:
                index += text[1:].count("o") if cluster else 0
                while index < len(words) and words[index].text[:1] in {"-", "+"}:
                    index += 2 if words[index].text in _SHELL_VALUED else 1
            return words[index] if index < len(words) else None
        if name in SHELLS:
            if text in _SHELL_VALUED or (text[:1] == "-" and text[1:2] != "-" and text[-1:] == "o"):
                index += 1
            elif text[:1] not in {"-", "+"}:
                return None
        index += 1
    return None


def reads_script(command: Command) -> bool:
    """Say whether a shell takes its script from standard input."""
    if command.name not in SHELLS:
        return False
    index = 0
    words = command.words
    while index < len(words):
        text = words[index].text
        if text[:1] not in {"-", "+"} or text == "-":
            return text in {"-", "/dev/stdin"}
        if text[:2] != "--" and "c" in text:
            return False
        if text[:2] != "--" and "s" in text:
            return True
        index += 2 if text in _SHELL_VALUED or (text[1:2] != "-" and text[-1:] == "o") else 1
    return True


def _behind_equals(word: Word, length: int) -> Word:
    """Return what stands behind `--command=` as a word of its own."""
    fragment = word.fragment
    start = word.start + length
    quote = fragment.text[start : start + 1]
    kind = {"'": "raw_string", '"': "string"}.get(quote, "word")
    return Word(fragment, start, word.end, word.text[length:], expands=word.expands, node_type=kind)


def _module_at(words: Sequence[Word]) -> int | None:
    """Return the index of `pip` in `python -I -m pip`; other modules are no commands of their own."""
    for index, word in enumerate(words[:-1]):
        if word.text == "-m":
            return index + 1 if words[index + 1].text in _MODULES else None
        if word.text in {"-W", "-X"}:
            continue
        if word.text.startswith("-m") and word.text[2:] in _MODULES:
            return index
        if not word.text.startswith("-") and (index == 0 or words[index - 1].text not in {"-W", "-X"}):
            break
    return None


def program_word(word: Word) -> Word:
    """Return the word that names a program: of `-mpip`, what stands behind the option."""
    return _behind_equals(word, 2) if word.text.startswith("-m") else word


def _is_assignment(text: str) -> bool:
    name, equals, _ = text.partition("=")
    return bool(equals) and name.isidentifier()
