from devopslint.knowledge.commands import command_subjects, mentions, wanted_commands
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
