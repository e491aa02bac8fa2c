"""Ports that should not be open to everyone, with the service that listens there.

Source: IANA, Service Name and Transport Protocol Port Number Registry, and the services' own documentation.
"""

from __future__ import annotations

ADMIN_PORTS: dict[int, str] = {
    20: "FTP",
    21: "FTP",
    22: "SSH",
    23: "Telnet",
    111: "rpcbind",
    135: "Windows RPC",
    137: "NetBIOS",
    138: "NetBIOS",
    139: "NetBIOS",
    445: "SMB",
    512: "rexec",
    513: "rlogin",
    514: "rsh",
    623: "IPMI",
    873: "rsync",
    2049: "NFS",
    2375: "the Docker daemon",
    2376: "the Docker daemon",
    3389: "RDP",
    4243: "the Docker daemon",
    5900: "VNC",
    5901: "VNC",
    5985: "WinRM",
    5986: "WinRM",
    6443: "the Kubernetes API",
    8291: "Winbox",
    10250: "the kubelet",
    10255: "the kubelet",
}
"""Ports by which a machine is administered."""

DATA_PORTS: dict[int, str] = {
    389: "LDAP",
    636: "LDAP",
    1433: "SQL Server",
    1434: "SQL Server",
    1521: "Oracle",
    2181: "ZooKeeper",
    2379: "etcd",
    2380: "etcd",
    2483: "Oracle",
    2484: "Oracle",
    3306: "MySQL",
    4333: "mSQL",
    5432: "PostgreSQL",
    5439: "Redshift",
    5601: "Kibana",
    5984: "CouchDB",
    6379: "Redis",
    7000: "Cassandra",
    7001: "Cassandra",
    7199: "Cassandra",
    8020: "HDFS",
    8086: "InfluxDB",
    8888: "a notebook",
    9042: "Cassandra",
    9092: "Kafka",
    9160: "Cassandra",
    9200: "Elasticsearch",
    9300: "Elasticsearch",
    11211: "Memcached",
    15672: "RabbitMQ",
    27017: "MongoDB",
    27018: "MongoDB",
    27019: "MongoDB",
    50000: "Db2",
    50070: "HDFS",
}
"""Ports of databases, caches, queues and their consoles."""


def service_of(port: int) -> str | None:
    """Return the service of an administration or data port, `None` for any other."""
    return ADMIN_PORTS.get(port) or DATA_PORTS.get(port)


def services_between(first: int, last: int) -> list[tuple[int, str]]:
    """Return the administration and data ports from `first` to `last`, both included, with their services."""
    found = [
        (port, name) for table in (ADMIN_PORTS, DATA_PORTS) for port, name in table.items() if first <= port <= last
    ]
    return sorted(found)


def is_everyone(cidr: str) -> bool:
    """Say whether an address block is the whole internet: `0.0.0.0/0`, `::/0`, or one of the halves `0.0.0.0/1`."""
    address, _, bits = cidr.strip().partition("/")
    if not bits.isdigit():
        return False
    if ":" in address:
        return int(bits) == 0
    return int(bits) == 0 or (int(bits) == 1 and address in {"0.0.0.0", "128.0.0.0"})  # noqa: S104
