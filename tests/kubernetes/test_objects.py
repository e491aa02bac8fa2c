"""What people get wrong in the form of an object, and what is said of it."""

from __future__ import annotations

import pytest
from manifest_text import subjects

from devopslint.artifacts.kubernetes import claims_document
from devopslint.artifacts.kubernetes.checks import choices, fields

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: nginx:1.27.2
"""


def found(check, text):
    [one] = [subject for subject in subjects(text) if subject.kind == "kubernetes.object"]
    return [dict(problem.values) for problem in check(one, {})]


@pytest.mark.parametrize(
    ("before", "line", "hint"),
    [
        ("      containers:", "      env: []", ", it belongs into `containers`"),
        ("      containers:", "      replicas: 2", ", it belongs into `spec`"),
        ("      containers:", "      container: []", ", did you mean `containers`?"),
        ("      containers:", "      restartpolicy: Always", ", did you mean `restartPolicy`?"),
        ("spec:", "replicas: 2", ", it belongs into `spec`"),
        ("spec:", "labels: {a: b}", ", it belongs into `metadata`"),
        ("  template:", "  containers: []", ", it belongs into `template.spec`"),
        ("  template:", "  surprise: 1", ""),
    ],
)
def test_the_hint_of_a_field_that_is_not_there(before, line, hint):
    text = DEPLOYMENT.replace(f"\n{before}\n", f"\n{line}\n{before}\n")
    assert [values["hint"] for values in found(fields.unknown_field, text)] == [hint]


def test_a_field_of_the_pod_in_a_container():
    text = DEPLOYMENT + "          securityContext: {fsGroup: 1}\n"
    [values] = found(fields.unknown_field, text)
    assert values["hint"] == ", it belongs into `spec.template.spec.securityContext`"


@pytest.mark.parametrize(
    ("version", "kind", "hint"),
    [
        ("app/v1", "Deployment", ", use `apps/v1`"),
        ("v1", "Deployment", ", use `apps/v1`"),
        ("apps/v1", "deployment", ", did you mean `Deployment`?"),
        ("apps/v1", "Deploymnt", ", did you mean `Deployment`?"),
        ("v1", "Zebra", None),
        ("apps/v1", "Zebra", ""),
        ("apps/v1", "Deployment", None),
        ("serving.knative.dev/v1", "Service", None),
        ("example.com/v1", "Deploymnt", None),
        ("apps/v1beta9", "Deployment", None),
        ("v1", "DeploymentList", None),
        ("{{ .Values.api }}", "Deployment", None),
    ],
)
def test_what_an_api_has(version, kind, hint):
    text = f"apiVersion: '{version}'\nkind: {kind}\nmetadata: {{name: web}}\n"
    assert [values["hint"] for values in found(fields.unknown_api, text)] == ([] if hint is None else [hint])


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {labels: {a: b}}\n", ["name"]),
        ("apiVersion: v1\nkind: ConfigMap\n", ["name"]),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: web-}\n", []),
        ('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  {{- include "meta" . | nindent 2 }}\n', []),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ .Release.Name }}'}\n", []),
        ("kind: Service\nmetadata: {name: web}\nspec: {selector: {a: b}, ports: [{port: 80}]}\n", ["apiVersion"]),
        ("apiVersion: example.com/v1\nkind: Zebra\n", []),
        ("apiVersion: authorization.k8s.io/v1\nkind: SelfSubjectAccessReview\nspec: {}\n", []),
    ],
)
def test_what_an_object_needs(text, missing):
    assert [values["field"] for values in found(fields.missing_field, text)] == missing


def test_a_deployment_without_a_selector_is_a_patch_only_when_it_gives_no_labels():
    whole = DEPLOYMENT.replace("  selector: {matchLabels: {app: web}}\n", "")
    assert [values["field"] for values in found(fields.missing_field, whole)] == ["selector"]
    patch = whole.replace("    metadata: {labels: {app: web}}\n", "")
    assert found(fields.missing_field, patch) == []


def test_a_forgotten_api_version_makes_no_manifest_of_other_files():
    assert claims_document("a.yaml", {"kind": "Service", "metadata": {}, "spec": {}}) is not None
    assert claims_document("a.yaml", {"kind": "Service", "metadata": {}}) is None
    assert claims_document("a.yaml", {"kind": "Zebra", "metadata": {}, "spec": {}}) is None


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("imagePullPolicy: always", "write `Always`"),
        ("imagePullPolicy: Sometimes", "it is Always, IfNotPresent or Never"),
        ("livenessProbe: {httpGet: {port: 0}}", "it is 1 to 65535"),
        ("livenessProbe: {httpGet: {port: http}}", None),
        ("livenessProbe: {periodSeconds: 0}", "it is at least 1"),
        ("ports: [{containerPort: 65536}]", "it is 1 to 65535"),
        ("imagePullPolicy: '{{ .Values.policy }}'", None),
    ],
)
def test_words_and_bounds(line, allowed):
    [container] = [one for one in subjects(DEPLOYMENT + f"          {line}\n") if one.kind == "kubernetes.container"]
    assert [problem.values["allowed"] for problem in choices.wrong_value(container, {})] == (
        [allowed] if allowed else []
    )
