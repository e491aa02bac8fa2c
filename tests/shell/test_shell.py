"""What `read_shell` finds in a script."""

import pytest

from devopslint.syntax.fragment import Fragment
from devopslint.syntax.shell import Command, Script, split_flag
from devopslint.syntax.shell_reader import read_shell
from devopslint.syntax.source import Source
from devopslint.syntax.tree import UNKNOWN


def script(text: str) -> Script:
    return read_shell(Fragment(text, Source("run.sh", text)))


def names(text: str) -> list[str]:
    return [command.name for command in script(text)]


def only(text: str, name: str) -> Command:
    found = list(script(text).named(name))
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("apt-get update && apt-get install -y curl", ["apt-get", "apt-get"]),
        ("a; b | c || d & e", ["a", "b", "c", "d", "e"]),
        ("if a; then b; elif c; then d; else e; fi", ["a", "b", "c", "d", "e"]),
        ("while a; do b; done; for x in 1 2; do c; done", ["a", "b", "c"]),
        ("f() { a; }; case $x in y) b;; *) c;; esac", ["a", "b", "c"]),
        ("(a && b); { c; d; }", ["a", "b", "c", "d"]),
        ('echo $(a `b`) "$(c)" <(d)', ["echo", "a", "b", "c", "d"]),
        ("/usr/bin/curl x", ["curl"]),
        ("$RUNNER x", [""]),
        ("sudo -u root -E env A=1 nice -n 5 apt-get install", ["sudo", "env", "nice", "apt-get"]),
        ("timeout -k 5 10 curl x", ["timeout", "curl"]),
        ("xargs -n 1 rm -rf", ["xargs", "rm"]),
        ("command -v curl", ["command"]),
        ("python3.12 -I -m pip install x", ["python3", "pip"]),
        ("python3 -m http.server; python a.py -m pip; uv sync", ["python3", "python", "uv"]),
        ("/opt/venv/bin/pip3.9 install x; pip-3 a", ["pip3", "pip-3"]),
        ("bash -ec 'a; b'", ["bash", "a", "b"]),
        ('sh -c "a && b \\"c\\""', ["sh", "a", "b"]),
        ("sh script.sh -c 'a'", ["sh"]),
        ("su - app -c 'a b'", ["su", "a"]),
        ("bash <<EOF\na\nb\nEOF", ["bash", "a", "b"]),
        ("cat <<EOF\na\nEOF\nb", ["cat", "b"]),
        ("export A=1; [ -f x ] && y", ["export", "[", "y"]),
        ("é '", ["é"]),
        ("curl ${{ inputs.url || 'a' }} | bash", ["curl", "bash"]),
        ("curl ${{ format('{{{0}}}', a) }} | bash", ["curl", "bash"]),
        ("curl ${{ it's }} | bash", ["curl", "bash"]),
    ],
)
def test_names(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_words_are_unquoted_and_know_what_expands() -> None:
    command = script("""a 'b c' "d\\"e" f\\ g "h$X"i $'j\\n' ${{ k }} *.txt""").commands[0]
    assert command.args == ["b c", 'd"e', "f g", "h$Xi", "j\n", "${{ k }}", "*.txt"]
    assert [word.value is UNKNOWN for word in command.words] == [False, False, False, True, False, True, False]


def test_places_are_offsets_in_the_source() -> None:
    text = "€ && sh -c 'é; rm -rf /x'"
    assert [text[slice(*command.mark)] for command in script(text)] == ["€", "sh -c 'é; rm -rf /x'", "é", "rm -rf /x"]
    assert only(text, "rm").words[1].mark == (22, 24)


def test_a_rewritten_word_keeps_its_places() -> None:
    text = 'sh -c "echo \\"a\\" bcd"'
    assert text[slice(*only(text, "echo").words[1].mark)] == "bcd"


def test_operators() -> None:
    first, second, third, fourth = script("a && b || c; d").commands
    assert [(c.before, c.after) for c in (first, second, third, fourth)] == [
        ("", "&&"),
        ("&&", "||"),
        ("||", ";"),
        (";", ""),
    ]
    assert second.failure_ignored
    assert not third.failure_ignored


def test_pipes() -> None:
    curl, sudo, bash, tee = script("curl x | sudo bash | tee log").commands
    assert curl.piped_to is sudo
    assert bash.piped_from is curl
    assert bash.wrapper is sudo
    assert bash.piped_to is tee
    assert {curl.pipeline, sudo.pipeline, bash.pipeline, tee.pipeline} == {curl.pipeline}


def test_a_heredoc_may_be_piped() -> None:
    cat, tee = script("cat <<EOF | tee x\ntext\nEOF\n").commands
    assert cat.piped_to is tee
    assert tee.piped_from is cat


def test_conditions_and_negation() -> None:
    found = {command.name: command for command in script("if ! a; then b; fi; while c; do d; done")}
    assert [found[name].condition for name in "abcd"] == [True, False, True, False]
    assert found["a"].negated


def test_flags() -> None:
    assert split_flag("-qy") == [("-qy", None), ("-q", None), ("-y", None)]
    assert split_flag("-n10") == [("-n10", None), ("-n", "10")]
    assert split_flag("--target=/x") == [("--target", "/x")]
    assert split_flag("--") == split_flag("-") == split_flag("x") == []
    command = script("pip install --target=/x -r req.txt -qU -- -y").commands[0]
    assert command.has_flag("-U")
    assert not command.has_flag("-y")
    assert command.value_of("--target", "-t") == "/x"
    assert command.value_of("-r") == "req.txt"
    assert command.value_of("-c") is None
    assert [word.text for word in command.operands(frozenset({"-r"}))] == ["install", "-y"]


def test_assignments_and_redirections() -> None:
    command = script('A=1 B="x $Y" C+=2 cmd > out 2>&1').commands[0]
    assert [(a.name, a.value and a.value.text, a.append) for a in command.assignments] == [
        ("A", "1", False),
        ("B", "x $Y", False),
        ("C", "2", True),
    ]
    assert [(r.operator, r.target and r.target.text) for r in command.redirects] == [(">", "out"), ("2>&", "1")]


def test_long_lists_and_deep_nesting_end() -> None:
    assert len(script(" && ".join(["a"] * 3000)).commands) == 3000
    assert len(script("(" * 300 + "a" + ")" * 300).commands) <= 1
    assert script("if a; then").has_errors


def test_the_words_of_a_test() -> None:
    assert only('[ "$A" == b ] && x', "[").args == ["$A", "==", "b"]
    assert only("[[ -f x && ! $y =~ z ]]", "[[").args == ["-f", "x", "!", "$y", "=~", "z"]


def test_the_commands_behind_a_long_pipe_are_no_part_of_it() -> None:
    found = script("a | b | c && d | e | f || g && h")
    assert [(c.name, c.piped_from.name if c.piped_from else "", c.before, c.after) for c in found] == [
        ("a", "", "", ""),
        ("b", "a", "", ""),
        ("c", "b", "", "&&"),
        ("d", "", "&&", ""),
        ("e", "d", "&&", ""),
        ("f", "e", "&&", "||"),
        ("g", "", "||", "&&"),
        ("h", "", "&&", ""),
    ]


def test_a_line_end_ends_a_command() -> None:
    found = script("a\nb && c\n(d)\ne")
    assert [(c.name, c.before, c.after) for c in found] == [
        ("a", "", ";"),
        ("b", ";", "&&"),
        ("c", "&&", ";"),
        ("d", ";", ";"),
        ("e", ";", ""),
    ]
