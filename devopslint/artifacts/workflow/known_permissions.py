"""What the run's own token must be allowed to do for well known actions, commands and calls of the API, as of 2026-11.

Sources: the README of each action; GitHub Docs, "Permissions required for GitHub Apps" and "OpenID Connect"; the manual of
`gh`; the documentation of npm, cosign and PyPI on trusted publishing.
"""

from __future__ import annotations

from devopslint.syntax.patterns import lazily

CONTENTS, PULLS, ISSUES, CHECKS = "contents", "pull-requests", "issues", "checks"
TALK = "issues|pull-requests"
"""Either will do."""

ACTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "github/codeql-action/upload-sarif": (("security-events", "upload results"),),
    "github/codeql-action/analyze": (("security-events", "upload results"),),
    "actions/deploy-pages": (("pages", "publish the site"), ("id-token", "publish the site")),
    "softprops/action-gh-release": ((CONTENTS, "make a release"),),
    "ncipollo/release-action": ((CONTENTS, "make a release"),),
    "actions/create-release": ((CONTENTS, "make a release"),),
    "actions/upload-release-asset": ((CONTENTS, "upload to a release"),),
    "svenstaro/upload-release-action": ((CONTENTS, "upload to a release"),),
    "elgohr/github-release-action": ((CONTENTS, "make a release"),),
    "marvinpinto/action-automatic-releases": ((CONTENTS, "make a release"),),
    "taiki-e/create-gh-release-action": ((CONTENTS, "make a release"),),
    "taiki-e/upload-rust-binary-action": ((CONTENTS, "upload to a release"),),
    "googleapis/release-please-action": ((CONTENTS, "make a release"), (PULLS, "open pull requests")),
    "google-github-actions/release-please-action": ((CONTENTS, "make a release"), (PULLS, "open pull requests")),
    "release-drafter/release-drafter": ((CONTENTS, "write the draft of a release"),),
    "stefanzweifel/git-auto-commit-action": ((CONTENTS, "push commits"),),
    "endbug/add-and-commit": ((CONTENTS, "push commits"),),
    "ad-m/github-push-action": ((CONTENTS, "push commits"),),
    "peaceiris/actions-gh-pages": ((CONTENTS, "push the site"),),
    "jamesives/github-pages-deploy-action": ((CONTENTS, "push the site"),),
    "crazy-max/ghaction-github-pages": ((CONTENTS, "push the site"),),
    "helm/chart-releaser-action": ((CONTENTS, "make a release"),),
    "mathieudutour/github-tag-action": ((CONTENTS, "push a tag"),),
    "anothrnick/github-tag-action": ((CONTENTS, "push a tag"),),
    "cycjimmy/semantic-release-action": ((CONTENTS, "make a release"),),
    "peter-evans/create-pull-request": ((CONTENTS, "push a branch"), (PULLS, "open a pull request")),
    "changesets/action": ((CONTENTS, "push a branch"), (PULLS, "open a pull request")),
    "actions/labeler": ((PULLS, "set labels"),),
    "codelytv/pr-size-labeler": ((TALK, "set labels"),),
    "marocchino/sticky-pull-request-comment": ((PULLS, "comment"),),
    "thollander/actions-comment-pull-request": ((TALK, "comment"),),
    "mshick/add-pr-comment": ((TALK, "comment"),),
    "peter-evans/create-or-update-comment": ((TALK, "comment"),),
    "hmarr/auto-approve-action": ((PULLS, "approve"),),
    "pascalgn/automerge-action": ((CONTENTS, "merge"), (PULLS, "merge")),
    "actions/stale": ((TALK, "close what is stale"),),
    "dessant/lock-threads": ((TALK, "lock threads"),),
    "actions/first-interaction": ((TALK, "comment"),),
    "jasonetco/create-an-issue": ((ISSUES, "open an issue"),),
    "peter-evans/create-issue-from-file": ((ISSUES, "open an issue"),),
    "dorny/test-reporter": ((CHECKS, "write the check"),),
    "enricomi/publish-unit-test-result-action": ((CHECKS, "write the check"),),
    "mikepenz/action-junit-report": ((CHECKS, "write the check"),),
    "styfle/cancel-workflow-action": (("actions", "cancel runs"),),
    "actions/attest": (("attestations", "store the attestation"), ("id-token", "sign the attestation")),
    "actions/attest-build-provenance": (("attestations", "store the attestation"), ("id-token", "sign the attestation")),
    "actions/attest-sbom": (("attestations", "store the attestation"), ("id-token", "sign the attestation")),
    "sigstore/gh-action-sigstore-python": (("id-token", "sign"),),
    "rust-lang/crates-io-auth-action": (("id-token", "prove who it is"),),
    "rubygems/release-gem": (("id-token", "prove who it is"), (CONTENTS, "push the tag")),
    "octo-sts/action": (("id-token", "prove who it is"),),
    "pulumi/auth-actions": (("id-token", "prove who it is"),),
}  # fmt: skip
"""Action → the scopes that it writes to (`id-token` included), each with what for."""

ONLY_WITH: dict[str, dict[str, tuple[tuple[str, str], ...]]] = {
    "aws-actions/configure-aws-credentials": {"role-to-assume": (("id-token", "prove who it is"),)},
    "google-github-actions/auth": {"workload_identity_provider": (("id-token", "prove who it is"),)},
    "azure/login": {"client-id": (("id-token", "prove who it is"),)},
    "jfrog/setup-jfrog-cli": {"oidc-provider-name": (("id-token", "prove who it is"),)},
    "hashicorp/vault-action": {"method=jwt": (("id-token", "prove who it is"),)},
    "codecov/codecov-action": {"use_oidc=true": (("id-token", "prove who it is"),)},
    "ossf/scorecard-action": {"publish_results=true": (("id-token", "publish results"),)},
    "rubygems/configure-rubygems-credentials": {"role-to-assume": (("id-token", "prove who it is"),)},
    "nuget/login": {"user": (("id-token", "prove who it is"),)},
    "actions/dependency-review-action": {
        "comment-summary-in-pr=always": ((PULLS, "comment"),),
        "comment-summary-in-pr=on-failure": ((PULLS, "comment"),),
        "comment-summary-in-pr=true": ((PULLS, "comment"),),
    },
    "goreleaser/goreleaser-action": {
        "args~^(?!.*--s(?:napshot|kip[ =]\\S*publish))(?:.*\\s)?release(?=\\s|$)": ((CONTENTS, "make a release"),)
    },
    "docker/build-push-action": {"github-token": ()},
}  # fmt: skip
"""Action → input that is given (`name`), has a value (`name=value`) or fits a pattern (`name~pattern`) → what it then needs."""
OTHER_KEYS: dict[str, tuple[str, ...]] = {
    "aws-actions/configure-aws-credentials": ("aws-access-key-id", "role-chaining", "web-identity-token-file"),
    "azure/login": ("creds", "client-secret"),
    "hashicorp/vault-action": ("jwtprivatekey",),
    "mikepenz/action-junit-report": ("annotate_only", "skip_annotations"),
    "peaceiris/actions-gh-pages": ("deploy_key", "personal_token", "external_repository"),
    "jamesives/github-pages-deploy-action": ("ssh-key", "repository-name"),
    "release-drafter/release-drafter": ("disable-releaser", "dry-run"),
    "stefanzweifel/git-auto-commit-action": ("skip_push",),
    "endbug/add-and-commit": ("push",),
    "mathieudutour/github-tag-action": ("dry_run",),
    "enricomi/publish-unit-test-result-action": ("check_run",),
    "dorny/test-reporter": ("use-actions-summary",),
}
"""Action → inputs with which it takes another way, that needs no permission of the run's token or is not known here."""

WRITING = frozenset(
    {*ACTIONS, *ONLY_WITH, "actions/github-script", "pypa/gh-action-pypi-publish", "docker/build-push-action"}
)
"""Actions that may write with the run's token."""

GH: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("release", ("create", "upload", "edit", "delete", "delete-asset"), CONTENTS, "change releases"),
    ("issue", ("create", "close", "reopen", "edit", "delete", "pin", "unpin", "lock", "unlock", "transfer"), ISSUES,
     "change issues"),
    ("issue", ("comment",), TALK, "comment"),
    ("pr", ("create", "close", "reopen", "review", "ready", "update-branch", "lock", "unlock"), PULLS,
     "change pull requests"),
    ("pr", ("merge",), CONTENTS, "merge"),
    ("pr", ("merge",), PULLS, "merge"),
    ("pr", ("comment", "edit"), TALK, "comment"),
    ("label", ("create", "edit", "delete", "clone"), TALK, "change labels"),
    ("workflow", ("run", "enable", "disable"), "actions", "start workflows"),
    ("run", ("cancel", "rerun", "delete"), "actions", "change runs"),
    ("cache", ("delete",), "actions", "delete caches"),
)  # fmt: skip
"""First word behind `gh`, second words, scope, what for."""

API: tuple[tuple[str, str, str], ...] = (
    (r"/statuses/", "statuses", "set a status"),
    (r"/check-runs\b", CHECKS, "write a check"),
    (r"/deployments\b", "deployments", "make a deployment"),
    (r"/issues/[^\s/]+/(?:comments|labels|reactions)", TALK, "comment"),
    (r"/issues\b", TALK, "change issues"),
    (r"/pulls\b", PULLS, "change pull requests"),
    (r"/actions/workflows/|/actions/runs/", "actions", "start workflows"),
    (r"/(?:releases|git/refs|git/tags|contents|merges|dispatches)\b", CONTENTS, "write to the repository"),
)
"""Pattern of a path that `gh api` writes to, scope, what for; the first that fits counts."""

OCTOKIT: tuple[tuple[str, str, str], ...] = (
    (r"issues\.(?:(?:create|update|delete)Comment|addLabels|setLabels|removeLabel|addAssignees|lock)", TALK, "comment"),
    (r"issues\.(?:create|createLabel)\b", ISSUES, "open issues"),
    (r"issues\.update\b", TALK, "change issues"),
    (r"pulls\.(?:create\w*|update\w*|merge|requestReviewers|submitReview|dismissReview)", PULLS, "change pull requests"),
    (r"repos\.(?:createRelease|updateRelease|deleteRelease|uploadReleaseAsset|createOrUpdateFileContents|deleteFile|merge)\b",
     CONTENTS, "write to the repository"),
    (r"git\.(?:create|update|delete)(?:Ref|Tag|Commit|Tree|Blob)\b", CONTENTS, "write to the repository"),
    (r"checks\.(?:create|update)\b", CHECKS, "write a check"),
    (r"repos\.createCommitStatus\b", "statuses", "set a status"),
    (r"repos\.createDeployment(?:Status)?\b", "deployments", "make a deployment"),
    (r"actions\.(?:createWorkflowDispatch|cancelWorkflowRun|reRunWorkflow\w*|deleteWorkflowRun\w*)\b", "actions",
     "start workflows"),
)  # fmt: skip
"""Pattern of a method of the `github` object in `actions/github-script`, scope, what for."""

KEYLESS = frozenset({"sign", "sign-blob", "attest", "attest-blob"})
"""Words behind `cosign` that sign with the identity of the run, unless a key is given."""

INERT = lazily(
    r"(?:actions/(?:checkout|setup-\w+|cache(?:/\w+)?|upload-artifact|download-artifact|configure-pages|upload-pages-artifact)"
    r"|docker/(?:setup-\w+-action|login-action|metadata-action)|pnpm/action-setup|oven-sh/setup-bun|denoland/setup-deno"
    r"|astral-sh/(?:setup-uv|ruff-action)|ruby/setup-ruby|shivammathur/setup-php|dtolnay/rust-toolchain|swatinem/rust-cache"
    r"|taiki-e/install-action|hashicorp/setup-\w+|opentofu/setup-opentofu|azure/setup-\w+|helm/kind-action"
    r"|gradle/actions/(?:setup-gradle|wrapper-validation)|sigstore/cosign-installer|terraform-linters/setup-tflint"
    r"|hadolint/hadolint-action|golangci/golangci-lint-action|pre-commit/action|erlef/setup-beam|subosito/flutter-action"
    r"|actions-rs/toolchain|browser-actions/setup-\w+|step-security/harden-runner)"
)
"""Actions that write nowhere with the run's token."""
