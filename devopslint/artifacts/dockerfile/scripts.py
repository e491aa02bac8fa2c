"""The shell script that a RUN runs, in shell form, in JSON form and from a heredoc."""

from __future__ import annotations

from devopslint.syntax.fragment import Fragment
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.artifacts.dockerfile.instruction import Instruction

POSIX_SHELL = lazily(r"(?:^|/)(?:ba|da|a|z|k)?sh$")
"""The path of a shell whose scripts can be read."""
_OTHER_SHELL = lazily(r"^#!\s*(?!\S*(?:/|env\s+)(?:ba|da|a|z|k)?sh\b)")
_READS_HEREDOC = lazily(r"(?:/\S*/)?((?:ba|da|a|z|k)?sh)((?:\s+-[\w-]+|\s+pipefail)*)")
_INTERPRETER = lazily(r"(?:/\S*/)?(?:python\d?|node|perl|ruby|php|pwsh)(?:\s+-)?")
_PLAIN = lazily(r"[\w./:=@+,%-]+")


def run_script(instruction: Instruction, *, posix: bool) -> Fragment | None:
    """Return the script of a RUN; `None` when it can't be read. `posix` says whether the shell form is read by such a shell."""
    if instruction.json:
        return _json_script(instruction)
    if not posix:
        return None
    fragment = instruction.fragment
    heredocs = instruction.heredocs
    text = instruction.text
    if len(heredocs) == 1:
        body, reader = heredocs[0].body, text.replace(heredocs[0].word.raw, "", 1).strip()
        if not reader:
            return None if _OTHER_SHELL.match(body.text) else body
        if heredoc_shell(instruction) is not None:
            return body
        if _INTERPRETER.fullmatch(reader):
            return None
    pieces = [(0, fragment.offset(instruction.rest))]
    if len(fragment.pieces) == 1 and not heredocs:
        return Fragment(text, fragment.source, pieces)
    pieces.extend((at - instruction.rest, where) for at, where in fragment.pieces if at > instruction.rest)
    if len(heredocs) == 1 and text.startswith(heredocs[0].word.raw):
        # `<<EOF cat > file` means `cat > file <<EOF`, which the grammar knows
        raw = heredocs[0].word.raw
        text = " " * len(raw) + text[len(raw) :] + " "
        pieces.append((len(text), fragment.offset(heredocs[0].word.start)))
        text += raw
    for heredoc in heredocs:
        text += "\n"
        pieces.extend((len(text) + at, where) for at, where in heredoc.body.pieces)
        text += heredoc.body.text + heredoc.name
    return Fragment(text, fragment.source, pieces)


def heredoc_shell(instruction: Instruction) -> tuple[str, str] | None:
    """Return the shell that reads the one heredoc of a RUN, and its options: `bash` of `RUN <<EOF bash`."""
    if len(instruction.heredocs) != 1:
        return None
    found = _READS_HEREDOC.fullmatch(instruction.text.replace(instruction.heredocs[0].word.raw, "", 1).strip())
    return (found[1], found[2]) if found else None


def _json_script(instruction: Instruction) -> Fragment | None:
    """Return what RUN in JSON form gives to a shell, or the command itself when its words need no quotes."""
    words = instruction.words
    fragment = instruction.fragment
    if len(words) >= 3 and POSIX_SHELL.search(words[0].value) and words[-2].value.startswith("-"):
        script = words[-1]
        start, end = script.start + 1, script.end
        if script.raw[1:-1] != script.value:
            return None
        pieces = [(0, fragment.offset(start))]
        pieces.extend((at - start, where) for at, where in fragment.pieces_within(start, end))
        return Fragment(script.value, fragment.source, pieces)
    if not all(_PLAIN.fullmatch(word.value) and word.raw[1:-1] == word.value for word in words):
        return None
    text = ""
    pieces = []
    for word in words:
        pieces.append((len(text), fragment.offset(word.start + 1)))
        text += word.value + " "
    return Fragment(text.rstrip(), fragment.source, pieces or [(0, 0)])
