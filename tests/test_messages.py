"""What people read: the sentences of rules whose words depend on what is at fault."""

from __future__ import annotations

import pytest

from devopslint.commands.catalog import open_catalog
from devopslint.config.settings import Config
from devopslint.engine.discover import Asked
from devopslint.engine.run import Run
from devopslint.engine.workspace import MemoryWorkspace
from devopslint.policy.selection import Selection

CATALOG = open_catalog(Config())
FLAGS = """\
resource "google_sql_database_instance" "pg" {
  settings {
    database_flags {
      name  = "log_duration"
      value = "off"
    }
    database_flags {
      name  = "log_connections"
      value = "OFF"
    }
  }
}
"""
SELECTOR = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  selector:
    matchExpressions:
      - %s
  template:
    metadata: {labels: {app: worker}}
    spec: {containers: [{name: c}]}
"""
RESOURCES = """\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
    - name: c
      resources:
        requests: {cpu: %s}
        limits: {cpu: 250m}
"""


@pytest.mark.parametrize(
    ("rules", "path", "text", "messages"),
    [
        (
            "terraform/google/database-unsafe-flag",
            "main.tf",
            FLAGS,
            [
                "`log_duration` of `google_sql_database_instance.pg` is `off`",
                "`log_connections` of `google_sql_database_instance.pg` is `OFF`",
            ],
        ),
        (
            "shell/tls-check-disabled",
            "Dockerfile",
            "FROM a\nRUN echo 'Acquire::https::Verify-Peer \"false\";' > /etc/apt/apt.conf.d/x\n",
            ['`Acquire::https::Verify-Peer "false"`: what reads this trusts whoever answers'],
        ),
        *(
            (
                "kubernetes/selector-mismatch",
                "k.yaml",
                SELECTOR % written,
                [f"the labels of the template do not fulfil `{said}` of the selector"],
            )
            for written, said in (
                ("{key: app, operator: In, values: [web, api]}", "app in (web, api)"),
                ("{key: app, operator: NotIn, values: [worker]}", "app notin (worker)"),
                ("{key: tier, operator: Exists}", "tier"),
                ("{key: app, operator: DoesNotExist}", "!app"),
            )
        ),
        (
            "kubernetes/request-above-limit,kubernetes/request-below-limit",
            "k.yaml",
            RESOURCES % "500m",
            ["the request of 500m cpu is above the limit of 250m"],
        ),
        (
            "kubernetes/request-above-limit,kubernetes/request-below-limit",
            "k.yaml",
            RESOURCES % "100m",
            ["the request of 100m cpu is below the limit of 250m"],
        ),
    ],
)
def test_messages(rules: str, path: str, text: str, messages: list[str]) -> None:
    run = Run(MemoryWorkspace({path: text}), CATALOG, Selection(rules.split(","), profile="strict"))
    assert [finding.message for finding in run.check(Asked([], [path], True)).findings] == messages
