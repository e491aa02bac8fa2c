from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devopslint.syntax.source import Source
from devopslint.syntax.tree import UNKNOWN, Map, Tagged, locate
from devopslint.syntax.yaml import FILL, mask_templates, read_yaml


def read(text, templated=None):
    documents, problems = read_yaml(Source("a.yaml", text), templated)
    return [document.root for document in documents], problems


def one(text, templated=None):
    roots, problems = read(text, templated)
    assert problems == []
    assert len(roots) == 1
    return roots[0]


def part(text, root, path, part="value"):
    start, end = locate(root, path, part)
    return text[start:end]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"), ("NO", "NO"), ("yes", "yes"), ("true", True), ("False", False), ("tRue", "tRue"),
        ("~", None), ("null", None), ("", None), ("nil", "nil"),
        ("010", 10), ("0o10", 8), ("0x1F", 31), ("-3", -3), ("1_000", "1_000"), ("1:30", "1:30"), ("0o9", "0o9"),
        ("1e3", 1000.0), (".5", 0.5), ("5.", 5.0), ("-.inf", -math.inf), ("1.2.3", "1.2.3"), (".", "."), ("+", "+"),
        ("'1'", "1"), ('"true"', "true"), ("!!str 1", "1"), ('!!int "3"', 3), ("! 5", "5"),
    ],
)  # fmt: skip
def test_scalars_mean_what_yaml_1_2_says(text, value):
    found = one(f"a: {text}\n")["a"]
    assert found == value
    assert type(found) is type(value)


def test_a_number_with_more_digits_than_python_reads_stays_text():
    assert one(f"a: {'9' * 5000}\n")["a"] == "9" * 5000


def test_keys_are_always_text():
    assert list(one("on: 1\n2: 1\ntrue: 1\n~: 1\n? [a, b]\n: 1\n")) == ["on", "2", "true", "~", "[a, b]"]


def test_every_key_and_value_has_its_place():
    text = "# 😀\nspec:\n  containers:\n  - name: '😀 x'   # c\n    image: &i nginx\n\n  - image: *i\nlast: [a, {b: c}]"
    root = one(text)
    assert part(text, root, ("spec", "containers", 0, "name")) == "'😀 x'"
    assert part(text, root, ("spec", "containers", 0, "name"), "pair") == "name: '😀 x'"
    assert part(text, root, ("spec", "containers", 0, "image")) == "nginx"
    assert part(text, root, ("spec", "containers", 1, "image")) == "*i"
    assert part(text, root, ("spec", "containers", 1, "image"), "key") == "image"
    assert part(text, root, ("last", 1, "b")) == "c"
    assert text[root["spec"].start : root["spec"].end].endswith("*i")
    assert text[root["last"].start : root["last"].end] == "[a, {b: c}]"
    first = root["spec"]["containers"][0]
    assert text[first.start : first.end].endswith("&i nginx")


def test_line_ends_of_windows_and_old_macs():
    text = "a: 1\r\nb:\r\n- x\r\n"
    assert part(text, one(text), ("b", 0)) == "x"
    text = "a: 1\rb: 2"
    assert part(text, one(text), ("b",)) == "2"


def test_an_empty_value_stands_behind_its_colon():
    root = one("a:\nb: 1\n")
    assert root.at["a"] == (0, 1, 2, 2)


def test_block_scalars_end_with_their_text():
    text = "a: |\n  x\n  y\n\n\nb: 1\n"
    root = one(text)
    assert root["a"] == "x\ny\n"
    assert part(text, root, ("a",)) == "|\n  x\n  y"


def test_the_later_of_two_equal_keys_wins_and_is_recorded():
    text = "a: 1\nb: 2\na: 3\n"
    root = one(text)
    assert root == {"a": 3, "b": 2}
    [(key, at)] = root.duplicates
    assert (key, at) == ("a", (10, 11, 13, 14))


def test_merge_keys():
    text = "x: &x {p: 1, q: 2}\ny: &y {q: 3, r: 4}\na:\n  <<: [*x, *y]\n  p: 9\nb: {<<: *x}\nc: {'<<': *x}\n"
    root = one(text)
    assert root["a"] == {"p": 9, "q": 2, "r": 4}
    assert root["a"].merged == {"q", "r"}
    assert part(text, root, ("a", "q")) == "2"
    assert root["b"] == {"p": 1, "q": 2}
    assert list(root["c"]) == ["<<"]
    assert one("a: {<<: 5}") == {"a": {"<<": 5}}


def test_aliases_share_their_node_and_may_go_round():
    root = one("a: &a {b: 1}\nc: *a\n")
    assert root["c"] is root["a"]
    ring = one("&a [*a]")
    assert ring[0] is ring
    assert one("a: &x 1\nb: &x 2\nc: *x\n")["c"] == 2


def test_an_alias_without_anchor_is_a_problem_and_unknown():
    roots, [problem] = read("a: *b\n---\nc: 1\n")
    assert roots[0]["a"] is UNKNOWN
    assert roots[1] == {"c": 1}
    assert (problem.start, problem.end) == (3, 5)


def test_anchors_end_with_their_document():
    roots, problems = read("a: &x 1\n---\nb: *x\n")
    assert roots[1]["b"] is UNKNOWN
    assert len(problems) == 1


def test_tags_of_applications():
    text = "a: !Ref Bucket\nb: !Join\n  - x\n  - y\nc: !GetAtt [p, q]\n"
    root = one(text)
    assert isinstance(root["a"], Tagged)
    assert (root["a"], root["a"].tag) == ("Bucket", "!Ref")
    assert part(text, root, ("a",)) == "Bucket"
    assert root["b"] == {"!Join": ["x", "y"]}
    assert part(text, root, ("b", "!Join"), "key") == "!Join"
    assert part(text, root, ("c", "!GetAtt", 1)) == "q"


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("a: b: c\n", ":", "quotes"),
        ("a:\n\tb: 1\n", "\t", "tab"),
        ("a: 'b\nc: 1\n", "'", "never closed"),
        ('a: "\\q"\n', "\\", "escape"),
        ("a: @b\n", "@", "`@`"),
        ("a: \x00b\n", "\x00", "U+0000"),
        ("a: \x07\n", "\x07", "U+0007"),
        ("a: \ud800\n", "\ud800", "U+D800"),
        ("a:\n  b: 1\n c: 2\n", "c", "indentation"),
        ("a: [1, 2\n", "2", "]"),
    ],
)
def test_problems_say_what_and_where(text, at, words):
    roots, [problem] = read(text)
    assert roots == []
    assert text[problem.start : problem.end] == at
    assert words in problem.message


def test_a_bad_document_does_not_hide_the_others():
    text = "a: 1\n---\nb: c: d\n---  # third\ne: 1\n"
    roots, [problem] = read(text)
    assert roots == [{"a": 1}, {"e": 1}]
    assert problem.start == text.index(": d")
    assert part(text, roots[1], ("e",)) == "1"


def test_directives_belong_to_the_document_behind_them():
    roots, problems = read("%YAML 1.2\n---\na: 1\n---\nb: c: d\n")
    assert roots == [{"a": 1}]
    assert len(problems) == 1


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 20_000, "? " * 20_000, "[" * 300 + "]" * 300])
def test_nesting_without_end_is_a_problem(text):
    roots, [problem] = read(text)
    assert roots == []
    assert "deep" in problem.message


def test_an_alias_bomb_is_not_unrolled():
    lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}]" for i in range(1, 60)]
    root = one("\n".join(lines))
    assert root["a59"][0] is root["a58"]


def test_nothing_at_all():
    assert read("") == ([], [])
    assert read("# only a comment") == ([], [])
    assert read("---\n---\n") == ([None, None], [])


HELM = """\
{{- if .Values.on }}
kind: Deployment
metadata:
  name: {{ include "x.name" . }}-web
  labels:
    {{- include "x.labels" . | nindent 4 }}
spec:
  {{ .Values.key }}: 1
  replicas: 2
  image: "{{ .Values.image | default "nginx" }}:latest"
  args: {{ toYaml .Values.args }}
  list:
  {{- range .Values.list }}
  - {{ . }}
  {{- end }}
  script: |
    {{ if .x }}
    a
    {{ end }}
{{/* a comment with }} in it
*/}}
{{- end }}
"""


def test_masking_keeps_the_length():
    assert len(mask_templates(HELM)) == len(HELM)
    assert mask_templates("a: {{ x }}b") == f"a: {FILL * 7}b"
    assert mask_templates("  {{ if x }} {{ y }}\na: 1") == "\n" * 20 + "\na: 1"
    assert mask_templates("  {{ with x }}a: '{{ . }}'{{ end }}\n") == "\n" * 12 + f"  a: '{FILL * 7}'" + " " * 9 + "\n"
    assert mask_templates('a: {{ f "{{ .x }}" `}}` }} b') == f"a: {FILL * 23} b"
    assert mask_templates('a: {{ f "x }}b') == f"a: {FILL * 10}b"
    assert mask_templates("{{ if x }} # why\na: 1") == "\n" * 11 + "# why\na: 1"


def test_what_only_rendering_can_tell_is_no_problem():
    assert read("{{ if .Values.a -}} a: {{- else -}} b: {{- end }}\n  c: 1\n---\nd: 1\n") == ([{"d": 1}], [])
    assert len(read("a: {{ .x }}\n  b: c: d\n")[1]) == 1
    assert len(read("a: |\n  {{ range .Alerts }}\n  {{ end }}\nb: c: d\n")[1]) == 1


def test_expressions_of_github_make_no_template():
    roots, [problem] = read("a: ${{ format('x: y') }}\n")
    assert roots == []
    assert problem.start == 16


def test_templates_give_unknown_values_and_open_containers():
    root = one(HELM)
    assert root.open
    assert root["metadata"].open
    assert root["kind"] == "Deployment"
    assert root["metadata"]["name"] is UNKNOWN
    assert root["metadata"]["labels"] is UNKNOWN
    assert root["spec"]["replicas"] == 2
    assert root["spec"]["image"] is UNKNOWN
    assert root["spec"]["args"] is UNKNOWN
    assert root["spec"]["list"] == [UNKNOWN]
    assert root["spec"]["list"].open
    assert root["spec"]["script"] is UNKNOWN
    assert root["spec"]["{{ .Values.key }}"] == 1
    assert part(HELM, root, ("spec", "image")) == '"{{ .Values.image | default "nginx" }}:latest"'


def test_what_is_yaml_only_by_chance_is_a_template():
    assert one("a: {{ .V }}\n")["a"] is UNKNOWN


def test_braces_in_quotes_make_no_template():
    root = one("summary: '{{ $labels.job }} is down'\n")
    assert root["summary"] == "{{ $labels.job }} is down"
    assert not root.open


def test_the_branches_of_a_template_are_no_duplicates():
    root = one("{{ if .a }}\nx: 1\ny: 1\n{{ else }}\nx: 2\ny: 1\n{{ end }}\n")
    assert root["x"] is UNKNOWN
    assert root["y"] == 1
    assert root.duplicates == ()


TOKENS = st.sampled_from(
    ["a", "b: ", "- ", "\n", "\n  ", "'", '"', "|", ">", "&a ", "*a", "<<: ", "{", "}", "[", "]", ", ", "? ", ": ", "#",
     "!x ", "---\n", "\t", "\r\n", "{{ x }}", "😀", "\x00", "%"]
)  # fmt: skip


@given(st.lists(TOKENS, max_size=25).map("".join))
def test_no_text_is_a_traceback_and_every_place_lies_within_it(text):
    for templated in (None, True):
        documents, problems = read_yaml(Source("a", text), templated)
        for problem in problems:
            assert 0 <= problem.start <= len(text)
            assert problem.start <= problem.end
        seen = set()
        todo = [document.root for document in documents]
        while todo:
            node = todo.pop()
            if not isinstance(node, (Map, list)) or id(node) in seen:
                continue
            seen.add(id(node))
            marks = list(node.at.values()) if isinstance(node, Map) else node.at
            assert all(0 <= offset <= len(text) for mark in marks for offset in mark)
            assert all(mark[-2] <= mark[-1] for mark in marks)
            todo.extend(node.values() if isinstance(node, Map) else node)
