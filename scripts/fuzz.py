"""Fuzzes the readers and the whole of a check: nothing that stands in a file may crash, hang or be silent.

    python scripts/fuzz.py [--seconds 60] [--seed 1] [--coverage] [--slow 2] [--keep FOLDER]

Without `--coverage` inputs come from hypothesis: grammars of the four formats, and mutations of the examples of all
rules (bytes flipped, cut, doubled, joined with others). With it they come from atheris (`pip install
'devopslint[fuzz]'`), which looks for inputs that reach new code. An input fails when a run gives a `core/internal`
finding, raises, or takes more than so many seconds. Failing inputs are written to the folder; the number tried is printed.
"""

# ruff: noqa: E501, TC001
from __future__ import annotations

import argparse
import hashlib
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

PATHS = (
    "Dockerfile",
    ".github/workflows/a.yml",
    "action.yml",
    "main.tf",
    "main.tf.json",
    "a.yaml",
    "a.json",
    "x.tfvars",
)
RULES = Path(__file__).resolve().parent.parent / "rules"
WORDS = (
    "FROM", "RUN", "COPY --from=", "ENV A=", "ARG", "<<EOF", "EOF", "\\\n", "# escape=`", "${A:-", "ONBUILD", "HEALTHCHECK CMD",
    "on:", "jobs:", "steps:", "uses: ./", "run: |", "${{", "}}", "matrix:", "needs: [", "with:", "<<: *a", "&a", "*a", "- ", "? ",
    "apiVersion: v1", "kind: Pod", "spec:", "containers:", "metadata:", "---", "...", "!!binary", "|2-", ">+", "{", "}", "[", "]",
    'resource "a" "b" {', "variable", "locals {", "for_each =", "for x in", "...}", '"${', "<<-EOT", "dynamic", "%{ if", "? 1 : 2",
    "module", "jsonencode(", "(", ")", "$(", "`", "'", '"', ";", "&&", "case x in", "if", "fi", "do", "done", "\t", "\r", "\0", "\ufeff",
    "\ud7ff", "é", "\x85", "\u2028", "1e999", "0x", "-.inf", "null", "~", "=", ":", ",", "|", ">", "#", "//", "/*", "*/", "@", "%",
)  # fmt: skip


def examples() -> list[tuple[str, bytes]]:
    """Return path and content of every file in the examples of the rules."""
    found = []
    for path in sorted(RULES.rglob("*.yaml")):
        try:
            rule = yaml.safe_load(path.read_text(encoding="utf-8"))
        except yaml.YAMLError:
            continue
        name = {"dockerfile": PATHS[0], "workflow": PATHS[1], "terraform": PATHS[3]}.get(
            path.relative_to(RULES).parts[0], PATHS[5]
        )
        for example in rule.get("examples", ()) if isinstance(rule, dict) else ():
            for value in example.values():
                files = value if isinstance(value, dict) else {name: value}
                found += [(place, text.encode()) for place, text in files.items() if isinstance(text, str)]
    return found


class Target:
    """One run over one file with every rule, in memory."""

    def __init__(self, slow: float) -> None:
        from devopslint.commands.catalog import open_catalog
        from devopslint.config.settings import Config
        from devopslint.policy.rule import Rule
        from devopslint.policy.selection import Selection

        class Everything(Selection):
            __slots__ = ()

            def runs(self, rule: Rule) -> bool:
                return True

        self.catalog = open_catalog(Config())
        self.selection = Everything(profile="strict")
        self.tried = 0
        self.longest = 0.0
        self.slow = slow

    def run(self, path: str, content: bytes) -> str:
        """Return what is wrong with judging a file; an empty string when nothing is."""
        self.tried += 1
        fault, taken = self._judge(path, content)
        if taken > self.slow:  # now and then it is the collector of garbage that takes the time
            fault, taken = self._judge(path, content)
        self.longest = max(self.longest, taken)
        return "took too long" if taken > self.slow else fault

    def _judge(self, path: str, content: bytes) -> tuple[str, float]:
        from devopslint.engine.discover import Asked
        from devopslint.engine.run import Run
        from devopslint.engine.workspace import MemoryWorkspace

        started = time.process_time()
        try:
            report = Run(MemoryWorkspace({path: content}), self.catalog, self.selection).check(Asked([], [path], True))
        except Exception as error:  # whatever it is, it is a find
            return f"{type(error).__name__}: {error}", 0.0
        taken = time.process_time() - started
        return "; ".join(one.message for one in report.findings if one.rule == "core/internal"), taken


def mutated(dice: random.Random, corpus: list[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Return an example with some of its bytes changed, now and then under another name."""
    path, content = dice.choice(corpus)
    data = bytearray(content)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(data) + 1)
        to = min(len(data), at + dice.randrange(1, 30))
        kind = dice.randrange(8)
        if kind == 0:
            data[at:at] = dice.choice(WORDS).encode()
        elif kind == 1:
            del data[at:to]
        elif kind == 2:
            data[at:at] = data[at:to] * dice.choice((1, 2, 50))
        elif kind == 3 and at < len(data):
            data[at] ^= 1 << dice.randrange(8)
        elif kind == 4:
            data[at:at] = dice.choice(corpus)[1][:200]
        elif kind == 5:
            data[at:to] = dice.choice(WORDS).encode()
        elif kind == 6:
            lines = data.split(b"\n")
            dice.shuffle(lines)
            data = bytearray(b"\n".join(lines))
        else:
            data = data[:at]
    return (dice.choice(PATHS) if dice.random() < 0.1 else path), bytes(data)


def grammatical(seconds: float, seed: int, target: Target, failed: Any) -> None:
    """Try inputs that hypothesis makes of the words and the values of the formats."""
    import json

    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded
    from hypothesis import strategies as st

    scalars = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from(WORDS),
        st.sampled_from(("push", "ubuntu-latest", "Pod", "v1", "apps/v1", "aws_s3_bucket", "${{ github.ref }}", "${var.a}", "nginx:latest")),
    )  # fmt: skip
    keys = st.one_of(
        st.text(max_size=8),
        st.sampled_from(
            ("on", "jobs", "a", "steps", "uses", "run", "with", "env", "needs", "if", "strategy", "matrix", "permissions", "runs-on",
             "apiVersion", "kind", "metadata", "name", "labels", "spec", "template", "containers", "image", "ports", "securityContext",
             "resource", "variable", "locals", "module", "provider", "terraform", "output", "data", "count", "for_each", "source")
        ),
    )  # fmt: skip
    trees = st.recursive(
        scalars,
        lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=5)),
        max_leaves=40,
    )
    workflows = trees.map(lambda tree: {"on": "push", "jobs": {"a": tree, "b": {"runs-on": "x", "steps": [tree]}}})
    manifests = trees.map(
        lambda tree: {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": tree,
            "spec": {"template": {"spec": {"containers": [tree]}}},
        }
    )
    terraform = trees.map(lambda tree: {"resource": {"aws_s3_bucket": {"b": tree}}, "locals": {"x": tree}})
    dumped = st.one_of(
        st.tuples(st.just(PATHS[1]), workflows.map(_yaml)),
        st.tuples(st.just(PATHS[5]), manifests.map(_yaml)),
        st.tuples(st.just(PATHS[6]), manifests.map(json.dumps)),
        st.tuples(st.just(PATHS[4]), terraform.map(json.dumps)),
        st.tuples(st.sampled_from(PATHS), trees.map(_yaml)),
    )
    soup = st.tuples(
        st.sampled_from(PATHS),
        st.lists(
            st.tuples(st.sampled_from(WORDS), st.sampled_from(("", " ", "\n", "\n  ", "\n    "))), max_size=40
        ).map(lambda parts: "".join(word + gap for word, gap in parts)),
    )
    until = time.monotonic() + seconds

    @seeded(seed)
    @settings(
        max_examples=10**9,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(dumped, soup))
    def one(made: tuple[str, str]) -> None:
        if time.monotonic() > until:
            raise TimeoutError
        content = made[1].encode("utf-8", "surrogatepass")
        failed(made[0], content, target.run(made[0], content))

    try:
        one()
    except (TimeoutError, BaseExceptionGroup):
        pass


def _yaml(tree: Any) -> str:
    return yaml.safe_dump(tree, allow_unicode=True)


def covering(seconds: float, slow: float, failed: Any) -> None:
    """Let atheris look for inputs that reach new code; ends the process."""
    import atheris

    with atheris.instrument_imports(include=["devopslint"]):
        target = Target(slow)
        for path, content in examples():  # a first round, so that late imports are instrumented as well
            target.run(path, content)

    def one(data: bytes) -> None:
        path = PATHS[data[0] % len(PATHS)] if data else PATHS[0]
        failed(path, data[1:], target.run(path, data[1:]))

    corpus = Path(tempfile.mkdtemp(prefix="devopslint-fuzz-"))
    for number, (path, content) in enumerate(examples()):
        if path in PATHS:
            (corpus / str(number)).write_bytes(bytes([PATHS.index(path)]) + content)
    atheris.Setup([sys.argv[0], f"-max_total_time={int(seconds)}", "-max_len=4096", "-timeout=60", str(corpus)], one)
    atheris.Fuzz()


def main() -> None:
    """Fuzz as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--coverage", action="store_true")
    parser.add_argument("--slow", type=float, default=2.0, help="seconds that an input may take")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"))
    chosen = parser.parse_args()
    seen: dict[str, int] = {}

    def failed(path: str, content: bytes, fault: str) -> None:
        if not fault:
            return
        seen[fault[:100]] = seen.get(fault[:100], 0) + 1
        if seen[fault[:100]] == 1:
            chosen.keep.mkdir(exist_ok=True)
            name = hashlib.sha256(content).hexdigest()[:12]
            (chosen.keep / f"{name}-{path.replace('/', '_')}").write_bytes(content)
            print(f"{path} {name}: {fault[:300]}", flush=True)

    if chosen.coverage:
        covering(chosen.seconds, chosen.slow, failed)
        return
    target = Target(chosen.slow)
    target.run("Dockerfile", b"FROM a\n")  # the first run imports
    target.longest = 0.0
    dice = random.Random(chosen.seed)
    corpus = examples()
    until = time.monotonic() + chosen.seconds / 2
    while time.monotonic() < until:
        path, content = mutated(dice, corpus)
        failed(path, content, target.run(path, content))
    print(f"{target.tried} mutations of {len(corpus)} examples", flush=True)
    before = target.tried
    grammatical(chosen.seconds / 2, chosen.seed, target, failed)
    print(
        f"{target.tried - before} inputs of the grammars; {len(seen)} kinds of failure; the slowest took {target.longest:.2f} s"
    )
    sys.exit(1 if seen else 0)


if __name__ == "__main__":
    main()
