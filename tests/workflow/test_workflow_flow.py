"""Where texts of a workflow come from."""

from __future__ import annotations

import time
from pathlib import Path

from engine_projects import check, replace
from workflow_text import job, workflow

from devopslint.artifacts.workflow.expressions import parse_expression
from devopslint.artifacts.workflow.flow import flows, origins_of_usage
from devopslint.artifacts.workflow.flowing import flowing
from devopslint.artifacts.workflow.script_files import written
from devopslint.artifacts.workflow.usage import usages_at


def flows_of(expression: str) -> list[str]:
    return [".".join(node.path() or ()) for node in flowing(parse_expression(expression))]


def test_only_what_can_be_the_value_flows() -> None:
    assert flows_of("secrets.a") == ["secrets.a"]
    assert flows_of("secrets.a != ''") == []
    assert flows_of("!secrets.a") == []
    assert flows_of("secrets.a && 'yes' || 'no'") == []
    assert flows_of("inputs.x && secrets.a || secrets.b") == ["secrets.a", "secrets.b"]
    assert flows_of("contains(secrets.a, 'x')") == []
    assert flows_of("format('{0}', secrets.a)") == ["secrets.a"]
    assert flows_of("case(secrets.a, secrets.b, secrets.c)") == ["secrets.b", "secrets.c"]


def test_a_variable_that_is_set_to_itself_is_that_of_the_outer_env() -> None:
    found = workflow(
        "on: push\n"
        "env: {A: '${{ github.actor }}', B: '${{ env.B }}'}\n"
        "jobs:\n"
        "  a:\n"
        "    env: {A: '${{ env.A }}'}\n"
        "    steps:\n"
        "      - run: echo ${{ env.A }} ${{ env.B }}\n"
    )
    usages = usages_at(found, ("jobs", "a", "steps", 0, "run"))
    assert [[origin.name for _, origin in origins_of_usage(usage)] for usage in usages] == [["github.actor"], ["env.B"]]


def test_jobs_that_need_each_other_end_in_time() -> None:
    many = " ".join("${{ needs.%s.outputs.x }}" for _ in range(60))
    found = workflow(
        "on: push\njobs:\n"
        f"  a:\n    needs: b\n    outputs: {{x: '{many.replace('%s', 'b')}'}}\n    steps: [{{run: 'echo ${{{{ needs.b.outputs.x }}}}'}}]\n"
        f"  b:\n    needs: a\n    outputs: {{x: '{many.replace('%s', 'a')}'}}\n    steps: [{{run: make}}]\n"
    )
    begun = time.process_time()
    usage = usages_at(found, ("jobs", "a", "steps", 0, "run"))[0]
    assert list(origins_of_usage(usage)) == []
    assert time.process_time() - begun < 10


def names_in_script(script: str, shell: str = "bash") -> list[str]:
    text = "".join(f"      {line}\n" for line in script.split("\n"))
    step = (
        job(
            f"runs-on: ubuntu-latest\nenv: {{TITLE: '${{{{ github.actor }}}}'}}\nsteps:\n  - shell: {shell}\n    run: |\n{text}"
        )
        .jobs["a"]
        .steps[0]
    )
    return [f"{flow.variable}:{flow.origin.name}" for flow in flows(step)]


def test_variables_of_a_shell_mind_case() -> None:
    assert names_in_script("for title in a b; do echo $title; done") == []
    assert names_in_script("echo $TITLE") == ["TITLE:github.actor"]
    assert names_in_script("echo $env:title", "pwsh") == ["title:github.actor"]


def test_an_assignment_may_go_on_in_the_next_line() -> None:
    assert names_in_script('A="b \\\n  $TITLE"\necho $A') == ["TITLE:github.actor", "A:github.actor"]
    assert names_in_script("A=$(echo $TITLE |\n  tee f)\necho $A") == ["TITLE:github.actor", "A:github.actor"]


def test_what_goes_into_a_file_of_the_runner() -> None:
    script = (
        'echo "a=1" >> $GITHUB_ENV\n'
        "echo b\n"
        '{\n  echo c\n  { echo d; }\n} >> "$GITHUB_ENV"\n'
        "cat <<END >> ${GITHUB_ENV}\ne=1\nEND\n"
        "echo f | tee -a $GITHUB_ENV\n"
        "echo g >> $GITHUB_OUTPUT\n"
    )
    lines = [script[start:end].strip() for start, end in written(script, "GITHUB_ENV")]
    assert lines == [
        'echo "a=1" >> $GITHUB_ENV',
        "{",
        "echo c",
        "{ echo d; }",
        "cat <<END >> ${GITHUB_ENV}",
        "e=1",
        "echo f | tee -a $GITHUB_ENV",
    ]


def test_files_that_call_each_other_end(tmp_path: Path) -> None:
    files = {
        ".github/workflows/a.yml": "on: issues\njobs:\n  a:\n    uses: ./.github/workflows/b.yml\n"
        "    with: {x: '${{ github.event.issue.title }}'}\n",
        ".github/workflows/b.yml": "on: {workflow_call: {inputs: {x: {type: string}}}}\njobs:\n"
        "  one: {uses: ./.github/workflows/c.yml, with: {x: '${{ inputs.x }}'}}\n",
        ".github/workflows/c.yml": "on: {workflow_call: {inputs: {x: {type: string}}}}\njobs:\n"
        "  one: {uses: ./.github/workflows/b.yml, with: {x: '${{ inputs.x }}'}}\n"
        "  two: {runs-on: x, steps: [{uses: ./act}, {run: 'echo ${{ inputs.x }}'}]}\n",
        "act/action.yml": "name: x\ndescription: x\noutputs: {y: {description: y, value: '${{ steps.s.outputs.y }}'}}\n"
        "runs:\n  using: composite\n  steps:\n    - {id: s, uses: ./act}\n    - {run: 'echo ${{ steps.s.outputs.y }}'}\n",
    }
    replace(tmp_path, files)
    report = check(tmp_path)
    assert report.successful
    found = [one.path for one in report.findings if one.rule == "workflow/untrusted-input-in-script"]
    assert found == [".github/workflows/a.yml"]
