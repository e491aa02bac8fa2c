from __future__ import annotations

import pytest
from manifest_text import subjects

from devopslint.artifacts.kubernetes.checks import control_plane
from devopslint.artifacts.kubernetes.checks.flags import INSTEAD, NEEDS, PROGRAMS, ROWS

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: part}
spec:
  containers:
    - name: part
      image: registry.k8s.io/part:v1.34.1
"""


def faults(check, lines, image="registry.k8s.io/part:v1.34.1"):
    text = POD.replace("registry.k8s.io/part:v1.34.1", image) + "".join(f"      {line}\n" for line in lines)
    [container] = [one for one in subjects(text) if one.kind == "kubernetes.container"]
    found = []
    for problem in check(container, {}):
        place = problem.at
        if isinstance(place, tuple):
            place = container.place(place, problem.part)
        found.append((place.source.text[place.start : place.end], problem.values["fault"]))
    return found


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["command: [kube-apiserver, --anonymous-auth]"], [("--anonymous-auth", "with `--anonymous-auth`")]),
        (["command: [/usr/local/bin/kube-apiserver]", "args: [--anonymous-auth=False]"], []),
        (
            ['command: [sh, -c, "exec kube-apiserver --anonymous-auth=true --v=2"]'],
            [("--anonymous-auth=true", "with `--anonymous-auth=true`")],
        ),
        (["command: [/hyperkube, apiserver, --secure-port=1]"], [("command", "without `--anonymous-auth=false`")]),
        (["command: [apiserver, --secure-port=1]"], []),
        (["command: [sh]", "args: [kube-apiserver, --v=2]"], [("args", "without `--anonymous-auth=false`")]),
        (["command: [kube-apiserver, '$(EXTRA)']"], []),
        (["command: [kube-apiserver, '--v=$(LEVEL)']"], [("command", "without `--anonymous-auth=false`")]),
        (["command: [kube-apiserver, --config=/etc/a.yaml]"], []),
    ],
)
def test_how_an_argument_is_given(lines, expected):
    assert faults(control_plane.anonymous_access, lines) == expected


def test_a_value_that_stands_apart_is_pointed_at():
    lines = ["command: [kube-scheduler, --bind-address, 0.0.0.0]"]
    assert faults(control_plane.bind_address, lines) == [("0.0.0.0", "with `--bind-address 0.0.0.0`")]


def test_a_program_is_known_by_its_image_when_only_arguments_are_given():
    lines = ["args: [--profiling=true]"]
    expected = [("--profiling=true", "with `--profiling=true`")]
    assert faults(control_plane.profiling, lines, "k8s.gcr.io/kube-scheduler-amd64:v1.34.1") == expected
    assert faults(control_plane.profiling, lines, "k8s.gcr.io/scheduler:v1.34.1") == []


def test_flags_of_etcd_in_its_environment():
    secure = ["cert-file", "key-file", "peer-cert-file", "peer-key-file", "peer-client-cert-auth"]
    lines = [f"command: [etcd, {', '.join(f'--{flag}=true' for flag in secure)}]", "env:"]
    assert faults(control_plane.etcd, [*lines, "  - {name: ETCD_CLIENT_CERT_AUTH, value: 'true'}"]) == []
    wrong = [*lines, "  - {name: ETCD_CLIENT_CERT_AUTH, value: 'false'}"]
    assert faults(control_plane.etcd, wrong) == [("'false'", "with `ETCD_CLIENT_CERT_AUTH=false`")]
    assert faults(control_plane.etcd, [*wrong[:1], "envFrom: [{configMapRef: {name: etcd}}]"]) == []


@pytest.mark.parametrize(
    ("timeout", "good"), [("60s", True), ("5m0s", True), ("5m1s", False), ("2h", False), ("0s", False), ("soon", True)]
)
def test_durations(timeout, good):
    found = faults(control_plane.limits, [f"command: [kube-apiserver, --request-timeout={timeout}]"])
    assert (found == []) is good


def test_what_an_older_release_needs():
    lines = ["command: [kube-apiserver, '--admission-control=AlwaysPullImages,EventRateLimit,ImagePolicyWebhook']"]
    for tag, expected in (("v1.22.3", 1), ("v1.23.0", 0), ("latest", 0)):
        assert len(faults(control_plane.admission_plugins, lines, f"k8s.gcr.io/kube-apiserver:{tag}")) == expected


def test_the_table_is_sound():
    flags = {(program, row.flag) for row in ROWS for program in row.programs}
    assert set(INSTEAD) <= flags
    assert set(NEEDS) | set(NEEDS.values()) <= {flag for _, flag in flags}
    assert {program for program, _ in flags} == set(PROGRAMS.values())
    for row in ROWS:
        assert row.operator in {"is", "not", "has", "lacks", "min", "max", "given", "never", "strong"}, row.flag
        assert bool(row.operand) == (row.operator not in {"given", "never", "strong"}), row.flag
        assert not row.effect.endswith("."), row.flag
