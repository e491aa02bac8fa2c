"""The commands and actions by which one can tell what a step is for: well known ones, as of 2026-11."""

from __future__ import annotations

_RUN = r"(?:npm|yarn|pnpm|bun)(?: run)?(?: -\S+){0,20} "

_OPTIONS = r"(?: -\S+(?: (?:\$\{\{[^}\n]{0,80}\}\}|[^\s-]\S*))?){0,20}?"
"""Options of a command with their values, before its first word."""
COMMANDS: dict[str, tuple[str, ...]] = {
    "test": (
        _RUN + r"(?:test|tests|t|e2e|ci:test)[\w:-]*", r"pytest", r"tox", r"nox", r"go test", r"gotestsum",
        r"cargo (?:\+\S+ )?(?:test|nextest)", r"mvnw?(?: \S+){0,20} (?:test|verify|install)",
        r"gradlew?(?: \S+){0,20} (?:test|check|build)",
        r"dotnet test",
        r"(?:bundle exec )?(?:rspec|rake(?: (?:test|spec))?)", r"(?:vendor/bin/)?phpunit", r"ctest", r"swift test",
        r"(?:flutter|dart|mix|sbt|deno|lein|stack|cabal|zig build|crystal|dub|bazel|forge|hardhat|composer|just|task)"
        r" (?:run )?\+?(?:\S+ )?(?:test|tests|spec|eunit)(?::\S+)?",
        r"bin/rails (?:db:\S+ )?test", r"python3? -m (?:unittest|pytest)", r"python3? manage\.py test",
        r"(?:npx )?(?:jest|vitest|mocha|playwright test|cypress run|ava|karma)", r"helm unittest", r"terraform test",
        r"bats", r"xcodebuild(?: \S+){0,20} (?:test|test-without-building)",
        r"[\w./-]{0,100}(?:test|tests|e2e)[\w-]*\.(?:sh|py|js|ps1|bash)", r"coverage run", r"ct install", r"molecule test",
        r"skaffold verify", r"vstest\.console\S*", r"R CMD check",
    ),
    "lint": (
        _RUN + r"(?:lint|format|typecheck|check|prettier|eslint)[\w:-]*",
        r"(?:npx )?(?:eslint|prettier|stylelint|markdownlint\S*|tsc)", r"ruff", r"flake8", r"pylint", r"black",
        r"isort", r"mypy", r"pyright", r"golangci-lint", r"go vet", r"staticcheck", r"hadolint", r"actionlint",
        r"shellcheck", r"tflint", r"terraform(?: -\S+){0,20} (?:fmt|validate)", r"tofu (?:fmt|validate)",
        r"pre-commit run", r"(?:bundle exec )?rubocop",
        r"cargo (?:\+\S+ )?(?:clippy|fmt)", r"yamllint", r"ktlint", r"detekt", r"checkstyle", r"spotless\w*",
        r"devopslint", r"helm lint", r"kube-linter", r"kubeconform", r"kubeval", r"promtool check", r"checkov",
        r"zizmor", r"phpcs", r"phpstan", r"(?:mix|dart|deno|swift) (?:format|fmt|analyze|lint|credo)", r"swiftlint",
        r"ct lint", r"dotnet format", r"super-linter", r"buf lint", r"vale", r"codespell",
    ),
    "build": (
        r"docker (?:buildx )?build", r"docker[ -]compose(?: \S+){0,20} build", _RUN + r"build[\w:-]*",
        r"make", r"go build", r"cargo (?:\+\S+ )?build",
        r"mvnw?(?: \S+){0,20} (?:package|compile)", r"gradlew?(?: \S+){0,20} (?:assemble|build|bootJar)",
        r"dotnet (?:build|publish)", r"cmake --build", r"python3? -m build", r"kustomize build", r"goreleaser",
        r"msbuild", r"xcodebuild", r"swift build", r"bazel build", r"skaffold build", r"poetry build", r"hugo",
        r"mkdocs build",
    ),
    "deploy": (
        r"kubectl" + _OPTIONS + r" (?:apply|set image|rollout restart|replace)", r"helm" + _OPTIONS + r" (?:upgrade|install)",
        r"helmfile(?: \S+){0,20} (?:apply|sync)", r"(?:terraform|tofu|terragrunt)(?: \S+){0,20} apply",
        r"pulumi(?: \S+){0,20} up",
        r"(?:npx )?cdk deploy", r"(?:npx )?(?:serverless|sls) deploy", r"sam deploy", r"aws ecs update-service",
        r"aws lambda update-function-code", r"aws cloudformation (?:deploy|update-stack)",
        r"aws deploy create-deployment", r"eb deploy", r"gcloud(?: \S+){0,20} (?:run|app|functions) deploy",
        r"gcloud app deploy", r"az (?:webapp|functionapp|containerapp|aks)(?: \S+){0,20} (?:up|deploy|update|deployment)",
        r"(?:flyctl|fly) deploy", r"heroku container:release", r"git push \S*heroku\S*",
        r"(?:npx )?vercel(?: \S+){0,20} --prod", r"(?:npx )?netlify deploy(?: \S+){0,20} --prod", r"(?:npx )?firebase deploy",
        r"(?:npx )?wrangler (?:deploy|publish)", r"ansible-playbook", r"argocd app sync", r"skaffold (?:run|deploy)",
        r"copilot (?:svc )?deploy", r"cf push", r"nomad (?:job )?run", r"docker stack deploy",
        _RUN + r"deploy[\w:-]*", r"[\w./-]{0,100}deploy[\w-]*\.(?:sh|py|js|ps1)",
        r"kubectl kustomize(?: \S+){0,20} \| kubectl apply",
    ),
    "scan": (
        r"trivy", r"grype", r"snyk", r"docker scout", r"clair\w*", r"gcloud(?: \S+){0,20} images scan", r"govulncheck",
        r"semgrep", r"npm audit", r"(?:yarn|pnpm) audit", r"pip-audit", r"safety", r"cargo (?:audit|deny)",
        r"bundle-audit", r"osv-scanner", r"dockle", r"gitleaks", r"trufflehog", r"bandit", r"brakeman", r"gosec",
        r"nancy", r"dependency-check\S*", r"checkov", r"tfsec", r"kics",
    ),
    "image-scan": (
        r"trivy(?: \S+){0,20} (?:image|i)", r"grype", r"snyk container", r"docker scout", r"clair\w*",
        r"gcloud(?: \S+){0,20} images scan", r"dockle", r"aws ecr start-image-scan",
    ),
    "push": (
        r"docker (?:image )?push", r"docker (?:buildx )?build(?:x)?(?: \S+){0,20} (?:--push|--output[= ]type=registry)",
        r"docker[ -]compose(?: \S+){0,20} push", r"(?:buildah|podman|crane|oras) push", r"skopeo copy",
        r"ko (?:publish|build|apply)", r"gcloud builds submit",
        r"(?:[^\s;&|(/]{0,100}/){0,20}mvnw?(?: \S+){0,20} (?:jib:build|com\.google\.cloud\.tools:jib\S*build)",
    ),
    "publish": (
        r"(?:npm|yarn|pnpm)(?: npm)? publish", r"twine upload", r"cargo publish", r"gem push", r"poetry publish",
        r"uv publish", r"goreleaser(?: release)?", r"gh release create", r"dotnet nuget push",
        r"mvnw?(?: \S+){0,20} deploy", r"gradlew?(?: \S+){0,20} publish\w*", r"helm push", r"flit publish",
        r"npx semantic-release", r"vsce publish",
    ),
}  # fmt: skip
"""Purpose → patterns of the beginning of a command."""

TARGETS = {"test": r"test|check", "lint": r"lint|fmt|format|vet", "deploy": r"\Adeploy(?![\w-]*\.)"}
"""Purpose → a pattern of the targets of make that are for it."""

WORDS: dict[str, tuple[str, ...]] = {
    "test": (
        "test", "npm", "yarn", "bun", "ake", "install", "verify", "gradle", "check", "cargo ", "tox", "nox", "spec", "eunit",
        "jest", "mocha", "cypress run", "ava", "karma", "bats", "e2e", "coverage run", "phpunit", "xcodebuild",
        "python", "R CMD check", "bin/rails ",
    ),
    "lint": (
        "lint", "check", "npm", "yarn", "bun", "make", "fmt", "format", "vet", "prettier", "tsc", "ruff", "flake8", "black",
        "isort", "mypy", "pyright", "terraform", "tofu ", "pre-commit run", "rubocop", "cargo ", "detekt", "spotless",
        "kubeconform", "kubeval", "zizmor", "phpcs", "phpstan", "dart", "deno", "mix", "swift", "vale", "codespell",
    ),
    "build": (
        " build", "npm", "yarn", "bun", "make", "docker ", "compose", "cargo ", "package", "compile", "gradle", "dotnet ",
        "goreleaser", "msbuild", "xcodebuild", "hugo",
    ),
    "deploy": (
        "deploy", "kubectl", "helm", "install", "upgrade", " apply", "pulumi", "aws ", "az ", "heroku", " --prod", "wrangler ",
        "ansible-playbook", "argocd app sync", "skaffold ", "copilot ", "cf push", "nomad ", "git push ",
    ),
    "scan": (
        "trivy", "grype", "snyk", "docker scout", "clair", " images scan", "govulncheck", "semgrep", " audit", "pip-audit",
        "safety", "cargo ", "bundle-audit", "osv-scanner", "dockle", "gitleaks", "trufflehog", "bandit", "brakeman", "gosec",
        "nancy", "dependency-check", "checkov", "tfsec", "kics",
    ),
    "image-scan": (
        "trivy", "grype", "snyk container", "docker scout", "clair", " images scan", "dockle", "aws ecr start-image-scan",
    ),
    "push": ("push", "type=registry", "skopeo copy", "ko ", "gcloud builds submit", "jib"),
    "publish": (
        " publish", "twine upload", "gem push", "goreleaser", "gh release create", "dotnet nuget push", " deploy",
        "helm push", "npx semantic-release",
    ),
}  # fmt: skip
"""Purpose → texts of which one stands in each of its commands, and that are looked for first."""

ACTIONS: dict[str, tuple[str, ...]] = {
    "test": (
        "cypress-io/github-action", "coactions/setup-xvfb", "codecov/codecov-action", "helm/chart-testing-action",
        "devcontainers/ci",
    ),
    "lint": (
        "golangci/golangci-lint-action", "hadolint/hadolint-action", "super-linter/super-linter",
        "github/super-linter", "oxsecurity/megalinter", "pre-commit/action", "reviewdog/", "psf/black",
        "astral-sh/ruff-action", "chartboost/ruff-action", "raven-actions/actionlint", "devopslint/",
        "zizmorcore/zizmor-action", "terraform-linters/setup-tflint", "stackrox/kube-linter-action",
        "ludeeus/action-shellcheck", "azure/k8s-lint", "actions-rs/clippy-check", "bridgecrewio/checkov-action",
        "rhysd/actionlint", "dominikh/staticcheck-action",
    ),
    "build": (
        "docker/build-push-action", "docker/bake-action", "redhat-actions/buildah-build",
        "goreleaser/goreleaser-action", "microsoft/setup-msbuild",
    ),
    "deploy": (
        "azure/webapps-deploy", "azure/k8s-deploy", "azure/functions-action", "azure/container-apps-deploy-action",
        "azure/static-web-apps-deploy", "azure/aci-deploy", "azure/appservice-settings",
        "aws-actions/amazon-ecs-deploy-task-definition", "aws-actions/aws-cloudformation-github-deploy",
        "einaregilsson/beanstalk-deploy", "appleboy/lambda-action", "google-github-actions/deploy-cloudrun",
        "google-github-actions/deploy-appengine", "google-github-actions/deploy-cloud-functions",
        "google-github-actions/deploy-cloud-run", "cloudflare/wrangler-action", "cloudflare/pages-action",
        "amondnet/vercel-action", "nwtgck/actions-netlify", "akhileshns/heroku-deploy",
        "firebaseextended/action-hosting-deploy", "serverless/github-action", "digitalocean/app_action",
        "redhat-actions/openshift-tools-installer-deploy", "deliverybot/helm", "octopusdeploy/deploy-release-action",
        "argoproj-labs/argocd-action", "samkirkland/ftp-deploy-action", "easingthemes/ssh-deploy",
        "jakejarvis/s3-sync-action", "superfly/flyctl-actions/deploy", "railwayapp/", "bitovi/", "azure/arm-deploy",
        "azure/bicep-deploy", "azure/aks-deploy", "dokku/github-action", "render-oss/", "steebchen/kubectl",
    ),
    "pages": (
        "actions/deploy-pages", "peaceiris/actions-gh-pages", "jamesives/github-pages-deploy-action",
    ),
    "scan": (
        "aquasecurity/trivy-action", "anchore/scan-action", "snyk/actions", "docker/scout-action",
        "github/codeql-action/analyze", "azure/container-scan", "crazy-max/ghaction-container-scan",
        "sysdiglabs/scan-action", "actions/dependency-review-action", "semgrep/semgrep-action",
        "returntocorp/semgrep-action", "aquasecurity/tfsec-action", "checkmarx/", "google/osv-scanner-action",
        "securego/gosec", "ossf/scorecard-action", "gitleaks/gitleaks-action", "trufflesecurity/trufflehog",
        "sonarsource/", "prismacloud", "palo-alto-networks/prisma-cloud-scan", "veracode/", "phylum-dev/",
        "microsoft/security-devops-action", "bridgecrewio/checkov-action", "fortify/", "synopsys-sig/",
        "blackducksoftware/", "mayhemheroes", "forallsecure/mapi-action", "appthreat/sast-scan-action",
        "neuvector/scan-action",
    ),
    "image-scan": (
        "aquasecurity/trivy-action", "anchore/scan-action", "snyk/actions/docker", "docker/scout-action",
        "azure/container-scan", "crazy-max/ghaction-container-scan", "sysdiglabs/scan-action",
        "palo-alto-networks/prisma-cloud-scan", "neuvector/scan-action", "microsoft/security-devops-action",
        "wizsec", "lacework/lw-scanner-action", "aws-actions/vulnerability-scan-github-action-for-amazon-inspector",
    ),
    "push": (
        "redhat-actions/push-to-registry", "elgohr/publish-docker-github-action",
        "mr-smithers-excellent/docker-build-push", "macbre/push-to-ghcr",
    ),
    "publish": (
        "pypa/gh-action-pypi-publish", "softprops/action-gh-release", "ncipollo/release-action",
        "js-devtools/npm-publish", "goreleaser/goreleaser-action", "actions/create-release",
        "cycjimmy/semantic-release-action", "helm/chart-releaser-action", "rubygems/release-gem",
        "googleapis/release-please-action", "changesets/action",
    ),
    "sarif": (
        "github/codeql-action/upload-sarif", "github/codeql-action/analyze",
    ),
}  # fmt: skip
"""Purpose → beginnings of the names of actions, in lower case."""
