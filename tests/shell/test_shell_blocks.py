"""What is open at the end of a script, and what has no beginning."""

import pytest

from devopslint.syntax.shell_blocks import open_blocks


@pytest.mark.parametrize(
    ("text", "at", "reason"),
    [
        ("if a; then b", "if", "`if` has no `fi`"),
        ("if a then b; fi", "if", "`if` has no `then`"),
        ("if a; b; else c; fi", "if", "`if` has no `then`"),
        ("if a; then\n  b\nelse if c; then\n  d\nfi\n", "if", "`if` has no `fi`"),
        ("for x in 1 2; echo; done", "for", "`for` has no `do`"),
        ("until a; do b", "until", "`until` has no `done`"),
        ("case x in a) b;;", "case", "`case` has no `esac`"),
        ("case x in (a) if b; then c;; esac", "if", "`if` has no `fi`"),
        ("a; fi", "fi", "`fi` has no `if`"),
        ("if a; then b; }; fi", "}", "`}` has no `{`"),
        ("(a; b", "(", "`(` has no `)`"),
        ("a)", ")", "`)` has no `(`"),
        ('echo "a $(b "c") d', '"', '`"` has no `"`'),
        ("echo it's", "'", "`'` has no `'`"),
        ("x=${a", "${", "`${` has no `}`"),
    ],
)
def test_what_is_open(text: str, at: str, reason: str) -> None:
    found = open_blocks(text)
    assert found is not None
    start, end, said = found
    assert (text[start:end], said) == (at, reason)


@pytest.mark.parametrize(
    "text",
    [
        "echo fi done; if a; then b; elif c; then d; else e; fi",
        "cat <<E\nif '\nE\nf() { a; }; f",
        "if a; then for x in b; do c; done else for y in d; do e; done fi",
        "if a; then if b; then c; fi fi; { d; } && while e; do { f; } done",
        "cat <<-'E F'\n\tif\n\tE F\n",
        "case $x in a|b) c;; (*) d;; esac",
        'a "b $(c "d \'") e" `f` \\" # "',
        "while read -r x; do (a); { b; }; done < list",
        "a ${b:-'c'} ${d#\"}\"} $((1 + (2)))",
    ],
)
def test_nothing_is_open(text: str) -> None:
    assert open_blocks(text) is None
