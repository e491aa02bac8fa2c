import pytest

from devopslint.knowledge.package_managers import MANAGERS
from devopslint.knowledge.packages import has_version, is_install, packages, subcommand
from devopslint.syntax.fragment import Fragment
from devopslint.syntax.shell import Command
from devopslint.syntax.shell_reader import read_shell
from devopslint.syntax.source import Source


def command(text: str) -> Command:
    return read_shell(Fragment(text, Source("x", text))).commands[-1]


@pytest.mark.parametrize(
    ("text", "verb", "expected"),
    [
        ("apt-get -o Dpkg::Options::=x -qq install -t stable curl ./a.deb git=1", "install", ["curl", "git=1"]),
        ("apk --no-cache add --virtual .deps -X https://example.com/a gcc", "add", ["gcc"]),
        ("yum --enablerepo epel install -y httpd", "install", ["httpd"]),
        ("zypper -n in --from repo nginx", "in", ["nginx"]),
        (
            "pip install -r a.txt --index-url https://example.com flask .[dev] git+https://example.com/x",
            "install",
            ["flask", ".[dev]", "git+https://example.com/x"],
        ),
        ("npm install -g --registry https://example.com pm2 ./x", "install", ["pm2"]),
        ("gem install -v 1 rails", "install", ["rails"]),
        ("python3 -m pip install -U flask", "install", ["flask"]),
        ("pip3.12 install flask", "install", ["flask"]),
        ("uv pip install flask", "install", ["flask"]),
        ("dnf module install -y nodejs:22", "install", ["nodejs:22"]),
        ("dnf -y group install 'Development Tools'", "install", []),
        ("yarn global add serve", "add", ["serve"]),
        ("apt-get update", "update", []),
    ],
)
def test_what_is_installed(text: str, verb: str, expected: list[str]) -> None:
    found = command(text)
    word = subcommand(found)
    assert word is not None
    assert word.text == verb
    assert is_install(found) is (verb != "update")
    assert [package.text for package in packages(found)] == expected


@pytest.mark.parametrize(
    ("manager", "package", "expected"),
    [
        ("apt-get", "curl", False),
        ("apt-get", "curl=7.*", True),
        ("apt-get", "curl/stable", True),
        ("apk", "curl~8", True),
        ("apk", "py3-pip", False),
        ("yum", "httpd-2.4", True),
        ("yum", "httpd-devel", False),
        ("pip", "flask==3", True),
        ("pip", "flask[async]", False),
        ("pip", ".[dev]", True),
        ("npm", "@scope/name", False),
        ("npm", "@scope/name@1", True),
        ("npm", "name@latest", False),
        ("npm", "user/repository", False),
        ("npm", "user/repository#v1", True),
        ("npm", "git+https://example.com/a.git#v1", True),
        ("pip", "git+https://example.com/a.git", False),
        ("pip", "git+ssh://git@example.com/a.git", False),
        ("pip", "git+ssh://git@example.com/a.git@v1", True),
        ("yum", "tomcat:9", True),
        ("npm", "@scope/name@latest", False),
        ("gem", "rails:8", True),
        ("pip", "$PACKAGES", True),
    ],
)
def test_versions(manager: str, package: str, expected: bool) -> None:
    found = command(f"{manager} install {package}")
    assert has_version(MANAGERS[manager], found.words[1]) is expected
