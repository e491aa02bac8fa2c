"""Kubernetes objects that Terraform makes are judged by the rules on manifests, where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import findings, write

POD = """\
resource "kubernetes_pod" "web" {
  metadata {
    name = "web"
  }
  spec {
    %s
    container {
      name  = "web"
      image = "nginx:1.29.1"
      %s
    }
  }
}
"""


def found(tmp_path: Path, code: str, *rules: str) -> list[tuple[str, int, int, int]]:
    """Return rule, line, first and last column of the findings of some rules on manifests."""
    write(tmp_path, {"main.tf": code})
    chosen = ",".join(f"kubernetes/{rule}" for rule in rules)
    return [
        (one["rule"].partition("/")[2], one["line"], one["column"], one["end_column"] - 1)
        for one in findings("--profile", "strict", "--select", chosen, cwd=tmp_path)
    ]


@pytest.mark.parametrize(
    ("line", "rule", "first", "last"),
    [
        ("host_network = true", "host-network", 20, 23),
        ("host_pid = true", "host-pid", 16, 19),
        ("host_ipc = true", "host-ipc", 16, 19),
    ],
)
def test_fields_of_a_pod(tmp_path: Path, line: str, rule: str, first: int, last: int) -> None:
    assert found(tmp_path, POD % (line, ""), rule) == [(rule, 6, first, last)]
    assert found(tmp_path, POD % (line.replace("true", "false"), ""), rule) == []
    assert found(tmp_path, POD % (line.replace("true", "var.on"), ""), rule) == []


def test_what_is_absent_points_at_the_block(tmp_path: Path) -> None:
    code = POD % ("", "")
    assert found(tmp_path, code, "no-liveness-probe", "no-memory-limit", "default-service-account") == [
        ("default-service-account", 1, 1, 31),
        ("no-liveness-probe", 7, 5, 13),
        ("no-memory-limit", 7, 5, 13),
    ]


def test_blocks_that_come_again_are_a_list(tmp_path: Path) -> None:
    code = POD % ("", "port {\n container_port = 80\n}\nport {\n container_port = 81\n host_port = 81\n}")
    assert found(tmp_path, code, "host-port") == [("host-port", 15, 14, 15)]


def test_texts_are_numbers_and_truth_values_where_the_field_is_one(tmp_path: Path) -> None:
    probe = 'liveness_probe {\n http_get {\n port = "%s"\n }\n}\n security_context {\n privileged = "true"\n}'
    rules = ("invalid-name", "privileged-container")
    assert found(tmp_path, POD % ("", probe % "8080"), *rules) == [("privileged-container", 16, 15, 20)]


def test_variables_are_known_and_unknown(tmp_path: Path) -> None:
    code = POD % ("host_network = local.shared", "") + (
        'locals {\n  shared = true\n}\nvariable "tag" {\n  default = "latest"\n}\nvariable "given" {}\n'
    )
    code = code.replace('"nginx:1.29.1"', '"nginx:${var.tag}"')
    assert found(tmp_path, code, "host-network", "latest-tag") == [
        ("host-network", 6, 20, 31),
        ("latest-tag", 9, 15, 32),
    ]
    assert found(tmp_path, code.replace("${var.tag}", "${var.given}"), "latest-tag") == []


def test_objects_below_labels_and_limits_keep_their_keys(tmp_path: Path) -> None:
    limits = "resources {\n limits = {\n memory = %s\n }\n requests = {\n memory = %s\n }\n}"
    assert found(tmp_path, POD % ("", limits % ('"1Gi"', '"2Gi"')), "request-above-limit") == [
        ("request-above-limit", 15, 11, 15)
    ]
    assert found(tmp_path, POD % ("", limits % ("var.memory", '"2Gi"')), "request-above-limit", "no-memory-limit") == []
    block = "resources {\n limits {\n memory = %s\n }\n}"  # so it was in the first versions of the provider
    assert found(tmp_path, POD % ("", block % '"1Gi"'), "no-memory-limit") == []


def test_blocks_written_as_attributes_are_the_same(tmp_path: Path) -> None:
    code = """\
resource "kubernetes_pod" "web" {
  metadata = {
    name = "web"
  }
  spec = {
    host_network = true
    container = [{
      name             = "web"
      image            = local.image
      security_context = { privileged = true, run_as_user = 0 }
    }]
  }
}
locals {
  image = "nginx"
}
"""
    assert found(tmp_path, code, "host-network", "latest-tag", "privileged-container", "runs-as-root") == [
        ("host-network", 6, 20, 23),
        ("latest-tag", 9, 26, 36),
        ("privileged-container", 10, 41, 44),
        ("runs-as-root", 10, 61, 61),
    ]


def test_a_pod_within_a_workload(tmp_path: Path) -> None:
    code = """\
resource "kubernetes_cron_job_v1" "web" {
  metadata {
    name = "web"
  }
  spec {
    schedule = "0 3 * * *"
    job_template {
      metadata {}
      spec {
        template {
          metadata {}
          spec {
            init_container {
              name  = "first"
              image = "busybox"
            }
            container {
              name  = "web"
              image = "nginx:1.29.1"
            }
          }
        }
      }
    }
  }
}
"""
    assert found(tmp_path, code, "latest-tag", "wrong-restart-policy") == [("latest-tag", 15, 23, 31)]


def test_objects_of_a_module_know_each_other(tmp_path: Path) -> None:
    code = """\
resource "kubernetes_service_v1" "web" {
  metadata {
    name = "web"
  }
  spec {
    selector = {
      app = "wbe"
    }
    port {
      port = 80
    }
  }
}
resource "kubernetes_deployment_v1" "web" {
  metadata {
    name = "web"
  }
  spec {
    selector {
      match_labels = {
        app = "web"
      }
    }
    template {
      metadata {
        labels = {
          app = "web"
        }
      }
      spec {
        container {
          name  = "web"
          image = "nginx:1.29.1"
        }
      }
    }
  }
}
"""
    assert found(tmp_path, code, "selector-matches-nothing") == [("selector-matches-nothing", 6, 5, 12)]
    assert found(tmp_path, code.replace("wbe", "web"), "selector-matches-nothing") == []
    unknown = code.replace('"wbe"', "var.app")
    assert found(tmp_path, unknown, "selector-matches-nothing") == []


def test_what_the_provider_wraps_belongs_to_the_object(tmp_path: Path) -> None:
    code = """\
resource "kubernetes_persistent_volume" "logs" {
  metadata {
    name = "logs"
  }
  spec {
    persistent_volume_source {
      host_path {
        path = "/etc"
      }
    }
  }
}
"""
    assert found(tmp_path, code, "sensitive-host-path") == [("sensitive-host-path", 8, 16, 21)]
    assert found(tmp_path, code.replace("/etc", "/srv/logs"), "sensitive-host-path") == []


def test_a_manifest_written_as_an_object(tmp_path: Path) -> None:
    code = """\
resource "kubernetes_manifest" "web" {
  manifest = {
    apiVersion = "v1"
    kind       = "Pod"
    metadata   = { name = "web" }
    spec = {
      containers = [{
        name  = "web"
        image = local.image
        securityContext = { privileged = true }
      }]
    }
  }
}
locals {
  image = "nginx"
}
"""
    assert found(tmp_path, code, "latest-tag", "privileged-container") == [
        ("latest-tag", 9, 17, 27),
        ("privileged-container", 10, 42, 45),
    ]


def test_a_policy_of_the_days_before_admission_has_no_fields_to_ask_for(tmp_path: Path) -> None:
    code = """\
resource "kubernetes_pod_security_policy" "all" {
  metadata {
    name = "all"
  }
  spec {
    host_ipc   = true
    privileged = false

    allow_privilege_escalation = false
  }
}
"""
    assert found(tmp_path, code, "permissive-pod-policy") == [("permissive-pod-policy", 6, 18, 21)]


@pytest.mark.parametrize(
    "code",
    [
        'resource "kubernetes_labels" "web" {\n  kind = "Pod"\n}\n',
        'resource "kubernetes_manifest" "web" {\n  manifest = yamldecode(file("web.yaml"))\n}\n',
        'resource "kubernetes_manifest" "web" {\n  manifest = ["Pod"]\n}\n',
        'resource "kubernetes_pod" "web" {\n}\n',
        'resource "kubernetes_pod" "web" {\n  spec = "text"\n}\n',
        'resource "kubernetes_pod" "web" {\n  spec {\n    container = 5\n  }\n}\n',
        'resource "kubernetes_deployment" "web" {\n  dynamic "spec" {\n    for_each = var.all\n    content {\n    }\n  }\n}\n',
        (POD % ("host_network = true", "")).replace("  metadata", "  count = 0\n  metadata", 1),
    ],
)
def test_what_makes_no_object_that_is_known_is_left_alone(tmp_path: Path, code: str) -> None:
    write(tmp_path, {"main.tf": code})
    assert findings("--profile", "strict", "--select", "kubernetes,core", cwd=tmp_path) == []


def test_fields_of_secrets_are_renamed_only_where_they_stand(tmp_path: Path) -> None:
    code = 'resource "kubernetes_secret" "web" {\n  metadata {\n    data = {}\n  }\n  data = {}\n}\n'
    assert found(tmp_path, code, "default-namespace") == [("default-namespace", 2, 3, 10)]


def test_credentials_are_told_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "main.tf": 'resource "kubernetes_secret" "web" {\n  metadata {\n    name = "web"\n  }\n'
            '  data = {\n    password = "dreizehn-Affen"\n  }\n}\n'
        },
    )
    told = [one["rule"] for one in findings(cwd=tmp_path) if one["line"] == 6]
    assert told == ["terraform/hard-coded-credential"]


def test_a_comment_silences_them(tmp_path: Path) -> None:
    code = POD % ("host_network = true # devopslint: ignore[kubernetes/host-network] -- it listens for the node", "")
    assert found(tmp_path, code, "host-network") == []


def test_a_manifest_in_a_heredoc_is_judged_at_its_lines(tmp_path: Path) -> None:
    code = """\
locals {
  tag = "latest"
}
resource "kubernetes_manifest" "web" {
  manifest = yamldecode(<<-EOT
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          image: nginx:${local.tag}
          securityContext:
            privileged: true
  EOT
  )
}
"""
    assert found(tmp_path, code, "privileged-container", "latest-tag", "no-memory-limit") == [
        ("no-memory-limit", 11, 11, 19),
        ("latest-tag", 12, 18, 35),
        ("privileged-container", 14, 25, 28),
    ]
