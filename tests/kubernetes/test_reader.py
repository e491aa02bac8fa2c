from __future__ import annotations

import pytest
from manifest_text import DEPLOYMENT, subjects

from devopslint.artifacts import kubernetes
from devopslint.syntax.tree import MISSING, UNKNOWN


def shown(found):
    return [(one.kind.removeprefix("kubernetes."), one.type, one.address) for one in found]


def text_at(subject, path=(), part="value"):
    place = subject.place(path, part)
    return place.source.text[place.start : place.end]


def test_an_object_its_pod_and_their_containers():
    found = subjects(DEPLOYMENT)
    assert shown(found) == [
        ("object", "Deployment", "Deployment/prod/shop"),
        ("pod", "Deployment", "Deployment/prod/shop"),
        ("container", "main", "Deployment/prod/shop container web"),
        ("container", "main", "Deployment/prod/shop container agent"),
        ("container", "init", "Deployment/prod/shop init container migrate"),
    ]
    assert [text_at(one) for one in found] == ["kind: Deployment", "spec", "name: web", "image: agent", "name: migrate"]
    web = found[2]
    assert web.get("pod.containers[1].name") == "agent"
    assert web.get("object.metadata.name") == "shop"
    assert web.get("template.metadata.labels.app") == "shop"


@pytest.mark.parametrize(
    ("version", "kind", "body", "pods"),
    [
        ("v1", "Pod", "spec: {containers: [{name: a, image: b}]}", 1),
        ("batch/v1", "Job", "spec: {template: {spec: {containers: [{name: a, image: b}]}}}", 1),
        (
            "batch/v1",
            "CronJob",
            "spec: {schedule: '@daily', jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: b}]}}}}}",
            1,
        ),
        ("v1", "PodTemplate", "template: {spec: {containers: [{name: a, image: b}]}}", 1),
        ("argoproj.io/v1alpha1", "Rollout", "spec: {template: {spec: {containers: [{name: a, image: b}]}}}", 1),
        ("serving.knative.dev/v1", "Service", "spec: {template: {spec: {containers: [{image: b}]}}}", 1),
        ("example.com/v1", "Deployment", "spec: {template: {spec: {containers: [{image: b}]}}}", 0),
        ("v1", "Service", "spec: {ports: [{port: 80}]}", 0),
    ],
)
def test_where_pods_stand(version, kind, body, pods):
    found = subjects(f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a}}\n{body}\n")
    assert [one.kind for one in found].count("kubernetes.pod") == pods


def test_custom_kinds_are_not_taken_for_those_of_kubernetes():
    assert subjects("apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: a}\n")[0].type == (
        "Service.serving.knative.dev"
    )
    assert subjects("apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\n")[0].type == (
        "ServiceMonitor"
    )


def test_a_list_stands_for_its_items():
    found = subjects(
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n- {apiVersion: v1, kind: Secret, metadata: {name: b}}\n"
    )
    assert [one.address for one in found] == ["ConfigMap/a", "Secret/b"]
    assert text_at(found[1]) == "kind: Secret"


@pytest.mark.parametrize(
    ("path", "root", "claimed"),
    [
        ("a.yaml", {"apiVersion": "v1", "kind": "Pod"}, True),
        ("a.yaml", {"apiVersion": UNKNOWN, "kind": "Pod", "metadata": {}}, True),
        ("a.yaml", {"apiVersion": "v1"}, False),
        ("a.yaml", {"kind": "Pod"}, False),
        ("a.yaml", {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}, False),
        ("kustomization.yaml", {"apiVersion": "v1", "kind": "Anything"}, False),
        ("Chart.yaml", {"apiVersion": "v2", "kind": "x"}, False),
        ("skaffold.yaml", {"apiVersion": "skaffold/v4beta11", "kind": "Config"}, False),
        ("a.yaml", ["apiVersion", "kind"], False),
        ("a.yaml", None, False),
    ],
)
def test_what_is_a_manifest(path, root, claimed):
    assert (kubernetes.claims_document(path, root) is not None) is claimed


def test_a_text_that_is_broken_is_still_a_manifest():
    assert kubernetes.claims_text("a.yaml", 'apiVersion: v1\nkind: Pod\nmetadata: {name: "a\n')
    assert kubernetes.claims_text("kustomization.yaml", "apiVersion: v1\nkind: Pod\na: [\n") is None
    assert kubernetes.claims_text("a.yaml", "kind: Pod\na: [\n") is None


def test_expressions_are_unknown():
    found = subjects(
        DEPLOYMENT.replace("name: web\n          image: shop:1.2.3", "name: web\n          image: shop:${TAG}")
    )
    assert found[2].get("image") is UNKNOWN
    assert found[2].get("securityContext.privileged") is MISSING


def test_helm_templates_are_open():
    found = subjects(
        "{{- if .Values.on }}\n" + DEPLOYMENT.replace("name: shop\n", 'name: {{ include "n" . }}\n') + "{{- end }}\n"
    )
    web = next(one for one in found if one.kind == "kubernetes.container")
    assert found[0].address == "Deployment/prod/…"
    assert web.get("image") == "shop:1.2.3"
    assert web.get("securityContext.privileged") is UNKNOWN


@pytest.mark.parametrize(
    "patch",
    [
        "apiVersion: apps/v1\nkind: Deployment\nspec: {template: {spec: {containers: [{name: a, image: b}]}}}\n",
        "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, tty: true}]}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n$patch: delete\nspec: {containers: [{name: a, image: b}]}\n",
    ],
)
def test_what_lacks_the_needful_is_laid_over_another(patch):
    for one in subjects(patch):
        assert one.get("securityContext") is UNKNOWN


def test_a_patch_that_a_kustomization_names():
    files = {
        "base/deploy.yaml": DEPLOYMENT,
        "overlays/prod/kustomization.yaml": "resources: [../../base]\npatches:\n- path: ../patches/deploy.yaml\n",
        "overlays/patches/deploy.yaml": DEPLOYMENT,
        "overlays/kustomization.yaml": "patches:\n- path: patches/deploy.yaml\n",
    }
    patched = subjects(files, "overlays/patches/deploy.yaml")
    assert patched[2].get("resources") is UNKNOWN
    whole = subjects(files, "base/deploy.yaml")
    assert whole[2].get("resources") is MISSING


def test_tags_that_kustomize_or_skaffold_put_in_are_unknown():
    for name, text in (
        ("kustomization.yaml", "images:\n- name: agent\n  newTag: 1.0.0\n"),
        ("skaffold.yaml", "apiVersion: skaffold/v4beta11\nkind: Config\nbuild: {artifacts: [{image: agent}]}\n"),
    ):
        found = subjects({name: text, "deploy/manifest.yaml": DEPLOYMENT}, "deploy/manifest.yaml")
        assert found[3].get("image") is UNKNOWN
        assert found[2].get("image") == "shop:1.2.3"


def test_a_manifest_that_goes_round_in_circles():
    found = subjects(
        "apiVersion: v1\nkind: Pod\nmetadata: &m {name: a, labels: *m}\nspec: &s {containers: [{name: a}], x: *s}\n"
    )
    assert found[0].address == "Pod/a"


def test_kustomize_puts_in_a_namespace_and_replicas():
    text = DEPLOYMENT.replace("  namespace: prod\n", "").replace("spec:\n", "spec:\n  replicas: 1\n", 1)
    kustomization = "namespace: prod\nreplicas: [{name: shop, count: 3}]\n"
    files = {"base/shop.yaml": text, "kustomization.yaml": kustomization}
    one = subjects(files, "base/shop.yaml")[0]
    assert one.get("metadata.namespace") is UNKNOWN
    assert one.get("spec.replicas") is UNKNOWN
    other = subjects({"base/shop.yaml": text}, "base/shop.yaml")[0]
    assert other.get("metadata.namespace") is MISSING
    assert other.get("spec.replicas") == 1
    budget = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: shop}\nspec: {minAvailable: 1}\n"
    files = {"base/budget.yaml": budget, "kustomization.yaml": kustomization}
    assert "replicas" not in subjects(files, "base/budget.yaml")[0].value["spec"]


def test_a_chart_gets_its_namespace_when_it_is_installed():
    text = DEPLOYMENT.replace("  namespace: prod\n", "")
    files = {"shop/templates/shop.yaml": text, "shop/Chart.yaml": "name: shop\n"}
    assert subjects(files, "shop/templates/shop.yaml")[0].get("metadata.namespace") is UNKNOWN


@pytest.mark.parametrize(
    ("path", "containers", "expected"),
    [
        ("template", "[{name: web, image: shop:1}]", ["object", "pod", "container"]),
        ("podTemplate", "[{name: web, image: shop:1}]", ["object", "pod", "container"]),
        ("template", "[{name: web}]", ["object"]),
        ("blueprint", "[{name: web, image: shop:1}]", ["object"]),
    ],
)
def test_the_pods_of_a_kind_that_is_not_known(path, containers, expected):
    text = f"apiVersion: example.com/v1\nkind: Fleet\nmetadata: {{name: a}}\nspec:\n  {path}:\n    spec: {{containers: {containers}}}\n"
    assert [one.kind.removeprefix("kubernetes.") for one in subjects(text)] == expected


def test_what_tools_make_of_images_names_and_files():
    text = DEPLOYMENT.replace("image: agent", "image: ko://example.com/agent")
    images = [one.get("image") for one in subjects(text) if one.kind == "kubernetes.container"]
    assert images == ["shop:1.2.3", UNKNOWN, "shop:1.2.3"]
    files = {"a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: _}\n", "kustomization.yaml": "namespace: a\n"}
    assert subjects(files, "a.yaml")[0].get("metadata.name") is UNKNOWN


@pytest.mark.parametrize(
    ("path", "patch"),
    [
        ("config/crd/patches/webhook.yaml", True),
        ("deployment-patch.yaml", True),
        ("patch_web.yaml", True),
        ("dispatch.yaml", False),
        ("patchwork/web.yaml", False),
    ],
)
def test_a_patch_is_known_by_its_name(path, patch):
    one = subjects({path: DEPLOYMENT}, path)[0]
    assert one.get("spec.replicas") is (UNKNOWN if patch else MISSING)


def test_items_of_a_list_of_one_kind_have_that_kind():
    found = subjects(
        "apiVersion: apps/v1\nkind: DeploymentList\nitems:\n"
        "  - metadata: {name: a}\n    spec: {template: {spec: {containers: [{name: c, image: x}]}}}\n"
        "  - kind: StatefulSet\n    metadata: {name: b}\n  - spec: {}\n"
    )
    assert [one for one in shown(found) if one[0] == "object"] == [
        ("object", "Deployment", "Deployment/a"),
        ("object", "StatefulSet", "StatefulSet/b"),
    ]
    assert [one[2] for one in shown(found) if one[0] == "container"] == ["Deployment/a container c"]
    assert text_at(found[0]) == "metadata"
    assert found[0].get("apiVersion") == "apps/v1"


def test_what_many_aliases_lead_to_is_taken_up_once():
    nested = "".join(f"  - &l{n} {{kind: List, items: [{', '.join([f'*l{n - 1}'] * 10)}]}}\n" for n in range(1, 30))
    text = f"apiVersion: v1\nkind: List\nx:\n  - &l0 {{kind: Pod, metadata: {{name: a}}}}\n{nested}items: [*l29, *l0]\n"
    assert shown(subjects(text)) == [("object", "Pod", "Pod/a")]


def test_lists_may_hold_each_other():
    text = "apiVersion: v1\nkind: ListList\nitems: &a\n  - {metadata: {name: a}, items: *a}\n  - {metadata: {name: b}, items: *a}\n"
    assert subjects(text) == []
