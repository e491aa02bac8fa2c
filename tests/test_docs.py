"""The docs are what the code makes of them, every example in them runs, and every link leads somewhere."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from running import ROOT, devopslint, findings, write

from devopslint.config.settings import read_config
from devopslint.policy.conditions import compile_condition
from devopslint.policy.evaluation import Evaluation
from devopslint.policy.indexing import read_practices
from devopslint.policy.subject import Subject
from devopslint.syntax.source import Source
from devopslint.syntax.yaml import read_yaml

WRITTEN = [
    "README.md",
    "CONTRIBUTING.md",
    "docs/ci.md",
    "docs/configuration.md",
    "docs/writing-rules.md",
    "docs/architecture.md",
    "docs/decisions/README.md",
]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str, language: str) -> list[str]:
    found = FENCED.findall((ROOT / page).read_text("utf-8"))
    return [text for name, text in found if name == language]


def _generator() -> Any:
    specification = importlib.util.spec_from_file_location("generate_docs", ROOT / "scripts" / "generate_docs.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["generate_docs"] = module
    specification.loader.exec_module(module)
    return module


def test_generated_pages_are_up_to_date() -> None:
    pages: dict[str, str] = _generator().pages()
    stale = [
        name for name, text in pages.items() if not (ROOT / name).is_file() or (ROOT / name).read_text("utf-8") != text
    ]
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "rules").rglob("*.md")}
    assert stale + sorted(there - set(pages)) == [], "run `make docs`"


def test_the_picture_is_there() -> None:
    picture = re.search(
        r"<!-- demo -->\n```\n(.*?)```\n<!-- /demo -->", (ROOT / "README.md").read_text("utf-8"), re.DOTALL
    )
    assert picture is not None
    assert picture.group(1).count("┌─") == 3
    assert "errors" in picture.group(1)


def whole_rules() -> list[tuple[str, str]]:
    return [(page, text) for page in WRITTEN for text in blocks(page, "yaml") if text.startswith("title:")]


@pytest.mark.parametrize(("page", "text"), whole_rules(), ids=[text.split("\n")[0] for _, text in whole_rules()])
def test_whole_rules_hold(page: str, text: str, tmp_path: Path) -> None:
    write(tmp_path, {"policy/house/example.yaml": text})
    done = devopslint("rule", "test", "policy", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("1 passed, 0 failed\n", ""), page


def condition_blocks() -> list[str]:
    return [text for text in blocks("docs/writing-rules.md", "yaml") if text.startswith("value:")]


@pytest.mark.parametrize("text", condition_blocks())
def test_conditions_are_as_the_docs_say(text: str) -> None:
    documents, problems = read_yaml(Source("docs", text))
    assert not problems
    root = documents[0].root
    subject = Subject("example", root["value"], document=documents[0])
    seen = 0
    for name, expected in (("holds", True), ("fails", False), ("unknown", None)):
        for condition in root.get(name, ()):
            seen += 1
            for blame in (False, True):
                assert compile_condition(condition, blame)(Evaluation(subject), ()) is expected, condition
    assert seen


def test_there_are_such_examples() -> None:
    assert len(condition_blocks()) >= 5
    assert len(whole_rules()) >= 4


def test_every_operator_and_function_is_described() -> None:
    from devopslint.policy.conditions import CONSTRAINT_WORDS

    text = (ROOT / "docs/writing-rules.md").read_text("utf-8")
    words = CONSTRAINT_WORDS | {"all", "any", "not", "related"}
    assert [word for word in sorted(words) if f"`{word}" not in text] == []


def test_every_field_of_a_rule_is_described() -> None:
    schema = json.loads((ROOT / "devopslint/policy/rule.schema.json").read_text())
    text = (ROOT / "docs/writing-rules.md").read_text("utf-8")
    assert [name for name in schema["properties"] if f"`{name}`" not in text] == []


def test_the_python_example_runs(tmp_path: Path) -> None:
    (code,) = blocks("docs/writing-rules.md", "python")
    rule = """\
title: Label is written in capitals
level: note
practice: infrastructure/documented
why: |
  Capitals are hard to read, and shouting is rude.
how: |
  Write it in small letters.
on: kubernetes.object
check: house_checks:shouting_keys
message: label `{name}` shouts
examples:
  - bad: |
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: a
        labels:
          TEAM: shop #! 5-8
          tier: web
  - good: |
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: a, labels: "{{ .Values.labels }}"}
  - good: |
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: a}
"""
    write(tmp_path, {"policy/house/shouting.yaml": rule, "policy/house_checks.py": code})
    done = devopslint("rule", "test", "--rules-dir", "policy", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("1 passed, 0 failed\n", "")


def test_the_configuration_in_the_readme(tmp_path: Path) -> None:
    (text,) = [text for text in blocks("README.md", "yaml") if text.startswith("# .devopslint.yaml")]
    write(tmp_path, {".devopslint.yaml": text})
    assert read_config(str(tmp_path / ".devopslint.yaml")).text("fail-on", "") == "warning"
    write(tmp_path, {"policy/notes.txt": "", "Dockerfile": "FROM node:latest\n"})
    done = devopslint(cwd=tmp_path)
    assert done.returncode == 1, done.stderr


def test_the_whole_configuration(tmp_path: Path) -> None:
    (text,) = blocks("docs/configuration.md", "yaml")
    write(tmp_path, {".devopslint.yaml": text, "policy/notes.txt": "", "Dockerfile": "FROM node:latest\n"})
    assert devopslint("baseline", cwd=tmp_path).returncode == 0
    done = devopslint("check", "--strict", "--output", "concise", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def settings_of(schema: dict[str, Any]) -> set[str]:
    rule, override = schema["$defs"]["rule"], schema["properties"]["overrides"]["items"]
    return {*schema["properties"], *rule["properties"], *override["properties"]}


def test_every_setting_is_described() -> None:
    schema = json.loads((ROOT / "devopslint/config/config.schema.json").read_text("utf-8"))
    text = (ROOT / "docs/configuration.md").read_text("utf-8")
    assert [name for name in settings_of(schema) if f"`{name}`" not in text] == []
    (example,) = blocks("docs/configuration.md", "yaml")
    shown = yaml.safe_load(example)
    assert set(schema["properties"]) - set(shown) == {"extend"}


def test_every_format_and_every_input_of_the_action_is_described() -> None:
    from devopslint.report import FORMATS

    text = (ROOT / "docs/ci.md").read_text("utf-8")
    inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    assert [name for name in (*FORMATS, *inputs) if not re.search(rf"`{name}[`:]", text)] == []


def test_every_variable_is_described() -> None:
    text = (ROOT / "docs/configuration.md").read_text("utf-8")
    code = "".join(path.read_text("utf-8") for path in (ROOT / "devopslint").rglob("*.py"))
    assert [name for name in set(re.findall(r"\bDEVOPSLINT_[A-Z]+\b", code)) if f"`{name}`" not in text] == []


def test_the_hook_in_the_readme() -> None:
    (text,) = [text for text in blocks("README.md", "yaml") if text.startswith("# .pre-commit-config.yaml")]
    hooks = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    assert {hook["id"] for repository in yaml.safe_load(text)["repos"] for hook in repository["hooks"]} <= hooks


def test_the_workflow_in_the_readme(tmp_path: Path) -> None:
    (text,) = [text for text in blocks("README.md", "yaml") if text.startswith("# .github/workflows/")]
    inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    (step,) = [step for step in yaml.safe_load(text)["jobs"]["devopslint"]["steps"] if "devopslint" in step["uses"]]
    assert set(step["with"]) <= set(inputs)


def written_by_hand() -> list[str]:
    made = {name for name in _generator().pages() if name != "README.md"}
    pages = ["README.md", "CONTRIBUTING.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]
    return [page for page in pages if page not in made]


def workflows() -> list[str]:
    texts = [text for page in written_by_hand() for text in blocks(page, "yaml")]
    return [text for text in texts if "jobs" in (yaml.safe_load(text) or ())]


@pytest.mark.parametrize("text", workflows())
def test_our_workflows_are_as_we_want_them(text: str, tmp_path: Path) -> None:
    write(tmp_path, {".github/workflows/devopslint.yml": text, "README.md": "# Shop\n"})
    assert findings("--fail-on", "never", cwd=tmp_path) == []
    strict = {one["rule"] for one in findings("--profile", "strict", "--select", "workflow", cwd=tmp_path)}
    assert strict <= {"workflow/unwatched-job", "workflow/unverified-creator"}


def test_the_readme_has_a_workflow() -> None:
    assert sum("uses: devopslint/devopslint@" in text for text in workflows()) == 1


def commands() -> list[str]:
    lines = [line for page in WRITTEN for text in blocks(page, "sh") for line in text.splitlines()]
    inline = re.findall(r"`(devopslint(?: [^`]+)?)`", (ROOT / "README.md").read_text("utf-8"))
    return sorted({*(line for line in lines if line.startswith("devopslint")), *inline})


@pytest.mark.parametrize("command", commands())
def test_commands_are_understood(command: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "fixtures" / "demo", tmp_path / "demo")
    rule = next(text for page, text in whole_rules() if page == "README.md")
    write(tmp_path / "demo", {"k8s/web.yaml": "", "policy/house/example.yaml": rule})
    if "--prune" in command:
        assert devopslint("baseline", cwd=tmp_path / "demo").returncode == 0
    done = devopslint(*shlex.split(command, comments=True)[1:], cwd=tmp_path / "demo")
    assert done.returncode in {0, 1}, done.stderr


def test_targets_of_make_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named: set[str] = set()
    for page in WRITTEN:
        text = (ROOT / page).read_text("utf-8")
        said = [*blocks(page, "sh"), *re.findall(r"`([^`\n]+)`", text)]
        named.update(re.findall(r"\bmake ([a-z]+)\b", "\n".join(said)))
    assert named <= targets
    assert {"demo", "test", "bench", "docs"} <= named


@pytest.mark.parametrize(
    "page", [*WRITTEN, "docs/json-format.md", "docs/rules/README.md", "docs/equivalents.md", "CHANGELOG.md"]
)
def test_links_lead_somewhere(page: str) -> None:
    text = FENCED.sub("", (ROOT / page).read_text("utf-8"))
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if not link.startswith("http")]
    assert [link for link in links if link and not ((ROOT / page).parent / link).exists()] == []


def test_every_decision_is_listed() -> None:
    listed = (ROOT / "docs/decisions/README.md").read_text("utf-8")
    there = [path.name for path in sorted((ROOT / "docs/decisions").glob("0*.md"))]
    assert [name for name in there if name not in listed] == []


def test_every_practice_has_its_sentence() -> None:
    assert all(practice["title"] and practice["text"] for practice in read_practices(str(ROOT / "rules")).values())
