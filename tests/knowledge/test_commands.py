import pytest

from devopslint.knowledge.commands import command_subjects, is_plain, mentions, wanted_commands
from devopslint.syntax.fragment import Fragment
from devopslint.syntax.source import Source
from devopslint.syntax.tree import UNKNOWN, Document


def test_the_names_that_rules_are_on() -> None:
    assert wanted_commands(frozenset({"shell.command.curl", "workflow.step", "shell.command.apt-get"})) == {
        "curl",
        "apt-get",
    }
    assert wanted_commands(frozenset({"shell.command.curl", "shell.command"})) is None


def test_a_text_is_passed_over_when_no_name_occurs_in_it() -> None:
    assert mentions("sudo apt-get install", frozenset({"apt-get"}))
    assert not mentions("apt-get-wrapper my-apt-get", frozenset({"apt-get", "curl"}))
    assert not mentions("anything", frozenset())


def test_a_command_is_a_positioned_subject() -> None:
    text = "X=1 /usr/bin/apt-get -qy --opt=2 install $PKG curl && ls"
    source = Source("Dockerfile", text)
    found = list(
        command_subjects(Fragment(text, source), Document(source, None), {}, "RUN", names=frozenset({"apt-get"}))
    )
    assert len(found) == 1
    subject = found[0]
    assert (subject.kind, subject.type, subject.address) == ("shell.command", "apt-get", "RUN `apt-get`")
    assert subject.value["args"] == ["-qy", "--opt=2", "install", UNKNOWN, "curl"]
    assert subject.value["flags"] == {"-qy": True, "-q": True, "-y": True, "--opt": "2"}
    assert subject.value["subcommand"] == "install"
    assert subject.value["assignments"] == {"X": "1"}
    for path, expected in (
        ("name", "/usr/bin/apt-get"),
        ("args[4]", "curl"),
        ("flags.-y", "-qy"),
        ("flags.-z", "/usr/bin/apt-get"),
    ):
        place = subject.place(path)
        assert text[place.start : place.end] == expected


@pytest.mark.parametrize("text", ["make test", "npm ci --omit=dev", "gradlew build\n", "pip install a==1"])
def test_one_command_of_plain_words_needs_no_parser(text: str) -> None:
    assert is_plain(text)


@pytest.mark.parametrize(
    "text", ["make $A", "a; b", "a\nb", "echo -e a", "set -o pipefail", "fi", "if a", "source a", "a | b", "a 'b'"]
)
def test_what_a_shell_may_read_otherwise_is_not_plain(text: str) -> None:
    assert not is_plain(text)
