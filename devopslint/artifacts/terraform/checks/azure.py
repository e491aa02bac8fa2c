"""Checks of Azure's machines, networks and firewalls for the web that a condition can't say."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address

from devopslint.artifacts.terraform.checks.blocks import is_absent, is_false, nested, nested_below, problem_at
from devopslint.artifacts.terraform.indexes import first_major
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import MISSING, UNKNOWN, Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_ON = (True, "true")
_MACHINES = ("azurerm_linux_virtual_machine", "azurerm_windows_virtual_machine", "azurerm_virtual_machine")
_OLD_PUBLIC_ADDRESS = "network_profile.ip_configuration.public_ip_address_configuration"
_AZURE_DNS = "168.63.129.16"
_RULE_SETS = frozenset({"OWASP", "DefaultRuleSet", "Microsoft_DefaultRuleSet"})
_SYNAPSE = "azurerm_synapse_workspace"
_AUDITED = ("sql_pool", "workspace")
"""What at Synapse has policies of alerts and audits."""
_BEFORE_LOG4J = frozenset({"2.2.9", "3.0"})
_JAVA_GROUPS = frozenset({"JAVA", "REQUEST-944-APPLICATION-ATTACK-JAVA"})
_LOG4J_RULE = "944240"
_OFF = f"rule {_LOG4J_RULE} is turned off"
_LETS_THROUGH = f"rule {_LOG4J_RULE} does not block"


def public_interface(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each public address of a network interface, or of the machines of a scale set."""
    for names in ("network_interface.ip_configuration.public_ip_address", _OLD_PUBLIC_ADDRESS):
        for block in nested(subject, names):
            yield Problem(block)
    for block in nested(subject, "ip_configuration"):
        path: Path = (*block, "public_ip_address_id")
        if subject.is_set(path):
            yield problem_at(subject, path)


def console_with_public_address(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each public address of an interface whose machine has a serial console."""
    if subject.related is not None and any(
        _has_console(machine) for type_name in _MACHINES for machine in subject.related(type_name)
    ):
        yield from public_interface(subject, options)


def _has_console(machine: Subject) -> bool:
    if not isinstance(machine.value, Map):
        return False
    blocks = nested(machine, "boot_diagnostics")
    return any(machine.type != "azurerm_virtual_machine" or machine.get((*at, "enabled")) is True for at in blocks)


def few_pods(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each pool of a cluster whose nodes have room for few pods, be it by default."""
    pools = nested(subject, "default_node_pool") if subject.type == "azurerm_kubernetes_cluster" else [()]
    for pool in pools:
        most = subject.get((*pool, "max_pods"))
        if str(most).isdecimal() and int(most) < int(options["pods"]):
            yield problem_at(subject, (*pool, "max_pods"))
        elif most is MISSING and pool and _has_addresses_for_30(subject, pool):
            yield Problem(pool)


def _has_addresses_for_30(subject: Subject, pool: Path) -> bool:
    """Say whether pods certainly get addresses of the nodes' own subnet, of which each node takes those for 30."""
    plugin, mode = (subject.get(f"network_profile.network_plugin{end}") for end in ("", "_mode"))
    return plugin == "azure" and mode is MISSING and subject.get((*pool, "pod_subnet_id")) is MISSING


def goes_to_sleep(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for an app that is unloaded when nobody calls it, which the oldest kind of app is by default."""
    for block in nested(subject, "site_config"):
        path: Path = (*block, "always_on")
        if is_false(subject, path):
            yield problem_at(subject, path)
        elif subject.type == "azurerm_app_service" and subject.get(path) is MISSING:
            yield Problem(block)
    if subject.type == "azurerm_app_service" and is_absent(subject, "site_config"):
        yield Problem()


def distant_dns(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each server of names of a network that is out on the internet."""
    for path in (("dns_servers",), ("dns_servers", 0, "dns_servers")):
        servers = subject.get(path)
        for index in range(len(servers)) if isinstance(servers, list) else ():
            address = subject.get((*path, index))
            if isinstance(address, str) and address != _AZURE_DNS and _is_public(address):
                yield problem_at(subject, (*path, index), server=address)


def _is_public(address: str) -> bool:
    try:
        return IPv4Address(address).is_global
    except AddressValueError:
        return False


def without_lock(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a resource that no lock protects, nor the group that it is in."""
    return _without_any(subject, "azurerm_resource_group", "azurerm_management_lock")


def synapse_without_alerts(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a pool without a policy of alerts, where its workspace has none either."""
    return _without_any(subject, _SYNAPSE, *(f"azurerm_synapse_{one}_security_alert_policy" for one in _AUDITED))


def synapse_without_audit(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a workspace, or a pool of one, that has no audit."""
    return _without_any(subject, _SYNAPSE, *(f"azurerm_synapse_{one}_extended_auditing_policy" for one in _AUDITED))


def _without_any(subject: Subject, owner_type: str, *types: str) -> Iterator[Problem]:
    """Yield a problem where certainly no resource of these types belongs to a resource or to an owner that it names."""
    module = subject.context
    named = module.referred_by(subject.value)
    owners = [module.subjects.get(one) for one in named if one.partition(".")[0] == owner_type]
    related = [one.related for one in (subject, *owners) if one is not None and one.related is not None]
    if not any(True for belonging in related for type_name in types for _ in belonging(type_name)):
        yield Problem()


def log4j_let_through(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for what keeps a firewall for the web from stopping the attack on Log4j."""
    gateway = subject.type == "azurerm_web_application_firewall_policy"
    sets = "managed_rules.managed_rule_set" if gateway else "managed_rule"
    if any(subject.get(path) is UNKNOWN for path in (sets, "managed_rules", "managed_rules[0].managed_rule_set")):
        return
    covered = False
    for one in nested(subject, sets):
        kind = subject.get((*one, "type"), "OWASP")
        covered = covered or kind is UNKNOWN or kind in _RULE_SETS
        if kind in _RULE_SETS:
            yield from _faults_of_set(subject, one, str(kind), "rule_group_override" if gateway else "override")
    if not covered and subject.type != "azurerm_cdn_frontdoor_firewall_policy":  # whose Standard tier has no sets
        yield Problem(what="there is no set of rules that knows it")


def _faults_of_set(subject: Subject, one: Path, kind: str, block: str) -> Iterator[Problem]:
    version = subject.get((*one, "version"))
    if kind == "OWASP" and version in _BEFORE_LOG4J:
        yield Problem((*one, "version"), what=f"version {version} of the rules is older than rule {_LOG4J_RULE}")
    for group in nested_below(subject, one, [block]):
        if subject.get((*group, "rule_group_name")) not in _JAVA_GROUPS:
            continue
        rules, disabled = subject.get((*group, "rule")), subject.get((*group, "disabled_rules"))
        if rules is MISSING and disabled is MISSING:
            yield Problem((*group, "rule_group_name"), what="the Java group is turned off")
        for place in range(len(disabled)) if isinstance(disabled, list) else ():
            if str(subject.get((*group, "disabled_rules", place))) == _LOG4J_RULE:
                yield Problem((*group, "disabled_rules", place), what=_OFF)
        for rule in nested_below(subject, group, ["rule"]):
            name = "rule_id" if block == "override" else "id"
            action, enabled = subject.get((*rule, "action")), subject.get((*rule, "enabled"), False)
            if str(subject.get((*rule, name))) == _LOG4J_RULE and (enabled is False or action in {"Allow", "Log"}):
                yield Problem((*rule, name), what=_OFF if enabled is False else _LETS_THROUGH)


def public_blobs(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for an account whose containers may be public; what is left out allows it up to version 4."""
    switches = (("allow_nested_items_to_be_public",), ("allow_blob_public_access",))
    yield from _not_set(subject, switches, (False, "false"), 5)


def unsigned_images(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a registry without content trust, which version 5 of the provider has no more."""
    yield from _not_set(subject, (("trust_policy_enabled",), ("trust_policy", 0, "enabled")), _ON, 5)


def events_in_one_zone(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for hubs of events in one zone; from version 4 of the provider on they are in all there are."""
    yield from _not_set(subject, (("zone_redundant",),), _ON, 4)


def _not_set(subject: Subject, switches: Sequence[Path], right: tuple[bool, str], major: int) -> Iterator[Problem]:
    """Yield a problem for switches none of which is certainly set right.

    Where none is given, the provider must allow a version below a major one, whose default is wrong.
    """
    values = {path: subject.get(path) for path in switches}
    if any(value is UNKNOWN or value in right for value in values.values()):
        return
    given = next((path for path in switches if values[path] is not MISSING), None)
    if given is not None:
        yield problem_at(subject, given)
    elif first_major(subject.context, "azurerm") < major:
        yield Problem()
