"""What `read_shell` finds in a script."""

import pytest

from devopslint.syntax.fragment import Fragment
from devopslint.syntax.shell import Command, Script
from devopslint.syntax.shell_options import split_flag
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
        ("time { a; b; }; time (c); coproc x { d; }", ["a", "b", "c", "d"]),
        ("sudo -Hu root a; sudo -u root -- b; sudo PATH=/x c", ["sudo", "a", "sudo", "b", "sudo", "c"]),
        ("env - A=1 a; env -uX b", ["env", "a", "env", "b"]),
        ("xargs -0n 1 a; xargs -I{} sh -c 'b {}'; xargs -rn1 c", ["xargs", "a", "xargs", "sh", "xargs", "c", "b"]),
        ("find . -name x -exec a {} \\; -exec b -c {} + -print", ["find", "a", "b"]),
        ("find . -execdir sh -c 'a \"$1\"' _ {} ';'", ["find", "sh", "a"]),
        ("runuser -u app -- a; runuser -l app -c 'b'", ["runuser", "a", "runuser", "b"]),
        ("su app --command='a b'; sg docker -c c", ["su", "sg", "a", "c"]),
        ("flock -w 5 /run/x a b; flock /run/x -c 'c'", ["flock", "a", "flock", "c"]),
        ("script -qec 'a' /dev/null; nix-shell -p x --run 'b'", ["script", "nix-shell", "a", "b"]),
        (
            "setarch x86_64 a; taskset 1 b; chrt -f 1 c; xvfb-run -a d",
            ["setarch", "a", "taskset", "b", "chrt", "c", "xvfb-run", "d"],
        ),
        ("parallel -j 4 a -b ::: x y", ["parallel", "a"]),
        ("eval a b; eval 'c d'; eval $e", ["eval", "a", "eval", "eval", "c"]),
        ("trap 'a; b' EXIT; trap - INT; trap c EXIT", ["trap", "trap", "trap", "a", "b"]),
        ("bash -o pipefail -c 'a'; bash -exo pipefail -c 'b'; bash +x -c c", ["bash", "bash", "bash", "a", "b", "c"]),
        ("bash -euo pipefail -O extglob -c 'a' -- 'b'; bash --rcfile x -c 'c'", ["bash", "bash", "a", "c"]),
        ("bash -e x.sh -c 'a'; bash -c $SCRIPT", ["bash", "bash"]),
        ("sudo -u x bash <<EOF\na\nEOF", ["sudo", "bash", "a"]),
        ("bash -s -- x <<'EOF'\na\nEOF", ["bash", "a"]),
        ("cat <<EOF | sudo sh -e\na $(b)\nEOF", ["cat", "sudo", "sh", "b", "a"]),
        (
            "bash <<< 'a; b'; echo 'c | d' | sh; echo 'e' | cat",
            ["bash", "echo", "sh", "echo", "cat", "a", "b", "c", "d"],
        ),
        ("bash x.sh <<EOF\na\nEOF", ["bash"]),
        ('sh -c "a $(b "c") d"; sh -c "$(e)"', ["sh", "b", "sh", "e", "a", ""]),
        ("conda run -n x pip install y; conda install z", ["conda", "pip", "conda"]),
        (
            "poetry run a; poetry install; uv run --with x b; uv pip c; uv sync",
            ["poetry", "a", "poetry", "uv", "b", "uv", "pip", "uv"],
        ),
        (
            "bundle exec rake a; bundle install; opam exec -- b; corepack yarn install; corepack enable",
            ["bundle", "rake", "bundle", "opam", "b", "corepack", "yarn", "corepack"],
        ),
        (
            "python -m pipenv install; py -3 -m pip install x; python -W ignore -m pip a",
            ["python", "pipenv", "py", "pip", "python", "pip"],
        ),
        ("a | sudo b\nsudo c\n# d\nsudo e || (f)", ["a", "sudo", "b", "sudo", "c", "sudo", "e", "f"]),
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


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("find . -exec rm -rf {} +", "rm", "rm -rf {}"),
        ("cat <<EOF | bash\n  rm -rf /x\nEOF", "rm", "rm -rf /x"),
        ("su x --command='rm -rf /x'", "rm", "rm -rf /x"),
        ('bash -c "a && rm $(b) /x"', "rm", "rm $(b) /x"),
        ('bash -c "a && rm $(b) /x"', "b", "b"),
        ("sudo bash <<< 'é; rm /x'", "rm", "rm /x"),
        ("parallel rm -f ::: a", "rm", "rm -f"),
        ("trap 'rm -f /x' EXIT", "rm", "rm -f /x"),
    ],
)
def test_places_of_commands_that_others_run(text: str, name: str, expected: str) -> None:
    assert text[slice(*only(text, name).mark)] == expected


def test_what_find_runs_is_no_part_of_its_pipe() -> None:
    find, rm, grep = script("find . -exec rm {} \\; | grep x && y").commands[:3]
    assert find.piped_to is grep
    assert (rm.piped_to, rm.after) == (None, "")
    assert rm.pipeline != find.pipeline


def test_what_the_outer_shell_puts_in_is_not_known_inside() -> None:
    command = only('sh -c "rm $(b) x"', "rm")
    assert [word.value is UNKNOWN for word in command.words] == [True, False]
    assert only('sh -c "rm $(b) x"', "b").within is not None


def test_lines_that_the_grammar_takes_for_one_command() -> None:
    text = (
        "x |\n  gpg --dearmor |\nsudo dd of=y\nsudo apt-get update\n# note\nsudo apt-get install z || (echo w && v)\n"
    )
    found = {command.name: command for command in script(text)}
    assert [(c.name, c.args) for c in script(text).named("dd", "apt-get")] == [
        ("dd", ["of=y"]),
        ("apt-get", ["update"]),
        ("apt-get", ["install", "z"]),
    ]
    assert found["dd"].after == ";"
    assert found["apt-get"].piped_from is None


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


def test_flags_of_known_programs() -> None:
    assert split_flag("-sLokind", "curl") == [("-sLokind", None), ("-s", None), ("-L", None), ("-o", "kind")]
    assert split_flag("-bk=1", "curl") == [("-b", "k=1")]
    assert split_flag("-4kL", "curl")[1:] == [("-4", None), ("-k", None), ("-L", None)]
    assert split_flag("-cnv", "wget")[1:] == [("-c", None), ("-nv", None)]
    assert split_flag("-nvc", "wget")[1:] == [("-nv", None), ("-nc", None)]
    assert split_flag("-qO-", "wget")[1:] == [("-q", None), ("-O", "-")]
    assert split_flag("-q=2", "apt-get") == [("-q", "2"), ("-q", "2")]
    assert split_flag("-yq=2", "apt-get") == [("-yq", "2"), ("-y", None), ("-q", "2")]
    assert split_flag("-t=sid", "apt-get") == [("-t", "sid")]
    assert split_flag("-e", "curl") == [("-e", None)]
    command = script("curl -fsSLokubectl https://example.com/kubectl -Tkit.tgz -ukk:x -H Key:v").commands[0]
    assert not command.has_flag("-k")
    assert command.value_of("-o", "--output") == "kubectl"
    valued = frozenset({"-o", "-H", "-l"})
    assert [word.text for word in command.operands(valued)] == ["https://example.com/kubectl"]
    assert [word.text for word in script("curl -so x y").commands[0].operands(valued)] == ["y"]


@pytest.mark.parametrize(
    ("written", "gone", "left"),
    [
        ("curl -fsSL -o -k.txt a", "-k", "-o"),
        ("curl -fsSLo -k a", "-k", "-L"),
        ("curl a -A -k -s", "-k", "-s"),
        ("curl --output -k --user-agent -k -L a", "-k", "-L"),
        ("wget -qO --no-check-certificate a -c", "--no-check-certificate", "-c"),
        ("wget --output-document -q -c a", "-q", "-c"),
        ("apt-get install -t -y a -q", "-y", "-q"),
        ("pip install -i --trusted-host -U a", "--trusted-host", "-U"),
    ],
)
def test_the_value_of_an_option_is_no_option(written: str, gone: str, left: str) -> None:
    command = script(written).commands[0]
    assert not command.has_flag(gone)
    assert command.has_flag(left)


def test_a_value_in_the_same_word_leaves_the_next_word_alone() -> None:
    assert script("curl -ofile -k a").commands[0].has_flag("-k")
    assert script("curl --output=file -k a").commands[0].has_flag("-k")
    assert script("curl -o -k -o x a").commands[0].value_of("-o") == "-k"
    assert script("curl -A -ox -o y a").commands[0].value_of("-o") == "y"


def test_assignments_and_redirections() -> None:
    command = script('A=1 B="x $Y" C+=2 cmd > out 2>&1').commands[0]
    assert [(a.name, a.value and a.value.text, a.append) for a in command.assignments] == [
        ("A", "1", False),
        ("B", "x $Y", False),
        ("C", "2", True),
    ]
    assert [(r.operator, r.target and r.target.text) for r in command.redirects] == [(">", "out"), ("2>&", "1")]


def test_redirections_in_a_list() -> None:
    a, b, c, d, e = script("a > 1 && b | c 2> 2 > 3 | d || e <<X > 4\nX\n").commands
    written = [[(r.operator, r.target and r.target.text) for r in one.redirects] for one in (a, b, c, d)]
    assert written == [[(">", "1")], [], [("2>", "2"), (">", "3")], []]
    assert (">", "4") in [(r.operator, r.target and r.target.text) for r in e.redirects]
    assert [one.before for one in (a, b, c, d, e)] == ["", "&&", "&&", "&&", "||"]
    assert [one.after for one in (a, b, c, d, e)] == ["&&", "", "", "||", ""]
    assert [b.piped_to, c.piped_to, d.piped_to] == [c, d, None]
    assert b.pipeline == c.pipeline == d.pipeline != a.pipeline


def test_long_lists_and_deep_nesting_end() -> None:
    assert len(script(" && ".join(["a"] * 3000)).commands) == 3000
    assert len(script(" && ".join(["a > b"] * 3000)).commands) == 3000
    assert len(script(" | ".join(["a 2> b"] * 3000)).commands) == 3000
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
