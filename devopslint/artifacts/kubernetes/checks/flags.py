"""The flags of a cluster's own programs, and what must hold of them.

Source: CIS Kubernetes Benchmark 1.8, chapters 1, 2 and 4, and the reference of the programs up to Kubernetes 1.34.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

PROGRAMS = {
    "a": "kube-apiserver",
    "c": "kube-controller-manager",
    "s": "kube-scheduler",
    "k": "kubelet",
    "e": "etcd",
}
# Below its group: programs (by letter), flag, what must hold, field of a KubeletConfiguration (`-`: none), and what
# happens otherwise. What must hold: `is`, `not`, `has`, `lacks`, `min`, `max` with a value, `given`, `never`, `strong`.
# With a `?` the flag may be absent, else its absence is a fault too.
_ROWS = """
[anonymous]
ak | anonymous-auth | is false | authentication.anonymous.enabled | requests without credentials are answered
[authorization]
a | authorization-mode | lacks AlwaysAllow | - | every request is allowed
a | authorization-mode | has Node ? | - | a kubelet may read what belongs to other nodes
a | authorization-mode | has RBAC ? | - | roles and bindings have no effect
k | authorization-mode | lacks AlwaysAllow | authorization.mode | every request is allowed
[credentials]
a | basic-auth-file | never | - | passwords lie in clear in a file and never expire
a | token-auth-file | never | - | tokens lie in clear in a file and never expire
[accounts]
a | service-account-lookup | not false ? | - | tokens of deleted accounts stay valid
a | service-account-key-file | given | - | tokens are checked with the key of the serving certificate
c | use-service-account-credentials | is true | - | all controllers share one set of rights
c | service-account-private-key-file | given | - | no key of its own signs the tokens of accounts
c | root-ca-file | given | - | pods can't verify the API server
[port]
a | insecure-bind-address | never | - | the API is served without TLS and without a login
a | insecure-port | is 0 ? | - | the API is served without TLS and without a login
a | secure-port | not 0 ? | - | the API is not served over TLS
k | read-only-port | is 0 | readOnlyPort | whoever reaches the node can read what runs there
cs | port | is 0 ? | - | metrics are served without TLS and without a login
[bind]
cs | bind-address | is 127.0.0.1,::1,localhost | - | its port is open to the network of the node
cs | address | is 127.0.0.1,::1,localhost ? | - | its port is open to the network of the node
[admission]
a | enable-admission-plugins | lacks AlwaysAdmit ? | - | every object is admitted unseen
a | enable-admission-plugins | has NodeRestriction | - | a kubelet may change the objects of other nodes
a | disable-admission-plugins | lacks NodeRestriction ? | - | a kubelet may change the objects of other nodes
a | disable-admission-plugins | lacks ServiceAccount ? | - | pods run without an account
a | disable-admission-plugins | lacks NamespaceLifecycle ? | - | objects appear in namespaces that are being deleted
a | disable-admission-plugins | lacks PodSecurity ? | - | no pod security standard is enforced
[plugins]
a | enable-admission-plugins | has AlwaysPullImages | - | a pod may use an image that another team has pulled with its password
a | enable-admission-plugins | has EventRateLimit | - | a flood of events takes the API server down
a | enable-admission-plugins | has ImagePolicyWebhook | - | nothing judges where images come from
[audit]
a | audit-log-path | given | - | nothing records who did what
a | audit-policy-file | given | - | without a policy nothing is recorded
a | audit-log-maxage | min 30 | - | the log is not kept for 30 days
a | audit-log-maxbackup | min 10 | - | fewer than 10 old logs are kept
a | audit-log-maxsize | min 100 | - | a log is not kept up to 100 MB
[certificates]
a | tls-cert-file | given | - | the API is served with a certificate that nobody can verify
a | tls-private-key-file | given | - | the API is served with a certificate that nobody can verify
a | client-ca-file | given | - | certificates of clients are not verified
a | kubelet-https | not false ? | - | kubelets are spoken to in clear
a | kubelet-certificate-authority | given | - | certificates of kubelets are not verified
a | kubelet-client-certificate | given | - | kubelets can't tell who asks
a | kubelet-client-key | given | - | kubelets can't tell who asks
a | etcd-cafile | given | - | the certificate of etcd is not verified
a | etcd-certfile | given | - | etcd can't tell who asks
a | etcd-keyfile | given | - | etcd can't tell who asks
k | client-ca-file | given | authentication.x509.clientCAFile | certificates of clients are not verified
k | tls-cert-file | given | tlsCertFile | the kubelet serves a certificate that nobody can verify
k | tls-private-key-file | given | tlsPrivateKeyFile | the kubelet serves a certificate that nobody can verify
[etcd]
e | cert-file | given | - | clients speak to etcd in clear
e | key-file | given | - | clients speak to etcd in clear
e | client-cert-auth | is true | - | whoever reaches etcd can read and change all of it
e | auto-tls | not true ? | - | nobody can verify a certificate that etcd signs itself
e | peer-cert-file | given | - | members of etcd speak to each other in clear
e | peer-key-file | given | - | members of etcd speak to each other in clear
e | peer-client-cert-auth | is true | - | whoever reaches etcd can join it as a member
e | peer-auto-tls | not true ? | - | nobody can verify a certificate that etcd signs itself
[profiling]
acs | profiling | is false | - | the state of the process can be read over its port
[encryption]
a | encryption-provider-config | given | - | Secrets lie in etcd in clear
[ciphers]
ak | tls-cipher-suites | strong ? | tlsCipherSuites | traffic can be decrypted
e | cipher-suites | strong ? | - | traffic can be decrypted
acsk | tls-min-version | not VersionTLS10,VersionTLS11 ? | tlsMinVersion | traffic can be decrypted
[limits]
a | request-timeout | max 300 ? | - | slow requests use up the API server
c | terminated-pod-gc-threshold | min 1 | - | ended pods stay until they fill the storage
k | event-qps | is 0 ? | eventRecordQPS | events beyond this rate are lost
[kubelet]
k | protect-kernel-defaults | is true | protectKernelDefaults | the kubelet changes kernel settings of the node
k | make-iptables-util-chains | not false ? | makeIPTablesUtilChains | rules of the packet filter can contradict each other
k | hostname-override | never | - | the name no longer fits the certificate of the node
k | streaming-connection-idle-timeout | not 0 ? | streamingConnectionIdleTimeout | idle connections are never closed
k | rotate-certificates | not false ? | rotateCertificates | the node falls out of the cluster when its certificate ends
k | rotate-server-certificates | not false ? | serverTLSBootstrap | the serving certificate is not renewed
kc | feature-gates | lacks RotateKubeletServerCertificate=false ? | - | serving certificates of kubelets are not renewed
"""

ALIASES: Mapping[str, str] = {
    "admission-control": "enable-admission-plugins",
    "experimental-encryption-provider-config": "encryption-provider-config",
}
"""Older names of flags."""
INSTEAD: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("kube-apiserver", "anonymous-auth"): ("authentication-config",),
    ("kube-apiserver", "authorization-mode"): ("authorization-config",),
    ("kube-apiserver", "client-ca-file"): ("authentication-config",),
    ("kube-apiserver", "audit-log-path"): ("audit-webhook-config-file",),
    ("kube-apiserver", "tls-cert-file"): ("cert-dir", "tls-sni-cert-key"),
    ("kube-apiserver", "tls-private-key-file"): ("cert-dir", "tls-sni-cert-key"),
    ("kubelet", "tls-cert-file"): ("cert-dir", "rotate-server-certificates"),
    ("kubelet", "tls-private-key-file"): ("cert-dir", "rotate-server-certificates"),
    ("etcd", "cert-file"): ("auto-tls",),
    ("etcd", "key-file"): ("auto-tls",),
    ("etcd", "peer-cert-file"): ("peer-auto-tls",),
    ("etcd", "peer-key-file"): ("peer-auto-tls",),
}
"""(program, flag) → flags with which the first may be absent."""
NEEDS: Mapping[str, str] = {f"audit-log-max{what}": "audit-log-path" for what in ("age", "backup", "size")}
"""Flags whose absence tells nothing while another is absent."""
CONFIG_FLAGS = ("config", "config-file")
"""Flags that name a file in which the others may be set."""
BOOLEANS = frozenset(
    {"anonymous-auth", "service-account-lookup", "use-service-account-credentials", "kubelet-https", "profiling",
     "client-cert-auth", "auto-tls", "peer-client-cert-auth", "peer-auto-tls", "protect-kernel-defaults",
     "make-iptables-util-chains", "rotate-certificates", "rotate-server-certificates"}
)  # fmt: skip
"""Flags that mean true when they stand alone."""


class Row:
    """One thing that must hold of a flag."""

    __slots__ = ("absent", "effect", "field", "flag", "group", "operand", "operator", "programs")

    def __init__(self, group: str, line: str) -> None:
        letters, self.flag, test, field, self.effect = (cell.strip() for cell in line.split("|"))
        self.group = group
        self.programs = [PROGRAMS[letter] for letter in letters]
        self.field = () if field == "-" else tuple(field.split("."))
        self.operator, *operands = test.removesuffix("?").split()
        self.operand = operands[0].split(",") if operands else []
        self.absent = self.operator != "never" and not test.endswith("?")

    @property
    def wanted(self) -> str:
        """The flag as it should be given."""
        value = {"is": self.operand[:1], "min": self.operand, "has": self.operand}.get(self.operator, [])
        return f"--{self.flag}" + (f"={value[0]}" if value else "")


def _rows() -> list[Row]:
    rows = []
    group = ""
    for line in _ROWS.strip().splitlines():
        if line.startswith("["):
            group = line[1:-1]
        else:
            rows.append(Row(group, line))
    return rows


ROWS = _rows()
