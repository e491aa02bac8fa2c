"""How fast devopslint is, against bare Python on the same machine at the same time.

`make bench` prints processor time (user and system) of whole processes: the best of several rounds, in which all
cases take turns, so that a busy machine slows them alike. The ratio to bare Python is what can be compared.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = int(os.environ.get("ROUNDS", "12"))
PYTHON = [sys.executable, "-c", "import sys; from devopslint.__main__ import main; sys.exit(main())"]
"""What the installed command does."""

DOCKERFILE = (
    "FROM node:latest\nWORKDIR app\nCOPY . .\nRUN apt-get update && apt-get install -y curl\nCMD node main.js\n"
)
WORKFLOW = """\
name: CI
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: |
          npm ci
          npm test
"""
MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: web, image: "nginx:latest", ports: [{containerPort: 80}]}
"""
TERRAFORM = """\
variable "name" {
  type = string
}

resource "aws_s3_bucket" "logs" {
  bucket = var.name
}

resource "aws_security_group" "open" {
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""
SMALL = {"Dockerfile": DOCKERFILE, ".github/workflows/ci.yml": WORKFLOW, "web.yaml": MANIFEST, "main.tf": TERRAFORM}


def main() -> int:
    """Measure every case and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        small, large = root / "small", root / "large"
        for path, text in SMALL.items():
            put(small / Path(path).name.split(".")[0] / path, text)
        files = 0
        for number in range(100):
            for path, text in SMALL.items():
                # Each differs from the others, so that none is known from another.
                put(large / f"service-{number:03}" / path, text + f"# {number}\n")
                files += 1
        cases = {
            "bare Python": ([sys.executable, "-c", "pass"], root),
            "--version": ([*PYTHON, "--version"], root),
            "--help (with click)": ([*PYTHON, "--help"], root),
            "one Dockerfile": ([*PYTHON, "Dockerfile"], small / "Dockerfile"),
            "one workflow": ([*PYTHON, ".github/workflows/ci.yml"], small / "ci"),
            "one manifest": ([*PYTHON, "web.yaml"], small / "web"),
            "one Terraform file": ([*PYTHON, "main.tf"], small / "main"),
        }
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment.update(
            PYTHONPATH=str(ROOT), PYTHONPYCACHEPREFIX=str(root / "pyc"), XDG_CACHE_HOME=str(root / "cache")
        )
        best = measure(cases, environment, ROUNDS)
        tree = {
            f"{files} files, no cache": ([*PYTHON, "check", "--no-cache", "--output", "concise"], large),
            f"{files} files, from the cache": ([*PYTHON, "check", "--output", "concise"], large),
        }
        best.update(measure(tree, environment, 3))
    bare = best["bare Python"]
    print(f"{'':<28}{'CPU ms':>9}{'× bare':>9}")
    for name, seconds in best.items():
        print(f"{name:<28}{seconds * 1000:>9.1f}{seconds / bare:>9.1f}")
    return 0


def put(path: Path, text: str) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def measure(cases: dict[str, tuple[list[str], Path]], environment: dict[str, str], rounds: int) -> dict[str, float]:
    """Return the least processor seconds of each case, over rounds in which all take turns; the first does not count."""
    best: dict[str, float] = {}
    for turn in range(rounds + 1):
        for name, (command, folder) in cases.items():
            seconds = processor_time(command, folder, environment)
            if turn:
                best[name] = min(seconds, best.get(name, seconds))
    return best


def processor_time(command: list[str], folder: Path, environment: dict[str, str]) -> float:
    """Return the processor seconds of a process and of those that it started; where that is not told, the time by the clock."""
    begun, before = time.perf_counter(), children()
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stderr.decode("utf-8", "replace"))
    return (children() - before) or time.perf_counter() - begun


def children() -> float:
    """Return the processor seconds of all processes that have ended below this one; 0 where that is not told."""
    if resource is None:
        return 0.0
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
