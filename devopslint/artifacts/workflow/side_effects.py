"""What an action may leave behind for the steps after it, by its documentation: files, variables, tools, images, artifacts.

An action that is not known here may leave anything.
"""

from __future__ import annotations

from functools import lru_cache

from devopslint.artifacts.workflow.words import words
from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.artifacts.workflow.model import Step

FILES, VARIABLES, TOOLS, IMAGES, ARTIFACTS = "files", "variables", "tools", "images", "artifacts"
"""Files in the working folder; variables with names of others, and tokens; languages and their tools; images beside those
that commands build; artifacts of the run."""
_ALL = frozenset({FILES, VARIABLES, TOOLS, IMAGES, ARTIFACTS})
_KNOWN = (
    (words(""), lazily(
        r"actions/(?:github-script|create-github-app-token|configure-pages|deploy-pages|attest[\w-]*|labeler|stale"
        r"|dependency-review-action)"
        r"|docker/(?:login|metadata|setup-[\w-]+)-action|docker/setup-[\w-]+|aws-actions/[\w-]+"
        r"|azure/(?:login|setup-[\w-]+|aks-set-context)|google-github-actions/(?:auth|setup-gcloud|get-gke-credentials)"
        r"|pnpm/action-setup|sigstore/cosign-installer|step-security/harden-runner|swatinem/rust-cache|codecov/codecov-action"
        r"|terraform-linters/setup-tflint|hadolint/hadolint-action|aquasecurity/trivy-action|golangci/golangci-lint-action"
        r"|dorny/paths-filter|softprops/action-gh-release|pypa/gh-action-pypi-publish"
        r"|github/codeql-action/(?:init|upload-sarif)",
    )),
    (words(TOOLS), lazily(
        r"actions/setup-[\w-]+|hashicorp/setup-\w+|astral-sh/setup-uv|oven-sh/setup-bun|ruby/setup-ruby|shivammathur/setup-php"
        r"|dtolnay/rust-toolchain|denoland/setup-deno|subosito/flutter-action|gradle/actions/[\w-]+",
    )),
    (words(ARTIFACTS), lazily(r"actions/(?:upload-artifact|upload-pages-artifact)")),
    (words(FILES), lazily(r"actions/(?:checkout|cache(?:/\w+)?|download-artifact)|github/codeql-action/[\w-]+")),
    (words(IMAGES), lazily(r"docker/build-push-action")),
    (words(f"{IMAGES} {FILES}"), lazily(r"docker/[\w-]+")),
    (_ALL - {VARIABLES}, lazily(r"actions/[\w/-]+")),
)  # fmt: skip
"""What actions leave → their names; the first that fits counts."""
_DOES_MORE = lazily(r"\brequire\s*\(|\bimport\b|\bfs\.|\bexec|\bio\.|writeFile|exportVariable|addPath|rtifact")
"""What a JavaScript of `github-script` does more with than ask GitHub."""


def may_leave(step: Step, *effects: str) -> bool:
    """Say whether the action of a step may leave something of these kinds behind."""
    assert step.uses is not None
    return not _left_by(step).isdisjoint(effects)


@lru_cache(maxsize=256)
def _by_name(action: str) -> frozenset[str]:
    return next((effects for effects, names in _KNOWN if names.fullmatch(action)), _ALL)


def _left_by(step: Step) -> frozenset[str]:
    assert step.uses is not None
    name, inputs = step.uses.name, step.inputs
    if name == "actions/github-script" and _DOES_MORE.search(str(inputs.get("script", ""))):
        return _ALL
    found = _by_name(name)
    if name == "docker/build-push-action" and "outputs" in inputs:
        return found | {FILES}
    if name.startswith("gradle/actions/"):
        return (
            found
            | ({FILES} if "arguments" in inputs else set())
            | ({ARTIFACTS} if "dependency-graph" in inputs else set())
        )
    return found
