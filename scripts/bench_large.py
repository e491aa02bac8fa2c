"""Measures devopslint on a large repository made from a seed: workflows, Dockerfiles, manifests and modules.

    python scripts/bench_large.py [--files 5000] [--seed 1] [--rounds 2] [--growth] [--break-even] [--keep FOLDER]

Prints CPU and wall seconds and peak memory of whole processes, cold and warm, with one and two processes, as ratios to
reading and hashing the same files as well, and what is aimed at; `--growth` the cost of ×1, ×4 and ×16 as many files;
`--break-even` the ratio of two processes to one for repositories of several sizes. Figures drift with the machine:
ratios hold. ShellCheck, where it is installed, is a program of its own that costs as much as it costs: one line says
what a run with it takes, and `default` has it; all others are of devopslint alone.
"""

# ruff: noqa: E501
from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from hashlib import blake2b
from pathlib import Path
from statistics import median

from devopslint.engine.analysis import analyser

COLD, WITH_SHELLCHECK, WARM = "cold, 1 process, no cache", "the same with ShellCheck", "warm, 1 process"
IN_GIT = "warm, 1 process, a git repository"
WORDS = ("web", "shop", "cart", "billing", "mail", "search", "users", "audit", "queue", "media", "report", "gateway")
IMAGES = ("node:22.11.0-slim", "python:3.12", "golang:1.23-alpine", "nginx:latest", "ubuntu", "eclipse-temurin:21-jre")
PACKAGES = ("curl", "git", "jq", "ca-certificates", "build-essential", "libpq-dev", "unzip", "make")
ACTIONS = ("actions/checkout@v4", "actions/setup-node@v4", "actions/cache@v4", "docker/build-push-action@v6")
COMMANDS = (
    "npm ci", "npm test", "make build", "go test ./...", "docker build -t app .", 'echo "tag=${{ github.sha }}" >> $GITHUB_OUTPUT',
    "pip install -r requirements.txt", "curl -sSf https://example.com/install.sh | sh", "terraform plan -no-color",
)  # fmt: skip


def dockerfile(dice: random.Random) -> str:
    """Return a Dockerfile of one or two stages."""
    lines = []
    for stage in range(dice.choice((1, 1, 2))):
        lines.append(f"FROM {dice.choice(IMAGES)}" + (" AS build" if stage == 0 else ""))
        lines.append("WORKDIR /srv/app")
        if dice.random() < 0.7:
            names = " ".join(dice.sample(PACKAGES, dice.randint(1, 5)))
            lines.append(f"RUN apt-get update \\\n && apt-get install -y {names} \\\n && rm -rf /var/lib/apt/lists/*")
        lines += [f"ENV {dice.choice(WORDS).upper()}_URL=https://{dice.choice(WORDS)}.example.com", "COPY . ."]
        lines += [f"RUN {dice.choice(COMMANDS[:4])}" for _ in range(dice.randint(1, 3))]
    lines += [f"EXPOSE {dice.choice((80, 8080, 22))}", "USER app", f'CMD ["./{dice.choice(WORDS)}", "--serve"]']
    return "\n".join(lines) + "\n"


def workflow(dice: random.Random) -> str:
    """Return a workflow of one to three jobs."""
    lines = [f"name: {dice.choice(WORDS)}", "on:", "  push:", "    branches: [main]", "  pull_request:"]
    if dice.random() < 0.5:
        lines += ["permissions:", "  contents: read"]
    lines.append("jobs:")
    for name in dice.sample(WORDS, dice.randint(1, 3)):
        lines += [f"  {name}:", "    runs-on: ubuntu-24.04"]
        lines += ["    timeout-minutes: 10"] if dice.random() < 0.5 else []
        lines += ["    steps:", "      - uses: actions/checkout@v4"]
        for _ in range(dice.randint(2, 6)):
            if dice.random() < 0.3:
                lines += [
                    f"      - uses: {dice.choice(ACTIONS)}",
                    "        with:",
                    f"          name: {dice.choice(WORDS)}",
                ]
            else:
                lines += [f"      - name: {dice.choice(WORDS)}", f"        run: {dice.choice(COMMANDS)}"]
    return "\n".join(lines) + "\n"


def manifest(dice: random.Random) -> str:
    """Return a Deployment with its Service."""
    name = f"{dice.choice(WORDS)}-{dice.randint(1, 999)}"
    limits = "        resources:\n          limits: {memory: 256Mi, cpu: 500m}\n" if dice.random() < 0.5 else ""
    return f"""apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  labels: {{app: {name}}}
spec:
  replicas: {dice.randint(1, 5)}
  selector:
    matchLabels: {{app: {name}}}
  template:
    metadata:
      labels: {{app: {name}}}
    spec:
      containers:
      - name: app
        image: registry.example.com/{name}:{dice.choice(("1.4.2", "latest", "2"))}
        ports:
        - containerPort: 8080
{limits}        env:
        - name: DATABASE_URL
          value: postgres://db.{name}.svc:5432/app
        envFrom:
        - configMapRef: {{name: {name}}}
---
apiVersion: v1
kind: Service
metadata:
  name: {name}
spec:
  selector: {{app: {name}}}
  ports:
  - port: 80
    targetPort: 8080
"""


def module(dice: random.Random) -> str:
    """Return a Terraform file with a bucket, a group and a variable."""
    name = dice.choice(WORDS)
    return f"""variable "name" {{
  type        = string
  description = "What everything is called."
  default     = "{name}"
}}

resource "aws_s3_bucket" "{name}" {{
  bucket = "${{var.name}}-files"
  tags = {{
    Team = "{dice.choice(WORDS)}"
  }}
}}

resource "aws_security_group" "{name}" {{
  name = var.name
  ingress {{
    from_port   = {dice.choice((22, 443, 5432))}
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = ["{dice.choice(("0.0.0.0/0", "10.0.0.0/8"))}"]
  }}
}}

output "arn" {{
  value       = aws_s3_bucket.{name}.arn
  description = "Where the files lie."
}}
"""


def generate(folder: Path, files: int, seed: int) -> int:
    """Write about so many files, a quarter of each kind, and return how many."""
    dice = random.Random(seed)
    for number in range(files // 4):
        place = f"{WORDS[number % len(WORDS)]}/{number:05}"
        for path, text in (
            (f".github/workflows/{number:05}.yml", workflow(dice)),
            (f"{place}/Dockerfile", dockerfile(dice)),
            (f"{place}/deploy/app.yaml", manifest(dice)),
            (f"{place}/infra/main.tf", module(dice)),
        ):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    return files // 4 * 4


def environment(cache: Path) -> dict[str, str]:
    """Return the environment of a check: its cache, and its compiled modules, lie in a folder of their own."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "XDG_CACHE_HOME": str(cache), "PYTHONPYCACHEPREFIX": str(cache / "pyc")}


def run(folder: Path, cache: Path, *arguments: str) -> tuple[float, float, int]:
    """Return CPU seconds, wall seconds and peak memory (MiB, of the largest process) of one check."""
    # A process between, so that processor time and peak are those of this check alone.
    script = (
        "import resource,subprocess,sys,time;started=time.perf_counter();"
        "subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL);wall=time.perf_counter()-started;"
        "used=resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(used.ru_utime+used.ru_stime,wall,used.ru_maxrss)"
    )
    command = [sys.executable, "-m", "devopslint", "--output", "json", "--exit-zero", *arguments, "."]
    done = subprocess.run(
        [sys.executable, "-S", "-c", script, *command],
        cwd=folder, env=environment(cache), capture_output=True, text=True, check=True,
    )  # fmt: skip
    cpu, wall, peak = done.stdout.split()
    return float(cpu), float(wall), int(peak) // (1024 * 1024 if sys.platform == "darwin" else 1024)


def compile_modules(folder: Path, cache: Path) -> None:
    """Run what will be measured once, so that no measured run compiles modules of ours for Python."""
    for _ in range(2):
        run(folder, cache)
    shutil.rmtree(cache / "devopslint" / "results", ignore_errors=True)


def read_and_hash(folder: Path) -> float:
    """Return the CPU seconds of reading and hashing every file, in this process."""
    paths = sorted(str(path) for path in folder.rglob("*") if path.is_file() and ".git/" not in str(path))
    started = time.process_time()
    for path in paths:
        with open(path, "rb") as file:
            blake2b(file.read(), digest_size=16).hexdigest()
    return time.process_time() - started


def middle(measures: list[tuple[float, float, int]]) -> tuple[float, float, int]:
    """Return the medians of CPU, wall and memory."""
    return median(one[0] for one in measures), median(one[1] for one in measures), max(one[2] for one in measures)


def measure(folder: Path, files: int, rounds: int) -> None:
    """Print the table of one repository."""
    cache = Path(tempfile.mkdtemp(prefix="devopslint-bench-cache-"))
    floor = median(read_and_hash(folder) for _ in range(5))
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{files} files, {size / 1e6:.1f} MB; reading and hashing them: {floor:.3f} s CPU")
    print(f"{'':34} {'CPU s':>7} {'wall s':>7} {'MiB':>5} {'ms/file':>8} {'x floor':>8}")
    alone = ("--shellcheck", "off")
    variants = {
        COLD: (*alone, "--no-cache", "--jobs", "1"),
        WITH_SHELLCHECK: ("--shellcheck", "on", "--no-cache", "--jobs", "1"),
        "cold, 2 processes, no cache": (*alone, "--no-cache", "--jobs", "2"),
        "cold, filling the cache": (*alone, "--jobs", "1"),
        WARM: (*alone, "--jobs", "1"),
        "warm, 2 processes": (*alone, "--jobs", "2"),
        "cold, default, filling the cache": (),
        "warm, default": (),
    }
    if analyser("shellcheck").missing():
        del variants[WITH_SHELLCHECK]
        print("ShellCheck is not installed: no line has it")
    results: dict[str, list[tuple[float, float, int]]] = {name: [] for name in variants}
    compile_modules(folder, cache)
    for _ in range(rounds):
        shutil.rmtree(cache / "devopslint" / "results", ignore_errors=True)
        for name, arguments in variants.items():
            results[name].append(run(folder, cache, *arguments))
    if shutil.which("git"):
        results[IN_GIT] = warm_in_git(folder, cache, rounds, *variants[WARM])
    for name, measures in results.items():
        cpu, wall, memory = middle(measures)
        print(f"{name:34} {cpu:7.2f} {wall:7.2f} {memory:5} {1000 * cpu / files:8.3f} {cpu / floor:8.1f}")
    cold, warm = middle(results[COLD]), middle(results[WARM])
    print(
        f"aims: cold 1.5 ms a file (is {1000 * cold[0] / files:.2f}), warm 3 x reading and hashing "
        f"(is {warm[0] / floor:.1f}), 300 MiB (is {max(cold[2], warm[2])})"
    )
    shutil.rmtree(cache)


def warm_in_git(folder: Path, cache: Path, rounds: int, *arguments: str) -> list[tuple[float, float, int]]:
    """Make a repository of a folder, and return what warm checks cost where git is asked which files there are."""
    for command in (("init", "-q"), ("add", "-A")):
        subprocess.run(["git", *command], cwd=folder, check=True)
    run(folder, cache, *arguments)
    return [run(folder, cache, *arguments) for _ in range(rounds)]


def growth(base: int, seed: int) -> None:
    """Print what ×1, ×4 and ×16 as many files cost, and the cost a file as a ratio to the first."""
    cache = Path(tempfile.mkdtemp(prefix="devopslint-bench-cache-"))
    first = 0.0
    print(f"growth of the cost from {base} files on, one process:")
    for factor in (1, 4, 16):
        with tempfile.TemporaryDirectory(prefix="devopslint-bench-") as name:
            files = generate(Path(name), base * factor, seed)
            if not first:
                compile_modules(Path(name), cache)
            cold = run(Path(name), cache, "--shellcheck", "off", "--jobs", "1")
            warm = run(Path(name), cache, "--shellcheck", "off", "--jobs", "1")
            each = cold[0] / files
            first = first or each
            print(
                f"x{factor:<3} {files:6} files: cold {cold[0]:7.2f} s CPU, {1000 * each:.3f} ms a file "
                f"({each / first:.2f} of x1), {cold[2]} MiB; warm {warm[0]:.2f} s"
            )
    shutil.rmtree(cache)


def break_even(seed: int, rounds: int) -> None:
    """Print the wall time of two processes as a ratio to one, paired, for repositories of several sizes."""
    cache = Path(tempfile.mkdtemp(prefix="devopslint-bench-cache-"))
    for files in (16, 32, 64, 128, 256, 512):
        with tempfile.TemporaryDirectory(prefix="devopslint-bench-") as name:
            generate(Path(name), files, seed)
            size = sum(path.stat().st_size + 500 for path in Path(name).rglob("*") if path.is_file())
            ratios, costs = [], []
            for _ in range(rounds):
                one = run(Path(name), cache, "--no-cache", "--jobs", "1")
                two = run(Path(name), cache, "--no-cache", "--jobs", "2")
                ratios.append(two[1] / one[1])
                costs.append(two[0] / one[0])
            print(
                f"{files:5} files, {size:8} weighed bytes: wall x{median(ratios):.2f} "
                f"({min(ratios):.2f}-{max(ratios):.2f}), CPU x{median(costs):.2f}"
            )
    shutil.rmtree(cache)


def main() -> None:
    """Measure what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--break-even", action="store_true")
    parser.add_argument("--keep", type=Path, help="write the repository there, and measure nothing")
    chosen = parser.parse_args()
    if chosen.keep:
        print(generate(chosen.keep, chosen.files, chosen.seed), "files")
    elif chosen.break_even:
        break_even(chosen.seed, max(chosen.rounds, 7))
    else:
        with tempfile.TemporaryDirectory(prefix="devopslint-bench-") as name:
            measure(Path(name), generate(Path(name), chosen.files, chosen.seed), chosen.rounds)
        if chosen.growth:
            growth(chosen.files // 16, chosen.seed)


if __name__ == "__main__":
    main()
