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
    161: "SNMP",
    445: "SMB",
    512: "rexec",
    513: "rlogin",
    514: "rsh",
    623: "IPMI",
    873: "rsync",
    2049: "NFS",
    2375: "the Docker daemon",
    2376: "the Docker daemon",
    3020: "SMB",
    3389: "RDP",
    4243: "the Docker daemon",
    4505: "the Salt master",
    4506: "the Salt master",
    5500: "VNC",
    5900: "VNC",
    5901: "VNC",
    5985: "WinRM",
    5986: "WinRM",
    6443: "the Kubernetes API",
    8140: "the Puppet server",
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
    2382: "SQL Server Analysis Services",
    2383: "SQL Server Analysis Services",
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
    11214: "Memcached",
    11215: "Memcached",
    15672: "RabbitMQ",
    27017: "MongoDB",
    27018: "MongoDB",
    27019: "MongoDB",
    50000: "Db2",
    50070: "HDFS",
    61620: "Cassandra OpsCenter",
    61621: "Cassandra OpsCenter",
}
"""Ports of databases, caches, queues and their consoles."""

INTERNAL_PORTS: dict[int, str] = {
    25: "SMTP",
    110: "POP3",
    143: "IMAP",
    3000: "a development server",
    3100: "Loki",
    8000: "a development server",
    8080: "an internal web server",
    8200: "Vault",
    8500: "Consul",
    9000: "a Hadoop name node or an internal console",
    9090: "Prometheus",
    9093: "Alertmanager",
}
"""Ports on which services listen that mostly stand behind something else, often without TLS."""


def services_between(first: int, last: int) -> list[tuple[int, str]]:
    """Return the administration and data ports from `first` to `last`, both included, with their services."""
    found = [
        (port, name) for table in (ADMIN_PORTS, DATA_PORTS) for port, name in table.items() if first <= port <= last
    ]
    return sorted(found)


def is_everyone(cidr: str) -> bool:
    """Say whether an address block is the whole internet or a great part of it: `0.0.0.0/0`, `::/0`, `128.0.0.0/1`."""
    address, _, bits = cidr.strip().partition("/")
    if not bits.isdigit():
        return False
    return int(bits) <= 3 if ":" in address else int(bits) < 8


def addresses_in(cidr: str) -> int:
    """Return how many addresses an IPv4 block holds; 0 for what is none."""
    address, _, bits = cidr.strip().partition("/")
    if ":" in address or address.count(".") != 3 or not bits.isdigit() or int(bits) > 32:
        return 0
    return int(2 ** (32 - int(bits)))
