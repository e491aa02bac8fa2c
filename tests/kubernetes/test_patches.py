from __future__ import annotations

import pytest
from manifest_text import DEPLOYMENT, subjects

from devopslint.syntax.tree import MISSING, UNKNOWN

BASE = {"base/kustomization.yaml": "resources: [web.yaml]\n", "base/web.yaml": DEPLOYMENT}
BUILT = "resources: [../../base]\n"
RESOURCES = "spec: {template: {spec: {containers: [{name: web, resources: {requests: {cpu: 1}}}]}}}\n"
HEAD = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\n"
OPERATION = "[{op: add, path: /spec/template/spec/containers/0/resources, value: {}}]\n"


@pytest.mark.parametrize(
    "files",
    [
        {"overlays/dev/kustomization.yaml": BUILT + "patches: [{path: web.yaml}]\n", "overlays/dev/web.yaml": HEAD + RESOURCES},
        {"overlays/dev/kustomization.yaml": BUILT + "patchesStrategicMerge: [web.yaml]\n", "overlays/dev/web.yaml": HEAD + RESOURCES},
        {"overlays/dev/kustomization.yaml": BUILT + "patches:\n- patch: |-\n    " + (HEAD + RESOURCES).replace("\n", "\n    ")},
        {"overlays/dev/kustomization.yaml": BUILT + "patchesStrategicMerge:\n- |-\n    " + (HEAD + RESOURCES).replace("\n", "\n    ")},
        {"overlays/dev/kustomization.yaml": BUILT + "patches: [{target: {kind: Deployment}, path: a.yaml}]\n", "overlays/dev/a.yaml": RESOURCES},
        {"overlays/dev/kustomization.yaml": BUILT + "patches: [{target: {name: s.*}, path: a.yaml}]\n", "overlays/dev/a.yaml": OPERATION},
        {"overlays/dev/kustomization.yaml": BUILT + "patchesJson6902:\n- target: {kind: Deployment, name: shop}\n  patch: '" + OPERATION + "'\n"},
        {"overlays/dev/kustomization.yaml": BUILT + "components: [../../parts/a]\n", "parts/a/kustomization.yaml": "patches: [{path: a.yaml}]\n", "parts/a/a.yaml": HEAD + RESOURCES},
        {"base/kustomization.yaml": "resources: [web.yaml]\npatches: [{path: a.yaml}]\n", "base/a.yaml": HEAD + RESOURCES},
    ],
)  # fmt: skip
def test_what_a_patch_puts_in_is_unknown(files):
    found = subjects({**BASE, **files}, "base/web.yaml")
    assert found[2].get("resources.requests.cpu") is UNKNOWN
    assert found[2].get("readinessProbe") is MISSING
    assert found[2].get("image") == "shop:1.2.3"
    assert found[3].get("resources") is MISSING
    assert found[1].get("hostNetwork") is MISSING


@pytest.mark.parametrize(
    "patch",
    [
        {"overlays/dev/kustomization.yaml": BUILT + "patches: [{path: a.yaml}]\n", "overlays/dev/a.yaml": HEAD.replace("name: shop", "name: shopping") + RESOURCES},
        {"overlays/dev/kustomization.yaml": BUILT + "patches: [{path: a.yaml}]\n", "overlays/dev/a.yaml": HEAD.replace("Deployment", "DaemonSet") + RESOURCES},
        {"overlays/dev/kustomization.yaml": BUILT + "patches: [{target: {kind: Job}, path: a.yaml}]\n", "overlays/dev/a.yaml": RESOURCES},
        {"overlays/dev/kustomization.yaml": BUILT + "patches: [{target: {name: other}, path: a.yaml}]\n", "overlays/dev/a.yaml": OPERATION},
        {"overlays/dev/kustomization.yaml": "resources: [../../other]\npatches: [{path: a.yaml}]\n", "overlays/dev/a.yaml": HEAD + RESOURCES},
        {"overlays/dev/kustomization.yaml": BUILT + "patches: [{path: a.yaml}]\n", "overlays/dev/a.yaml": HEAD + RESOURCES.replace("{requests: {cpu: 1}}", "null")},
        {"overlays/dev/kustomization.yaml": BUILT + "patches: [{target: {}, path: a.yaml}]\n", "overlays/dev/a.yaml": OPERATION.replace("add", "remove")},
        {"overlays/dev/kustomization.yaml": BUILT + "patches: [{target: {}, path: a.yaml}]\n", "overlays/dev/a.yaml": OPERATION.replace("/0/", "/999999/")},
    ],
)  # fmt: skip
def test_a_patch_of_something_else_puts_nothing_in(patch):
    assert subjects({**BASE, **patch}, "base/web.yaml")[2].get("resources") is MISSING


def test_what_a_patch_puts_into_what_is_there():
    text = "spec: {template: {metadata: {labels: {tier: a}}, spec: {securityContext: {runAsNonRoot: true}, volumes: [{name: a}]}}}\n"
    deployment = DEPLOYMENT.replace("      initC", "      securityContext: {}\n      volumes: [{name: b}]\n      initC")
    operations = "[{op: replace, path: /metadata, value: {annotations: {a: b}}}, {op: add, path: /spec/template/spec/containers/-, value: {name: a}}]"
    files = {
        **BASE,
        "base/web.yaml": deployment,
        "dev/kustomization.yaml": "resources: [../base]\npatches: [{path: a.yaml}, {target: {}, path: b.yaml}]\n",
        "dev/a.yaml": HEAD + text,
        "dev/b.yaml": operations,
    }
    one, pod = subjects(files, "base/web.yaml")[:2]
    assert pod.get("securityContext.runAsNonRoot") is UNKNOWN
    assert pod.get("securityContext.runAsUser") is MISSING
    assert pod.value["volumes"].open
    assert pod.value["containers"].open
    assert one.get("metadata.annotations") is UNKNOWN
    labels = one.value["spec"]["template"]["metadata"]["labels"]
    assert labels.open
    assert set(labels) == {"app"}


def test_a_patch_that_goes_round_in_circles():
    text = "apiVersion: v1\nkind: Deployment\nmetadata: &m {name: shop, labels: *m, annotations: *m}\nspec: &s {template: *s, x: *s}\n"
    files = {**BASE, "dev/kustomization.yaml": "resources: [../base]\npatches: [{path: a.yaml}]\n", "dev/a.yaml": text}
    assert subjects({**files, "base/web.yaml": text.replace("v1", "apps/v1")}, "base/web.yaml")
    assert subjects(files, "base/web.yaml")[0].get("spec.x") is UNKNOWN
