"""Write the table of the tools that GitHub's runner images hold, of those that checks ask for.

Source: the lists of installed software (`images/**/*Readme.md`) in github.com/actions/runner-images, MIT. Give a clone (a
bare one will do) and the day:

    python scripts/runner_tools.py ../runner-images 2026-11-26

A tool that is not watched is never asked for: add it to `WATCHED`, with how the lists call it ("" when no list ever does).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "devopslint" / "artifacts" / "workflow" / "data" / "runners.json"
IMAGES = {
    "ubuntu-22.04": "ubuntu/Ubuntu2204", "ubuntu-22.04-arm": "ubuntu/Ubuntu2204-Arm64",
    "ubuntu-24.04": "ubuntu/Ubuntu2404", "ubuntu-24.04-arm": "ubuntu/Ubuntu2404-Arm64",
    "ubuntu-26.04": "ubuntu/Ubuntu2604", "ubuntu-26.04-arm": "ubuntu/Ubuntu2604-Arm64",
    "ubuntu-slim": "ubuntu-slim/ubuntu-slim",
    "windows-2022": "windows/Windows2022", "windows-2025": "windows/Windows2025",
    "windows-2025-vs2026": "windows/Windows2025-VS2026", "windows-11-arm": "windows/Windows11-Arm64",
    "macos-14": "macos/macos-14-arm64", "macos-14-large": "macos/macos-14",
    "macos-15": "macos/macos-15-arm64", "macos-15-intel": "macos/macos-15", "macos-15-large": "macos/macos-15",
    "macos-26": "macos/macos-26-arm64", "macos-26-intel": "macos/macos-26", "macos-26-large": "macos/macos-26",
}  # fmt: skip
"""Label of a runner → the beginning of the name of its list."""
LATEST = {
    "ubuntu-latest": ("ubuntu-24.04", "ubuntu-26.04"),
    "windows-latest": ("windows-2022", "windows-2025", "windows-2025-vs2026"),
    "macos-latest": ("macos-14", "macos-15", "macos-26"),
}
"""Label that moves → the images that it may stand for: a tool that one of them holds counts as there."""
WATCHED = {
    "terraform": "Terraform", "packer": "Packer", "vault": "Vault", "ansible-playbook": "Ansible", "ansible": "Ansible",
    "docker": r"Docker (?:Server )?[\d.]+", "podman": "Podman", "buildah": "Buildah", "skopeo": "Skopeo",
    "helm": "Helm", "kubectl": "Kubectl", "kustomize": "Kustomize", "kind": "Kind", "minikube": "Minikube",
    "mvn": "(?:Apache )?Maven", "gradle": "Gradle", "ant": "(?:Apache )?Ant",
    "sbt": "sbt", "php": "PHP:?", "composer": "Composer",
    "cargo": "Cargo", "rustup": "Rustup", "ruby": "Ruby", "bundle": "Ruby", "dotnet": r"\.NET Core (?:SDK|Tools)",
    "gcloud": "Google Cloud (?:CLI|SDK)", "aws": "AWS CLI", "az": "Azure CLI", "sam": "AWS SAM CLI",
    "gh": "GitHub CLI", "pulumi": "Pulumi", "yamllint": "yamllint", "shellcheck": "shellcheck", "jq": "jq", "yq": "yq",
    "yarn": "Yarn", "pipx": "Pipx", "bazel": "Bazel", "swift": "Swift|Xcode", "julia": "Julia", "newman": "Newman",
    "ghc": "GHC", "cabal": "Cabal", "stack": "Stack", "fastlane": "Fastlane", "xcodebuild": "Xcode", "mono": "Mono",
    "pnpm": "pnpm", "bun": "bun", "bunx": "bun", "deno": "deno", "poetry": "Poetry", "uv": "uv", "uvx": "uv", "pdm": "",
    "hatch": "", "pipenv": "Pipenv", "tofu": "", "terragrunt": "", "tflint": "", "trivy": "", "hadolint": "", "cosign": "",
    "syft": "", "grype": "", "task": "", "just": "", "golangci-lint": "", "goreleaser": "", "gotestsum": "", "k3d": "",
    "skaffold": "", "helmfile": "", "argocd": "", "flux": "", "kubeconform": "", "kubeval": "", "kube-linter": "",
    "conftest": "", "opa": "", "checkov": "", "tfsec": "", "semgrep": "", "gitleaks": "", "actionlint": "", "ruff": "",
    "black": "", "flake8": "", "mypy": "", "pytest": "", "tox": "", "nox": "", "pre-commit": "", "nomad": "", "consul": "",
    "cdk": "", "serverless": "", "sls": "", "flyctl": "", "wrangler": "", "firebase": "", "vercel": "", "netlify": "",
    "shfmt": "", "markdownlint": "", "zig": "", "mix": "", "elixir": "", "rebar3": "", "flutter": "", "dart": "", "nix": "",
    "earthly": "", "dagger": "", "buf": "", "crane": "", "oras": "", "ko": "", "mage": "", "k6": "", "snyk": "", "sops": "",
    "doctl": "", "heroku": "", "eslint": "", "prettier": "", "tsc": "", "jest": "", "vitest": "", "codecov": "",
    "osv-scanner": "", "govulncheck": "", "staticcheck": "", "kubescape": "", "kube-score": "", "infracost": "",
    "dive": "", "dockle": "",
    "eksctl": "",
}  # fmt: skip
"""Command → how the lists of installed software call it."""


def held(text: str) -> list[str]:
    """Return the watched tools that a list of installed software names."""
    names = re.findall(r"^(?:\s*- |\| )(.+)$", text, re.MULTILINE)
    return sorted(
        tool
        for tool, name in WATCHED.items()
        if name and any(re.match(rf"(?:{name})(?![\w-])", line, re.IGNORECASE) for line in names)
    )


def main() -> None:
    """Write the table from the clone and the day on the command line."""
    images = {}
    for label, name in IMAGES.items():
        path = f"HEAD:images/{name}-Readme.md"
        text = subprocess.run(
            ["git", "-C", sys.argv[1], "show", path], capture_output=True, text=True, check=True
        ).stdout
        images[label] = held(text)
    for label, known in LATEST.items():
        images[label] = sorted(set().union(*(images[one] for one in known)))
    table = {"source": "github.com/actions/runner-images, lists of installed software", "date": sys.argv[2],
             "watched": sorted(WATCHED), "images": images}  # fmt: skip
    TARGET.write_text(json.dumps(table, separators=(",", ":"), sort_keys=True) + "\n")
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes, {len(images)} images")


if __name__ == "__main__":
    main()
