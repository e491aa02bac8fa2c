"""Which programs a stage certainly lacks at a step: the base image must be a known one, and every step seen through.

What is not known to be lacking is taken to be there.
"""

from __future__ import annotations

import re
from functools import lru_cache

from devopslint.artifacts.dockerfile.lookback import first
from devopslint.knowledge.image_contents import contents, lacks
from devopslint.knowledge.package_managers import MANAGERS
from devopslint.knowledge.packages import is_install, packages
from devopslint.syntax.patterns import at_word, lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from devopslint.artifacts.dockerfile.model import Stage, Step
    from devopslint.syntax.shell import Command, Script

_NODE = ("node", "npm", "nvm", "volta", "yarn", "fnm")
_JAVA = ("jdk", "jre", "java", "sdkman", "maven", "gradle", "ant", "scala", "kotlin", "clojure")
_COMPILER = (
    "build-base",
    "build-essential",
    "build-dep",
    "alpine-sdk",
    "devtoolset",
    "development",
    "clang",
    "gcc",
    "g++",
    "llvm",
)
_LISTS_OF_PIP = ("conda", "pipx", "requirements", "requirements.txt", "-r", "-e", "install .")
"""What says that pip installs what can't be seen."""
_SHADOW = ("shadow", "passwd", "adduser", "useradd", "groupadd", "usermod")
_PACKAGES = {
    "bun": ("bun",),
    "bundle": ("ruby", "bundle", "rbenv", "rvm"),
    "cargo": ("cargo", "rust"),
    "cmake": ("cmake", "kitware"),
    "composer": ("composer",),
    "dotnet": ("dotnet", "aspnetcore"),
    "g++": (*_COMPILER, "gcc-c++"),
    "gcc": _COMPILER,
    "gem": ("ruby", "gem", "rbenv", "rvm"),
    "go": ("golang", "go", "gimme"),
    "gpg": ("gnupg", "gpg", "software-properties"),
    "gradle": ("gradle", "sdkman", "sdk"),
    "groupadd": _SHADOW,
    "java": _JAVA,
    "javac": _JAVA,
    "make": (*_COMPILER, "make"),
    "mvn": ("maven", "mvn", "sdkman", "sdk"),
    "nc": ("netcat", "nmap", "nc"),
    "node": _NODE,
    "npm": _NODE,
    "npx": _NODE,
    "pip": ("python", "pip", "conda", "uv", "pyenv"),
    "pip3": ("python", "pip", "conda", "uv", "pyenv"),
    "pipenv": ("pipenv", *_LISTS_OF_PIP),
    "pnpm": ("pnpm", "corepack"),
    "poetry": ("poetry", *_LISTS_OF_PIP),
    "pgrep": ("procps", "ps", "pgrep", "util-linux"),
    "ping": ("iputils", "inetutils", "ping", "busybox"),
    "pkill": ("procps", "ps", "pkill", "util-linux"),
    "ps": ("procps", "ps", "util-linux"),
    "python": ("python", "conda", "uv", "pyenv", "pypy"),
    "python3": ("python", "conda", "uv", "pyenv", "pypy", "py3"),
    "ruby": ("ruby", "rbenv", "rvm"),
    "scp": ("openssh", "ssh", "scp"),
    "ssh": ("openssh", "ssh"),
    "ssh-keygen": ("openssh", "ssh"),
    "ssh-keyscan": ("openssh", "ssh"),
    "sudo": ("sudo", "doas"),
    "useradd": _SHADOW,
    "usermod": _SHADOW,
    "uv": ("uv", "astral", *_LISTS_OF_PIP),
    "yarn": ("yarn", "corepack"),
}
"""Program → the beginnings of words that may bring it, where its own name is not enough."""
_PYTHON_OF_DEBIAN = "python of Debian"
_BROUGHT_ALONG = frozenset(
    {"bash", "g++", "gcc", "gpg", "java", "javac", "make", "nc", "perl", "pip", "pip3", "ps", "python", "python3", "ruby",
     "gem", "ssh", "ssh-keygen", "ssh-keyscan", "scp", "sudo", "unzip", "zip", "node", "php", "useradd", "usermod", "groupadd",
     "pgrep", "pkill", "ping"}
)  # fmt: skip
"""Programs that other packages depend on or recommend."""
_DEPEND_ON_NOTHING = lazily(
    r"bash|build-base|bzip2|ca-certificates|curl|dumb-init|file|gcc|git|gosu|jq|less|libc6-compat|lib(?!reoffice)[\w.+-]*(?<!-dev)"
    r"|locales|make|musl-dev|nano|netbase|netcat-openbsd|openssl|procps|rsync|sqlite3?|su-exec|tini|tzdata|unzip|vim|wget"
    r"|xz-utils|zip|zlib1g?"
)
_KNOWN_LISTS = frozenset({"$PHPIZE_DEPS", "${PHPIZE_DEPS}"})
"""Variables of official images whose packages are known: a compiler and its like."""
_RUN_OTHERS = frozenset({".", "bash", "eval", "make", "sh", "source", "xargs", "ansible-playbook", "nix-env"})
"""Commands that run what can't be seen."""
_FOLDERS_OF_PROGRAMS = lazily(r"(?s)/|/usr/?|/usr/local/?|/opt(?:/.*)?|(?:/.*)?/(?:s?bin|lib|lib64|libexec)(?:/.*)?")
_ONE_SCRIPT = lazily(r"[\w./-]+\.(?:sh|conf|cfg|json|ya?ml|ini|toml|crt|pem|py|js|jar|template)")
_NO_PROGRAM = lazily(r"\.(?:ya?ml|lockb?|json|toml|txt|conf|cfg|ini|md)$")
_OF_A_LANGUAGE = lazily(r"venv\b|/node_modules(?:/|$)|/site-packages(?:/|$)|/dist-packages(?:/|$)")
"""Folders that have what a language's package manager installs."""
_OF_NO_PROJECT = frozenset({"pipenv", "poetry", "uv"})
"""Programs that make a venv, and lie in it only when the project depends on them."""
_LISTS_DEPENDENCIES = lazily(r"(?:requirements.*\.txt|(?:uv|poetry|Pipfile)\.lock|pyproject\.toml|Pipfile)")
_OF_THE_SYSTEM = frozenset(
    {"apk", "apt", "apt-get", "bash", "curl", "dnf", "gcc", "git", "gpg", "groupadd", "jq", "make", "microdnf", "nc", "perl",
     "pgrep", "ping", "pkill", "ps", "scp", "ssh", "ssh-keygen", "ssh-keyscan", "sudo", "unzip", "useradd", "usermod", "wget",
     "yum", "zip", "zypper"}
)  # fmt: skip
"""Programs that no package of a language brings."""
_LOOKS_FIRST = lazily(at_word(r"command -[vV]\b", r"which\s", r"type\s", r"hash\s", r"if\b", r"case\b", r"set \+e"))


def is_missing(stage: Stage, program: str, before: Step | None = None) -> bool:
    """Say whether the image of a stage is known to lack a program, and no step (in front of one) has brought it."""
    if not lacks(stage.root_image, program):
        return False
    brings = first(stage, ("brings", program), lambda step: _may_have_brought(step, program))
    return brings is None or (before is not None and brings.index >= before.index)


def _may_have_brought(step: Step, program: str) -> bool:
    if step.name in {"COPY", "ADD"}:
        return may_bring(step, program)
    if step.name == "ENV":
        return _puts_on_path(step, program)
    return step.name == "RUN" and not _leaves_out(step, program, _mention_of(_named(step, program)))


def _named(step: Step, program: str) -> str:
    """Return what a program is looked for as: on Debian and Ubuntu no package but one brings `python` beside `python3`."""
    if program == "python" and step.stage is not None:
        found = contents(step.stage.root_image)
        return _PYTHON_OF_DEBIAN if found is not None and found.get("system") in {"debian", "ubuntu"} else program
    return program


def is_missing_for(command: Command, step: Step) -> bool:
    """Say whether the program that a command of a RUN calls is certainly not there when it is called."""
    stage, name = step.stage, command.name
    if stage is None or command.failure_ignored or command.function or step.instruction.onbuild:
        return False
    word = command.name_word
    if not lacks(stage.root_image, name):
        return False
    script = step.read_script()
    if word is None or "/" in word.text or script.has_errors or script.once("looks first", _looks_first):
        return False
    if _mounts_programs(step) or not is_missing(stage, name, step):
        return False
    if not command.index:
        return True
    mentioned = _mention_of(_named(step, name))
    for other in script:
        if other.index >= command.index:
            break
        if other.name == name:
            return False  # it has been told of there
        if _runs_what_is_hidden(other) or (name in _BROUGHT_ALONG and not _installs_little([other])):
            return False
        if is_install(other) and (other.expands or any(word.text.startswith("-r") for word in other.words)):
            return False
        if other.function == name or other.name == "alias" or mentioned.search("\n".join((other.name, *other.args))):
            return False
        if other.name in {"export", "PATH"} or any(one.name == "PATH" for one in other.assignments):
            return False
    return not any(other.function == name or other.after == "||" for other in script if other.index < command.index)


def _looks_first(script: Script) -> bool:
    text = script.fragment.text
    return "/etc/os-release" in text or _LOOKS_FIRST.search(text) is not None


@lru_cache(maxsize=256)
def _mention_of(program: str) -> re.Pattern[str]:
    if program == _PYTHON_OF_DEBIAN:
        return re.compile(r"(?<![A-Za-z0-9.])(?:python(?!3|[A-Za-z.])|python3?-is|conda|pyenv|pypy|uv\b)|alternatives")
    words = "|".join(re.escape(name) for name in _PACKAGES.get(program, (program,)))
    return re.compile(rf"(?<![A-Za-z0-9.])(?:{words})(?![A-Za-z.]|\d*\.(?:com|org))")


def _leaves_out(step: Step, program: str, mentioned: re.Pattern[str]) -> bool:
    """Say whether a RUN certainly does not bring a program."""
    if step.instruction.json or not is_plain(step) or _mounts_programs(step):
        return False
    if mentioned.search(step.instruction.whole_text):
        return False
    alone = program not in _BROUGHT_ALONG or _named(step, program) == _PYTHON_OF_DEBIAN
    return alone or _installs_little(step.read_script())


def _puts_on_path(step: Step, program: str) -> bool:
    """Say whether an ENV may lead the shell to a folder that has a program."""
    if "PATH" not in step.instruction.text:
        return False
    if program not in _OF_THE_SYSTEM and (program not in _OF_NO_PROJECT or _is_dependency(step, program)):
        return True
    values = re.findall(r"\bPATH[= ]+\"?([^\"\s]+)", step.instruction.text)
    folders = [folder for value in values for folder in value.split(":") if folder.strip("{}$") != "PATH"]
    return not all(_OF_A_LANGUAGE.search(folder) for folder in folders)


def _is_dependency(step: Step, program: str) -> bool:
    """Say whether a project beside or above the Dockerfile may name a program among its dependencies, which are in its venv."""
    workspace = step.model.workspace
    folder = step.model.source.path.rpartition("/")[0]
    if workspace is None:
        return True
    named = re.compile(rf"(?m)(?:^|[\"'])[^\S\n]*{program}\s*(?:$|[\"'=<>~!;\[])")
    read = 0
    for name in workspace.names(folder):
        if _LISTS_DEPENDENCIES.fullmatch(name):
            source = workspace.source(f"{folder}/{name}" if folder else name)
            if source is None or named.search(source.text):
                return True
            read += 1
    return read == 0


def _mounts_programs(step: Step) -> bool:
    """Say whether a RUN has files of another stage or of the context."""
    return bool(step.instruction.flags) and any(
        flag.name == "mount"
        and flag.value is not None
        and not re.search(r"type=(?:cache|secret|ssh|tmpfs)", flag.value.raw)
        for flag in step.instruction.flags
    )


def may_bring(step: Step, program: str) -> bool:
    """Say whether a COPY or ADD may put a program where the shell looks for it."""
    words = step.instruction.words
    if program != "sh":
        named = _file_of(program)
        texts = [str(step.text_of(word)) for word in words]
        if [text for text in texts if named.search(text) and not _NO_PROGRAM.search(text)]:
            return True
    source = step.instruction.flag("from")
    if source is not None and source.value is not None and program in source.value.raw:
        return True
    target = step.text_of(words[-1]) if words else None
    if not isinstance(target, str):
        return True
    if not _FOLDERS_OF_PROGRAMS.fullmatch(target) or (program in _OF_THE_SYSTEM and _OF_A_LANGUAGE.search(target)):
        return False
    sources = [step.text_of(word) for word in words[:-1]]
    if (
        len(sources) == 1
        and isinstance(sources[0], str)
        and re.fullmatch(r"/(?:usr/)?(?:local/)?bin/[\w.-]+/?", target)
    ):
        # One file with a name of its own: it is that program and no other.
        return target.rstrip("/").rpartition("/")[2] == program
    return not all(isinstance(source, str) and _ONE_SCRIPT.fullmatch(source) for source in sources)


@lru_cache(maxsize=256)
def _file_of(program: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|/){re.escape(program)}(?:[-_\d*?]|$)")


def _installs_little(commands: Iterable[Command]) -> bool:
    return all(
        _DEPEND_ON_NOTHING.fullmatch(re.split(r"[=~<>]", word.text)[0]) is not None
        for command in commands
        if is_install(command) and command.name in MANAGERS
        for word in packages(command)
    )


def is_plain(step: Step) -> bool:
    """Say whether all packages that a RUN installs can be seen."""
    return step.once(_is_plain)


def _is_plain(step: Step) -> bool:
    if step.shell_fragment() is None or step.read_script().has_errors:
        return False
    return not any(_runs_what_is_hidden(command) for command in step.read_script())


def _runs_what_is_hidden(command: Command) -> bool:
    if not command.name:
        return not command.assignments
    if is_install(command) and any(word.expands and word.text not in _KNOWN_LISTS for word in command.words):
        return True
    word = command.name_word.text if command.name_word else ""
    return command.name in _RUN_OTHERS or (
        "/" in word and not word.startswith(("/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/"))
    )
