"""Kubernetes objects that Terraform makes, as a manifest would hold them: with the names of fields of the API.

Source: the documentation of the provider hashicorp/kubernetes. Its blocks are called as the fields of the API are, in
lower case with `_` between the words, and in the singular where the field is a list.
"""

from __future__ import annotations

import re
from functools import cache

from devopslint.artifacts.terraform.values import standing_at
from devopslint.knowledge.tables import read_table
from devopslint.syntax.hcl_layout import layout_of
from devopslint.syntax.hcl_nodes import Block, Expression
from devopslint.syntax.tree import Document, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.declared import Declared
    from devopslint.artifacts.terraform.module import Module

_TYPE = re.compile(r"kubernetes_([a-z_]+?)(?:_(v\d(?:(?:alpha|beta)\d)?))?")
_KINDS = {
    **dict.fromkeys(("daemonset", "daemon_set"), "apps/v1 DaemonSet"),
    "api_service": "apiregistration.k8s.io/v1 APIService",
    "cluster_role": "rbac.authorization.k8s.io/v1 ClusterRole",
    "cluster_role_binding": "rbac.authorization.k8s.io/v1 ClusterRoleBinding",
    "config_map": "v1 ConfigMap",
    "cron_job": "batch/v1 CronJob",
    "default_service_account": "v1 ServiceAccount",
    "deployment": "apps/v1 Deployment",
    "horizontal_pod_autoscaler": "autoscaling/v1 HorizontalPodAutoscaler",
    "horizontal_pod_autoscaler v2": "autoscaling/v2 HorizontalPodAutoscaler",
    "ingress": "networking.k8s.io/v1 Ingress",
    "job": "batch/v1 Job",
    "limit_range": "v1 LimitRange",
    "mutating_webhook_configuration": "admissionregistration.k8s.io/v1 MutatingWebhookConfiguration",
    "namespace": "v1 Namespace",
    "network_policy": "networking.k8s.io/v1 NetworkPolicy",
    "persistent_volume": "v1 PersistentVolume",
    "persistent_volume_claim": "v1 PersistentVolumeClaim",
    "pod": "v1 Pod",
    "pod_disruption_budget": "policy/v1 PodDisruptionBudget",
    "pod_security_policy": "policy/v1beta1 PodSecurityPolicy",
    "replication_controller": "v1 ReplicationController",
    "resource_quota": "v1 ResourceQuota",
    "role": "rbac.authorization.k8s.io/v1 Role",
    "role_binding": "rbac.authorization.k8s.io/v1 RoleBinding",
    "secret": "v1 Secret",
    "service": "v1 Service",
    "service_account": "v1 ServiceAccount",
    "stateful_set": "apps/v1 StatefulSet",
    "validating_webhook_configuration": "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration",
}
"""Name of a resource without the provider's, and its version where that matters → apiVersion and kind."""
_OF_SECRETS = {"data": "stringData", "binary_data": "data"}
"""Fields of a secret that are called otherwise: the provider takes the values of `data` in clear."""
_WRAPPERS = frozenset({"persistent_volume_source"})
"""Blocks that the API does not have: what stands in them belongs to what they stand in."""
_OF_TERRAFORM = frozenset({"count", "for_each", "depends_on", "provider", "lifecycle", "timeouts", "dynamic"})
_WORD = re.compile(r"_(ipc\b|pid\b|[a-z0-9])")
_ANY = "o"
_NUMBERS = frozenset("inx")


def manifests(module: Module) -> Iterator[Document]:
    """Yield a document for each Kubernetes object that a resource of a module makes, if its kind is known."""
    for declared in module.all("resource"):
        type_name = declared.label(0)
        if type_name.startswith("kubernetes_") and declared.address in module.subjects:
            if type_name == "kubernetes_manifest":
                root = Objects(module).value(declared.block.get("manifest"))
            else:
                root = _object(module, declared, type_name)
            if isinstance(root, Map):
                yield Document(declared.document.source, root)


def _object(module: Module, declared: Declared, type_name: str) -> Map | None:
    found = _TYPE.fullmatch(type_name)
    name, version = found.groups() if found is not None else ("", "")
    kind = _KINDS.get(f"{name} {version}") or _KINDS.get(name)
    if kind is None:
        return None
    block = declared.block
    header = block.header or (block.start, block.start)
    root = Map(block.start, block.end)
    root.header = header
    for field, value in zip(("apiVersion", "kind"), kind.split(), strict=True):
        root.put(field, value, (*header, *header))
    items = {key: value for key, value in block.items() if key not in _OF_TERRAFORM}
    number = _fields()["kinds"].get(kind, _ANY)
    Objects(module, _OF_SECRETS if name == "secret" else {}).fill(root, items, block, str(number))
    metadata = root.get("metadata")
    if name == "default_service_account" and isinstance(metadata, Map):
        metadata.put("name", "default", (*header, *header))
    return root


class Objects:
    """Turns blocks into what they are in the API; codes of types are those of `fields.json` of the manifests."""

    def __init__(self, module: Module, renamed: Mapping[str, str] | None = None) -> None:
        self._module = module
        self._renamed = renamed or {}

    def fill(self, made: Map, items: Mapping[str, Any], owner: Map, code: str) -> None:
        """Put the fields that attributes and blocks of an owner stand for into a mapping of a type."""
        made.open = owner.open
        for key, value in items.items():
            if key in _WRAPPERS:
                for inner in value if isinstance(value, Seq) else ():
                    self.fill(made, inner, inner, code)
                continue
            name = self._renamed.get(key, key)
            field = (_in_capitals(name), _ANY) if code == _ANY else _field(name, code)
            if field is not None:
                made.put(field[0], self.value(value, field[1]), owner.at[key])

    def value(self, value: Any, code: str = _ANY) -> Any:
        """Return what a value is where a type is expected, with what its expressions come to."""
        if isinstance(value, Expression):
            value = standing_at(self._module.value(value), (value.start, value.end), layout_of(value))
        if isinstance(value, Map):
            return self._made(value, code.removeprefix("["))
        if not isinstance(value, Seq):
            return _typed(value, code)
        blocks = bool(value) and isinstance(value[0], Block)
        if blocks and code[0] != "[" and (code != _ANY or len(value) == 1):
            return self._made(value[0], code)
        made = Seq(value.start, value.end)
        made.open = value.open
        for item, mark in zip(value, value.at, strict=True):
            made.add(self.value(item, code[1:] if code[0] == "[" else _ANY), mark)
        return made

    def _made(self, node: Map, code: str) -> Map:
        made = Map(node.start, node.end)
        made.header = node.header
        if code.isdigit() or (code == _ANY and isinstance(node, Block)):
            self.fill(made, node, node, code)
        else:  # the keys of labels and the like are the user's own
            made.open = node.open
            for key, value in node.items():
                made.put(key, self.value(value, code[1:] if code[0] == "{" else _ANY), node.at[key])
        return made


def _fields() -> dict[str, Any]:
    return read_table("artifacts/kubernetes", "fields")


@cache
def _by_word(code: str) -> dict[str, tuple[str, str]]:
    """Return the fields of a type, with the codes of theirs, by their names in lower case."""
    return {field.lower(): (field, of) for field, of in _fields()["types"][int(code)].items() if field}


def _field(key: str, code: str) -> tuple[str, str] | None:
    """Return the field of a type that an attribute or a block stands for, and its own; `None` for the provider's own."""
    word = key.replace("_", "").lower()
    singular = word.removesuffix("y")
    names = _by_word(code)
    return next((names[one] for one in (word, f"{word}s", f"{word}es", f"{singular}ies") if one in names), None)


def _in_capitals(key: str) -> str:
    """Return what a field of a type that is not known is called: `hostIPC` of `host_ipc`."""
    return _WORD.sub(lambda found: found[1].upper(), key)


def _typed(value: Any, code: str) -> Any:
    """Return a text as what a field holds, for Terraform takes `"80"` and `"true"` for a number and a truth value."""
    if isinstance(value, str) and code in _NUMBERS and value.isdecimal():
        return int(value)
    return {"true": True, "false": False}.get(value, value) if code == "b" and isinstance(value, str) else value
