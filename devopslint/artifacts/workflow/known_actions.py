"""Tables about published actions, as of 2026-11; inputs and Node versions stand in `data/actions.json`.

Sources: GitHub Changelog, "Deprecation notice: v3 of the artifact actions" (2024-04-16), "Notice of upcoming releases and
breaking changes for GitHub Actions" (2024-12-05), "GitHub Pages actions to require artifacts actions v4 on GitHub.com"
(2024-12-05); the repositories of archived actions; GitHub Advisory Database, ecosystem "GitHub Actions".
"""

from __future__ import annotations

_CACHE = ((3, 4), (4, 2))
REFUSED: dict[str, tuple[tuple[tuple[int, ...], ...], str]] = {
    "actions/upload-artifact": (((4,),), "2025-01-30"),
    "actions/download-artifact": (((4,),), "2025-01-30"),
    "actions/cache": (_CACHE, "2025-03-01"),
    "actions/cache/restore": (_CACHE, "2025-03-01"),
    "actions/cache/save": (_CACHE, "2025-03-01"),
    "actions/upload-pages-artifact": (((3,),), "2025-01-30"),
    "actions/deploy-pages": (((4,),), "2025-01-30"),
}
"""Action → the first versions that still work on GitHub.com, one a major, and since when all before them fail.

A tag like `v4` is the newest of its major. CodeQL v1 and v2 are not here: a job with them has an error among its annotations,
and goes on.
"""

ARCHIVED: dict[str, str] = {
    "actions/create-release": "`gh release create`",
    "actions/upload-release-asset": "`gh release upload`",
    "actions/setup-ruby": "`ruby/setup-ruby`",
    "actions/setup-elixir": "`erlef/setup-beam`",
    "actions/setup-haskell": "`haskell-actions/setup`",
    "actions/heroku": "the Heroku command line",
    "actions-rs/cargo": "a `run` step with cargo",
    "actions-rs/toolchain": "`dtolnay/rust-toolchain`",
    "actions-rs/clippy-check": "a `run` step with cargo clippy",
    "actions-rs/audit-check": "`rustsec/audit-check`",
    "actions-rs/tarpaulin": "a `run` step with cargo tarpaulin",
    "actions-rs/grcov": "a `run` step with grcov",
    "actions-rs/install": "`taiki-e/install-action`",
    "haskell/actions/setup": "`haskell-actions/setup`",
    "github/super-linter": "`super-linter/super-linter`",
    "gradle/gradle-build-action": "`gradle/actions/setup-gradle`",
    "gradle/wrapper-validation-action": "`gradle/actions/wrapper-validation`",
    "hashicorp/terraform-github-actions": "`hashicorp/setup-terraform` with `run` steps",
    "crazy-max/ghaction-docker-meta": "`docker/metadata-action`",
    "crazy-max/ghaction-docker-buildx": "`docker/setup-buildx-action`",
    "azure/container-scan": "a maintained scanner such as `aquasecurity/trivy-action`",
    "microsoft/playwright-github-action": "`npx playwright install --with-deps`",
    "marvinpinto/action-automatic-releases": "`softprops/action-gh-release`",
    "returntocorp/semgrep-action": "`semgrep ci` in a container",
    "repo-sync/pull-request": "`gh pr create`",
    "google-github-actions/setup-cloud-sdk": "`google-github-actions/setup-gcloud`",
    "andymckay/labeler": "`actions/labeler`",
    "whoan/docker-build-with-cache-action": "`docker/build-push-action`",
    "tibdex/github-app-token": "`actions/create-github-app-token`",
    "bufbuild/buf-setup-action": "`bufbuild/buf-action`",
    "bufbuild/buf-lint-action": "`bufbuild/buf-action`",
    "bufbuild/buf-breaking-action": "`bufbuild/buf-action`",
    "bufbuild/buf-push-action": "`bufbuild/buf-action`",
    "fountainhead/action-wait-for-check": "`needs`, or `workflow_run`",
    "technote-space/auto-cancel-redundant-workflow": "`concurrency`",
    "8398a7/action-slack": "`slackapi/slack-github-action`",
    "cloudflare/pages-action": "`cloudflare/wrangler-action` with `pages deploy`",
    "sonarsource/sonarcloud-github-action": "`sonarsource/sonarqube-scan-action`",
    "peter-evans/enable-pull-request-automerge": "`gh pr merge --auto`",
    "c-hive/gha-yarn-cache": "`actions/setup-node` with `cache: yarn`",
    "google-github-actions/release-please-action": "`googleapis/release-please-action`",
    "c-hive/gha-npm-cache": "`actions/setup-node` with `cache: npm`",
}
"""Action that nobody maintains → what to use instead."""

VULNERABLE: dict[str, tuple[tuple[tuple[int, ...], str, str], ...]] = {
    "tj-actions/changed-files": (
        ((46, 0, 1), "CVE-2025-30066", "its tags were moved to code that prints secrets"),
        ((41,), "CVE-2023-51664", "names of files run as commands"),
    ),
    "tj-actions/branch-names": (((9, 0, 0), "CVE-2025-54416", "names of branches run as commands"),),
    "tj-actions/verify-changed-files": (((17,), "CVE-2023-52137", "names of files run as commands"),),
    "reviewdog/action-setup": (((1, 3, 1), "CVE-2025-30154", "its tag was moved to code that prints secrets"),),
    "dawidd6/action-download-artifact": (((6,), "GHSA-5xr6-xhww-33m4", "it takes artifacts from forks"),),
    "gradle/gradle-build-action": (((2, 4, 2), "CVE-2023-30853", "it caches secrets"),),
    "atlassian/gajira-create": (((2, 0, 1), "CVE-2020-14188", "texts of issues run as code"),),
    "atlassian/gajira-comment": (((2, 0, 2), "CVE-2020-14189", "texts of comments run as code"),),
    "check-spelling/check-spelling": (((0, 0, 19), "CVE-2021-32724", "it leaks the token"),),
    "embano1/wip": (((2,), "CVE-2023-30623", "titles of pull requests run as commands"),),
    "rlespinasse/github-slug-action": (((4, 4, 1), "CVE-2023-27581", "names of branches run as commands"),),
    "azure/setup-kubectl": (((3,), "CVE-2023-23939", "kubectl is installed writable by all"),),
    "hashicorp/vault-action": (((2, 2, 0), "CVE-2021-32074", "secrets of several lines are not masked"),),
    "kartverket/github-workflows": (((2, 7, 5), "CVE-2022-39326", "texts of pull requests run as code"),),
    "sonarsource/sonarqube-scan-action": (((5, 3, 1), "CVE-2025-58178", "arguments run as commands"),),
    "actions/download-artifact": (((4, 1, 3), "CVE-2024-42471", "artifacts are unpacked outside of their folder"),),
    "lycheeverse/lychee-action": (((2, 0, 2), "CVE-2024-48908", "its input `lycheeVersion` runs as a command"),),
    "some-natalie/ghas-to-csv": (((1,), "CVE-2022-39217", "what it exports runs as formulas"),),
    "canonical/get-workflow-version-action": (((1, 0, 1), "CVE-2025-31479", "it prints parts of the token"),),
    "fish-shop/syntax-check": (((1, 6, 12), "CVE-2024-42482", "its input runs as a command"),),
    "bullfrogsec/bullfrog": (((0, 8, 4), "CVE-2025-47775", "names are resolved in spite of its rules"),),
    "ultralytics/actions": (((0, 0, 3), "GHSA-7x29-qqmq-v6qc", "names of branches run as commands"),),
    "aquasecurity/trivy-action": (((0, 35, 0), "CVE-2026-33634", "its tags were moved to code that steals secrets"),),
    "aquasecurity/setup-trivy": (((0, 2, 6), "CVE-2026-33634", "its tags were moved to code that steals secrets"),),
    "step-security/harden-runner": (
        ((2, 16, 0), "CVE-2026-32947", "its list of hosts can be bypassed by names asked over HTTPS"),
        ((2, 14, 2), "CVE-2026-25598", "its records lack what is sent over UDP"),
        ((2, 12, 0), "CVE-2025-32955", "its removal of sudo can be bypassed"),
    ),
    "github/codeql-action": (((3, 28, 3), "CVE-2025-24362", "its debug artifacts hold the token"),),
    "ozi-project/publish": (((1, 13, 6), "CVE-2025-47271", "titles of pull requests run as commands"),),
}
"""Action → advisories, the latest first: the first version without the flaw, the name, and what it is.

Those of low severity are left out.
"""

FIRST_WITH: dict[str, tuple[int, ...]] = {
    "CVE-2023-27581": (4, 0, 0),
    "CVE-2024-42471": (4, 0, 0),
    "CVE-2025-24362": (3, 26, 11),
    "CVE-2025-32955": (0, 12, 0),
    "CVE-2025-47271": (1, 13, 2),
    "CVE-2025-58178": (4, 0, 0),
}
"""Advisory → the first version with the flaw, where that is not the first of all."""

ATTACKS: dict[str, frozenset[str]] = {
    "CVE-2025-30066": frozenset({"0e58ed8671d6b60d0890c21b07f8835ace038e67"}),
    "CVE-2025-30154": frozenset({"f0d342d24037bb11d26b9bd8496e0808ba32e9ec"}),
    "CVE-2026-33634": frozenset(),
}
"""Advisory on tags that were moved to code of an attacker → the commits with that code, as far as they are known.

A commit that is pinned is what it was before the attack, whatever its version.
"""

TYPED_WRONG: dict[str, str] = {
    "action/checkout": "actions/checkout",
    "actions/check-out": "actions/checkout",
    "actions/chekout": "actions/checkout",
    "action/setup-node": "actions/setup-node",
    "actions/setup-nodejs": "actions/setup-node",
    "actions/setupnode": "actions/setup-node",
    "action/setup-python": "actions/setup-python",
    "actions/setup-py": "actions/setup-python",
    "action/upload-artifact": "actions/upload-artifact",
    "actions/upload-artifacts": "actions/upload-artifact",
    "actions/download-artifacts": "actions/download-artifact",
    "action/cache": "actions/cache",
    "actions/caches": "actions/cache",
    "actons/checkout": "actions/checkout",
    "actionss/checkout": "actions/checkout",
    "github/checkout": "actions/checkout",
    "action/setup-java": "actions/setup-java",
    "action/setup-go": "actions/setup-go",
    "actions/setup-golang": "actions/setup-go",
    "dockers/build-push-action": "docker/build-push-action",
    "docker/build-and-push-action": "docker/build-push-action",
    "docker/docker-login-action": "docker/login-action",
}
"""Slips of the pen that others can register → what was meant."""

SUPERFLUOUS: dict[str, str] = {
    "softprops/action-gh-release": "`gh release create`",
    "ncipollo/release-action": "`gh release create`",
    "svenstaro/upload-release-action": "`gh release upload`",
    "elgohr/github-release-action": "`gh release create`",
    "actions/create-release": "`gh release create`",
    "actions/upload-release-asset": "`gh release upload`",
    "peter-evans/create-pull-request": "`gh pr create`",
    "peter-evans/create-or-update-comment": "`gh pr comment`",
    "peter-evans/create-issue-from-file": "`gh issue create`",
    "thollander/actions-comment-pull-request": "`gh pr comment`",
    "peter-evans/repository-dispatch": "`gh api`",
    "hmarr/auto-approve-action": "`gh pr review --approve`",
    "pascalgn/automerge-action": "`gh pr merge --auto`",
    "addnab/docker-run-action": "`docker run`, or the job's `container`",
    "dtolnay/rust-toolchain": "`rustup`",
    "actions-rs/toolchain": "`rustup`",
    "andstor/file-existence-action": "`test -e`",
    "geekyeggo/delete-artifact": "`gh api`",
    "styfle/cancel-workflow-action": "`concurrency`",
    "ad-m/github-push-action": "`git push`",
    "jitterbit/get-changed-files": "`git diff --name-only`",
    "stefanzweifel/git-auto-commit-action": "`git commit` and `git push`",
    "endbug/add-and-commit": "`git commit` and `git push`",
    "dacbd/create-issue-action": "`gh issue create`",
    "jasonetco/create-an-issue": "`gh issue create`",
    "imjohnbo/issue-bot": "`gh issue create`",
    "actions-cool/issues-helper": "`gh issue`",
    "peter-evans/close-issue": "`gh issue close`",
    "peter-evans/close-pull": "`gh pr close`",
    "peter-evans/enable-pull-request-automerge": "`gh pr merge --auto`",
    "juliangruber/approve-pull-request-action": "`gh pr review --approve`",
    "juliangruber/merge-pull-request-action": "`gh pr merge`",
    "repo-sync/pull-request": "`gh pr create`",
    "vsoch/pull-request-action": "`gh pr create`",
    "actions-ecosystem/action-add-labels": "`gh pr edit --add-label`",
    "actions-ecosystem/action-remove-labels": "`gh pr edit --remove-label`",
    "actions-ecosystem/action-create-comment": "`gh pr comment`",
    "marvinpinto/action-automatic-releases": "`gh release create`",
    "taiki-e/create-gh-release-action": "`gh release create`",
    "actions-js/push": "`git push`",
    "sergeysova/jq-action": "`jq`",
    "mikefarah/yq": "`yq`",
    "azure/setup-kubectl": "the runner's `kubectl`",
    "azure/setup-helm": "the runner's `helm`",
}
"""Action → what the runner has of its own (`gh`, `git`, `jq`, `yq`, `rustup`, `docker`, `kubectl`, `helm`)."""

_OWNERS = """actions github docker aws-actions azure google-github-actions googleapis hashicorp microsoft dependabot codecov
    coverallsapp cypress-io gradle cloudflare jfrog sonarsource snyk aquasecurity anchore sigstore slsa-framework ossf
    step-security goreleaser golangci pulumi slackapi datadog grafana elastic redhat-actions oracle-actions digitalocean
    firebaseextended ruby shivammathur pnpm denoland oven-sh astral-sh pypa pre-commit helm chainguard-dev
    trufflesecurity gitleaks semgrep checkmarx bridgecrewio zizmorcore release-drafter changesets codspeedhq
    launchdarkly opentofu 1password bufbuild depot mongodb-js octopusdeploy tailscale vercel netlify supabase"""
VERIFIED = frozenset(_OWNERS.split())
"""Owners of actions that GitHub's Marketplace shows as verified, or that stand for a project everybody knows."""

NEWEST_BY_DEFAULT: dict[str, tuple[str, tuple[str, ...]]] = {
    "aquasecurity/setup-trivy": ("version", ()),
    "astral-sh/setup-uv": ("version", ("uv.toml", "pyproject.toml", ".tool-versions")),
    "azure/setup-helm": ("version", ()),
    "azure/setup-kubectl": ("version", ()),
    "1password/install-cli-action": ("version", ()),
    "1password/load-secrets-action": ("version", ()),
    "dagger/dagger-for-github": ("version", ("dagger.json",)),
    "depot/setup-action": ("version", ()),
    "digitalocean/action-doctl": ("version", ()),
    "earthly/actions-setup": ("version", ()),
    "ko-build/setup-ko": ("version", ()),
    "mamba-org/setup-micromamba": ("micromamba-version", ()),
    "bufbuild/buf-action": ("version", ("buf.yaml", "buf.gen.yaml")),
    "carvel-dev/setup-action": ("only", ()),
    "docker/setup-compose-action": ("version", ()),
    "docker/setup-docker-action": ("version", ()),
    "fluxcd/flux2/action": ("version", ()),
    "goreleaser/goreleaser-action": ("version", ()),
    "jdx/mise-action": ("version", ()),
    "prefix-dev/setup-pixi": ("pixi-version", ()),
    "superfly/flyctl-actions/setup-flyctl": ("version", ()),
    "zizmorcore/zizmor-action": ("version", ()),
    "extractions/setup-just": ("just-version", (".tool-versions",)),
    "golangci/golangci-lint-action": ("version", ()),
    "hashicorp/setup-packer": ("version", ()),
    "hashicorp/setup-terraform": ("terraform_version", ()),
    "opentofu/setup-opentofu": ("tofu_version", ()),
    "oven-sh/setup-bun": ("bun-version", ("package.json", ".bun-version", ".tool-versions")),
    "snok/install-poetry": ("version", ()),
    "terraform-linters/setup-tflint": ("tflint_version", ()),
}
"""Actions that install the newest version when they are not told which, the input that tells them, and the files of the
repository in which they look for it first, as their own `README.md` and `action.yml` say."""

SCRIPT_INPUTS: dict[str, tuple[str, ...]] = {
    "actions/github-script": ("script",),
    "amadevus/pwsh-script": ("script",),
    "azure/powershell-action": ("script",),
    "8398a7/action-slack": ("custom_payload",),
    "gradle/gradle-build-action": ("arguments",),
    "azure/powershell": ("inlinescript",),
    "azure/cli": ("inlinescript",),
    "appleboy/ssh-action": ("script",),
    "cardinalby/js-eval-action": ("expression",),
    "nick-fields/retry": ("command", "on_retry_command", "new_command_on_retry"),
    "jannekem/run-python-script-action": ("script",),
    "mikefarah/yq": ("cmd",),
    "addnab/docker-run-action": ("run",),
    "kubectl-action/kubectl": ("args",),
    "devcontainers/ci": ("runcmd",),
    "reactivecircus/android-emulator-runner": ("script",),
    "uraimo/run-on-arch-action": ("run", "install"),
    "vmactions/freebsd-vm": ("run", "prepare"),
    "vmactions/openbsd-vm": ("run", "prepare"),
    "vmactions/netbsd-vm": ("run", "prepare"),
    "vmactions/solaris-vm": ("run", "prepare"),
    "cross-platform-actions/action": ("run",),
    "cypress-io/github-action": ("build", "start", "command", "command-prefix", "install-command", "wait-on"),
    "borales/actions-yarn": ("cmd",),
    "bahmutov/npm-install": ("install-command",),
    "nick-invision/retry": ("command", "on_retry_command", "new_command_on_retry"),
    "wandalen/wretry.action": ("command", "pre_retry_command"),
    "garygrossgarten/github-action-ssh": ("command",),
    "fifsky/ssh-action": ("command",),
    "matlab-actions/run-command": ("command",),
    "sergeysova/jq-action": ("cmd",),
    "mathiasvr/command-output": ("run",),
    "coactions/setup-xvfb": ("run",),
    "gabrielbb/xvfb-action": ("run",),
    "easingthemes/ssh-deploy": ("script_before", "script_after"),
    "rlespinasse/shell-exec-action": ("run",),
    "actions-rs/cargo": ("args",),
}
"""Action → inputs (lower case) that it runs as code."""

NEEDED_WITHOUT = {"actions/setup-java": (("distribution", "java-version-file"),)}
"""Action → inputs that its metadata calls optional and that it fails without, unless another input is given."""
