"""What a step or a job is for, and what it only seems to be."""

from __future__ import annotations

from re import _constants, _parser

import pytest
from workflow_text import job

from devopslint.artifacts.workflow.known_tools import COMMANDS, WORDS
from devopslint.artifacts.workflow.purpose import job_purposes, purposes, stage_of


@pytest.mark.parametrize(
    ("step", "purpose", "holds"),
    [
        ("{run: npm test}", "test", True),
        ("{run: npm run test:unit -- --ci}", "test", True),
        ("{run: go test ./...}", "test", True),
        ("{run: ./mvnw -B verify}", "test", True),
        ("{run: pip install pytest-cov}", "test", False),
        ("{run: echo npm test}", "test", False),
        ("{run: ruff check .}", "lint", True),
        ("{run: terraform fmt -check}", "lint", True),
        ("{run: make -j4 lint test VERSION=1.2}", "test", True),
        ("{run: make -j4 lint test VERSION=1.2}", "lint", True),
        ("{run: make VERSION=1 test}", "test", True),
        ("{run: make -C . test}", "test", True),
        ('{run: make -sj "$(nproc)" VERSION="$(cat VERSION)" unit-tests}', "test", True),
        ("{run: 'make -j ${{ steps.cpu.outputs.count }} check'}", "test", True),
        ("{run: 'make test-${{ matrix.suite }}'}", "test", True),
        ("{run: 'bash -c \"make lint test\"'}", "test", True),
        ('{run: "make \\\\\\n  lint \\\\\\n  test"}', "test", True),
        ("{run: make -C test build}", "test", False),
        ("{run: make -f test.mk build}", "test", False),
        ("{run: make SUITE=test build}", "test", False),
        ("{run: make build && cp -r test out}", "test", False),
        ("{run: 'make build # make sure that the tests pass'}", "test", False),
        ("{run: make build deploy}", "deploy", True),
        ("{run: make -C deploy build}", "deploy", False),
        ("{run: make build}", "build", True),
        ("{run: kubectl apply -f x}", "deploy", True),
        ("{run: kubectl apply --dry-run=client -f x}", "deploy", False),
        ("{run: kubectl get pods}", "deploy", False),
        ("{run: ansible-playbook --syntax-check site.yml}", "deploy", False),
        ("{run: ansible-playbook site.yml}", "deploy", True),
        ("{run: 'test -f x || echo \"run terraform apply first\"'}", "deploy", False),
        ("{run: 'echo \"it goes on\" && terraform apply'}", "deploy", True),
        ("{run: 'gh pr comment 1 --body \"then run `kubectl apply -f x`\"'}", "deploy", False),
        ('{run: "cat > NOTES.md <<EOF\\nkubectl apply -f x\\nEOF"}', "deploy", False),
        ('{run: "cat <<EOF | bash\\nkubectl apply -f x\\nEOF"}', "deploy", True),
        ('{run: "bash <<EOF\\nkubectl apply -f x\\nEOF"}', "deploy", True),
        ("{run: gh release create v1}", "publish", True),
        ('{run: "<#\\nkubectl apply -f x\\n#>"}', "deploy", False),
        ("{run: \"@'\\nkubectl apply -f x\\n'@ | Set-Content x.md\"}", "deploy", False),
        ("{run: \"Write-Host 'kubectl apply -f x'\\nhelm upgrade a b\"}", "deploy", True),
        ("{run: \"Write-Host 'then kubectl apply -f x'\"}", "deploy", False),
        ("{run: helm upgrade --install shop ./chart}", "deploy", True),
        ("{run: terraform plan}", "deploy", False),
        ("{run: terraform plan -out x && terraform apply x}", "deploy", True),
        ("{run: terraform -chdir=infra apply -auto-approve}", "deploy", True),
        ("{uses: azure/webapps-deploy@v3}", "deploy", True),
        ("{uses: azure/static-web-apps-deploy@v1, with: {action: close}}", "deploy", False),
        ("{uses: azure/static-web-apps-deploy@v1, with: {action: [close]}}", "deploy", True),
        ("{run: docker push octo/x}", "push", True),
        ("{run: docker buildx build -t x --push .}", "push", True),
        ("{run: git push}", "push", False),
        ("{uses: docker/build-push-action@v6, with: {push: true}}", "push", True),
        ("{uses: docker/build-push-action@v6, with: {push: false}}", "push", False),
        ("{uses: docker/build-push-action@v6}", "push", False),
        ("{run: trivy image x}", "image-scan", True),
        ("{run: trivy fs .}", "image-scan", False),
        ("{run: trivy fs .}", "scan", True),
        ("{uses: aquasecurity/trivy-action@v1, with: {scan-type: fs}}", "image-scan", False),
    ],
)
def test_a_step(step: str, purpose: str, holds: bool) -> None:
    found = job(f"runs-on: x\nsteps:\n  - {step}").jobs["a"].steps[0]
    assert (purpose in purposes(found)) is holds


def test_a_cluster_of_its_own_is_no_deployment() -> None:
    read = job("runs-on: x\nsteps:\n  - uses: helm/kind-action@v1\n  - run: helm install x ./x")
    assert "deploy" not in job_purposes(read.jobs["a"])


@pytest.mark.parametrize(
    ("keys", "stage"),
    [
        ("environment: production", "production"),
        ("environment: {name: prod-eu}", "production"),
        ("environment: pre-production", "staging"),
        ("environment: staging", "staging"),
        ("name: Deploy to production", "production"),
        ("name: Product images", ""),
        ("environment: ${{ inputs.x }}", ""),
    ],
)
def test_where_a_job_deploys_to(keys: str, stage: str) -> None:
    assert stage_of(job(f"runs-on: x\n{keys}").jobs["a"]) == stage


def holds_a_word(tree, words) -> bool:
    """Say whether one of some words stands in whatever a part of a pattern fits."""
    text = ""
    for operator, given in [*tree, (None, None)]:
        if operator is _constants.LITERAL:
            text += chr(given)
            continue
        if any(word in text for word in words):
            return True
        text = ""
        if operator is _constants.BRANCH and all(holds_a_word(one, words) for one in given[1]):
            return True
        if operator is _constants.SUBPATTERN and holds_a_word(given[3], words):
            return True
        if operator in (_constants.MAX_REPEAT, _constants.MIN_REPEAT) and given[0] and holds_a_word(given[2], words):
            return True
    return False


@pytest.mark.parametrize("purpose", COMMANDS)
def test_one_of_the_words_stands_in_every_command(purpose):
    assert [one for one in COMMANDS[purpose] if not holds_a_word(_parser.parse(one), WORDS[purpose])] == []
