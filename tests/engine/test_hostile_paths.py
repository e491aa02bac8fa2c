"""No path of a repository, however it is reached, reads, writes, lists or imports anything outside of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hostile import HOSTILE
from house import COMMON
from running import clean_environment, devopslint, write

ONE = "FROM nginx\n"
RULE = "title: A rule of the house\nlevel: error\npractice: infrastructure/documented\non: dockerfile.stage\nmessage: it is so\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = write(
        tmp_path.resolve() / "root",
        {"infra/main.tf": 'module "m" {\n  source = "git::https://example.com/m.git"\n}\n', "Dockerfile": ONE},
    )
    subprocess.run(["git", "init", "-q", root], check=True)
    return root


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    return write(tmp_path.resolve() / "outside", {"Dockerfile": "FROM secret-image\n", "kept": "as it is\n"})


def concise(*arguments: str | Path, cwd: Path) -> tuple[int, str, str]:
    ended = devopslint("--output", "concise", *arguments, cwd=cwd)
    return ended.returncode, ended.stdout, ended.stderr


def test_a_file_has_one_name_whatever_links_lead_to_it(root: Path, tmp_path: Path) -> None:
    os.symlink("infra", root / "link")
    os.symlink(root, tmp_path / "to-root")
    os.symlink(root / "infra", tmp_path / "to-folder")
    expected = concise("infra/main.tf", cwd=root)
    assert "infra/main.tf:" in expected[1]
    ways = ["link/main.tf", "./link/../infra/main.tf", root / "infra/main.tf", "../to-root/infra/main.tf",
            "../to-folder/main.tf", "../to-root/link/main.tf", tmp_path / "to-folder/main.tf", "link", "../to-folder"]  # fmt: skip
    for way in ways:
        assert concise(way, cwd=root) == expected, way
    for cwd in (tmp_path, Path("/"), tmp_path / "to-folder", root / "infra"):
        assert concise(root / "infra/main.tf", cwd=cwd) == expected, cwd
    assert concise("main.tf", cwd=tmp_path / "to-folder") == expected


def test_a_link_out_of_the_repository_is_not_followed(root: Path, outside: Path) -> None:
    os.symlink(outside, root / "out")
    subprocess.run(["git", "init", "-q", outside], check=True)
    assert concise("out/Dockerfile", cwd=root) == (
        1,
        "out/Dockerfile:1:1: error[core/unreadable] leads out of the repository\n",
        "",
    )
    code, stdout, stderr = concise("out", cwd=root)
    assert (code, stdout) == (2, "")
    assert "out: leads out of the repository" in stderr


def test_what_is_git_s_is_not_read(root: Path) -> None:
    with open(root / ".git/config", "a") as file:
        file.write('[http "https://example.com/"]\n\textraheader = AUTHORIZATION: basic c2VjcmV0\n')
    (root / "Dockerfile").unlink()
    os.symlink(".git/config", root / "Dockerfile")
    os.symlink(".git", root / "folder")
    write(root, {".github/workflows/a.yml": "on: push\njobs:\n  a:\n    uses: ./.git/config\n"})
    for arguments in ((".",), ("Dockerfile",), ("folder/config",), (".git/config",)):
        ended = devopslint("--output", "full", *arguments, cwd=root)
        assert "c2VjcmV0" not in ended.stdout + ended.stderr
        assert "extraheader" not in (ended.stdout + ended.stderr).lower()


@pytest.mark.parametrize("target", ["{outside}/kept", ".git/config"])
@pytest.mark.parametrize("kind", ["report", "baseline", "named baseline"])
def test_nothing_is_written_through_a_stranger_s_link(root: Path, outside: Path, kind: str, target: str) -> None:
    path = root / "x" if kind != "baseline" else root / ".devopslint-baseline.json"
    os.symlink(target.format(outside=outside), path)
    aim = (root / target.format(outside=outside)).resolve()
    before = aim.read_text()
    if kind == "report":
        ended = devopslint("--output", "sarif:x", ".", cwd=root)
    else:
        write(root, {".devopslint.yaml": "baseline: x\n" if kind == "named baseline" else ""})
        ended = devopslint("baseline", cwd=root)
    assert ended.returncode == 2
    assert "leads out of the repository" in ended.stderr
    assert aim.read_text() == before


def test_a_report_goes_where_the_user_says(root: Path, outside: Path) -> None:
    os.symlink(outside, root / "out")
    assert devopslint("--output", "sarif:out/x", ".", cwd=root).returncode == 2
    assert devopslint("--output", f"sarif:{outside}/x", ".", cwd=root).returncode == 1
    assert json.loads((outside / "x").read_text())["version"] == "2.1.0"
    piped = devopslint("--output", "concise:/dev/stdout", ".", cwd=root)
    assert "Dockerfile:1:6: error[dockerfile/untagged-image]" in piped.stdout
    assert sorted(path.name for path in outside.iterdir()) == ["Dockerfile", "kept", "x"]


def test_a_configuration_brings_in_nothing_from_outside(root: Path, outside: Path) -> None:
    write(outside, {"a.yaml": "fail-on: never\n", "b/.devopslint.yaml": "fail-on: never\n"})
    os.symlink(outside / "a.yaml", root / "link.yaml")
    for named in ("../outside/a.yaml", str(outside / "a.yaml"), "link.yaml"):
        write(root, {".devopslint.yaml": f"extend: {named}\n"})
        code, _, stderr = concise(".", cwd=root)
        assert code == 2
        assert "leads out of the repository; give it as --config if it is yours" in stderr
    assert concise("--config", outside / "a.yaml", cwd=root)[0] == 0
    write(root, {".devopslint.yaml": "fail-on: never\n", "sub/.devopslint.yaml": "extend: ../.devopslint.yaml\n"})
    assert concise(".", cwd=root)[0] == 0


EVIL = "open({done!r}, 'w')\n"


@pytest.mark.parametrize("arguments", [(), ("--jobs", "2"), ("--output", "json"), ("--diff-base", "HEAD")])
def test_no_module_of_the_current_folder_is_imported(root: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = str(tmp_path / "done")
    names = [
        "yaml",
        "click",
        "re",
        "json",
        "sqlite3",
        "tree_sitter",
        "tree_sitter_hcl",
        "subprocess",
        "hashlib",
        "evil",
    ]
    write(root, {f"{name}.py": EVIL.format(done=done) for name in names})
    write(root, {f"{number}/Dockerfile": ONE for number in range(12)})
    environment = clean_environment(XDG_CACHE_HOME=str(tmp_path / "cache"))
    command = [sys.executable, "-m", "devopslint", *arguments, "."]
    ended = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == (2 if "HEAD" in arguments else 1), ended.stderr
    assert "Traceback" not in ended.stderr
    assert not os.path.exists(done)


@pytest.mark.parametrize(
    "check",
    [
        "evil:run",
        "os:system",
        "devopslint.commands.telling:tell",
        "devopslint.engine.processes:judge_batch",
        "devopslint.policy.rule:import_check",
    ],
)
def test_a_rule_of_the_repository_names_no_function_but_those_of_our_rules(root: Path, check: str) -> None:
    write(
        root, {".devopslint.yaml": "rules-dirs: [policy]\n", "policy/house/a.yaml": RULE + f"check: {check}\n" + COMMON}
    )
    code, _, stderr = concise(".", cwd=root)
    assert code == 2
    assert "is not imported: give it as --rules-dir" in stderr
    write(root, {"policy/house/a.yaml": RULE + f"check: {_a_check_of_ours()}\n" + COMMON})
    assert "is not imported" not in concise(".", cwd=root)[2]  # whatever it makes of a stage


def _a_check_of_ours() -> str:
    from devopslint.commands.catalog import open_catalog
    from devopslint.config.settings import Config

    return next(rule.raw["check"] for rule in open_catalog(Config()).group("dockerfile") if "check" in rule.raw)


def test_a_relative_cache_folder_is_none(root: Path) -> None:
    write(root, {f"{number}/Dockerfile": ONE for number in range(12)})
    before = sorted(os.listdir(root))
    environment = {"XDG_CACHE_HOME": "cache", "HOME": "relative"}
    for _ in range(2):
        assert devopslint(".", cwd=root, env=environment).returncode == 1
    assert sorted(os.listdir(root)) == before


def test_no_results_are_kept_in_the_repository_nor_taken_from_it(root: Path) -> None:
    write(root, {f"{number}/Dockerfile": ONE for number in range(12)})
    kept = root / ".cache/devopslint/results"
    assert devopslint(".", cwd=root, env={"XDG_CACHE_HOME": str(root / ".cache")}).returncode == 1
    assert not kept.exists()


@pytest.mark.parametrize(
    "command",
    [
        ("files",),
        ("files", "--json"),
        ("config",),
        ("config", "--json"),
        ("explain", "untagged-image", "."),
        ("explain", "untagged-image", ".", "--json"),
        ("baseline",),
    ],
)
def test_every_command_says_names_harmlessly(tmp_path: Path, command: tuple[str, ...]) -> None:
    root = tmp_path / "root"
    for number, evil in enumerate(HOSTILE):
        name = evil.replace("/", "").replace("\0", "").encode("utf-8", "surrogatepass")
        folder = os.path.join(os.fsencode(root), b"%d" % number + name)
        try:
            os.makedirs(folder)
        except (OSError, ValueError):
            continue
        with open(os.path.join(folder, b"Dockerfile"), "w") as file:
            file.write(ONE)
    write(root, {".devopslint.yaml": 'exclude: ["\\e[2J]x", "::error::a", "##[error]a"]\n'})
    if command == ("baseline",):
        write(root, {".devopslint-baseline.json": '{"format": 1, "findings": []}\n'})
    done = subprocess.run(
        [sys.executable, "-m", "devopslint", *command],
        cwd=root, env=clean_environment(GITHUB_ACTIONS="true"), capture_output=True, check=False,
    )  # fmt: skip
    written = (done.stdout + done.stderr).decode("utf-8")
    assert done.returncode in {0, 1}, written
    assert "Dockerfile" in written or command[0] == "config"
    from hostile import obeyed

    assert obeyed(written) == []
    assert not {"\x1b", "\x9b", "\x07", "\u202e", "\u2066", "\u200b"} & set(written)
