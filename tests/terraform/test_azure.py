"""What the checks on Azure say of blocks that can't be known, of lists, and of what is known only after the apply."""

from __future__ import annotations

from typing import Any

import pytest

from devopslint.artifacts.terraform.checks import azure, azure_network
from tests.terraform.test_module import read

NO_OPTIONS: dict[str, Any] = {}
RULE = 'resource "azurerm_network_security_rule" "r" {\n  access = "Allow"\n  protocol = "Tcp"\n  %s\n}\n'


def hits(check: Any, text: str, options: dict[str, Any] = NO_OPTIONS) -> list[str]:
    """Return where a check finds something in the first resource of a file, as dotted paths."""
    found, _ = read({"main.tf": text})
    subject = next(one for one in found if one.kind == "terraform.resource")
    return [".".join(map(str, problem.at)) for problem in check(subject, options)]


@pytest.mark.parametrize(
    ("written", "certain"),
    [
        ('"/subscriptions/1/ip"', True),
        ("azurerm_public_ip.a.id", True),
        ("azurerm_public_ip.a[0].id", True),
        ("azurerm_public_ip.a[each.key].id", True),
        ('"${var.prefix}/ip"', True),
        ('"${azurerm_public_ip.a.id}"', True),
        ('"${var.address}"', False),
        ("var.address", False),
        ("module.net.address", False),
        ("null", False),
        ("var.open ? azurerm_public_ip.a.id : null", False),
        ("try(azurerm_public_ip.a.id, null)", False),
        ("one(azurerm_public_ip.a[*].id)", False),
    ],
)
def test_an_address_counts_when_it_is_certainly_there(written: str, certain: bool) -> None:
    text = f'resource "azurerm_network_interface" "n" {{\n  ip_configuration {{\n    public_ip_address_id = {written}\n  }}\n}}\n'
    assert bool(hits(azure.public_interface, text)) is certain


@pytest.mark.parametrize(
    ("made", "written", "certain"),
    [
        ("count = 2", "one(azurerm_public_ip.a[*].id)", True),
        ("", "one(azurerm_public_ip.a.*.id)", True),
        ("count = var.many", "one(azurerm_public_ip.a[*].id)", False),
        ("count = 0", "one(azurerm_public_ip.a[*].id)", False),
        ("for_each = var.some", "one(azurerm_public_ip.a[*].id)", False),
        ("count = var.many", "element(azurerm_public_ip.a.*.id, 0)", True),
        ("count = var.many", "azurerm_public_ip.a[*].id[0]", True),
        ("count = var.many", "try(azurerm_public_ip.a[*].id[0], null)", False),
    ],
)
def test_one_of_several_addresses_counts_where_there_is_certainly_one(made: str, written: str, certain: bool) -> None:
    text = f'resource "azurerm_network_interface" "n" {{\n  ip_configuration {{\n    public_ip_address_id = {written}\n  }}\n}}\n'
    text += f'resource "azurerm_public_ip" "a" {{\n  {made}\n}}\n'
    assert bool(hits(azure.public_interface, text)) is certain


def test_interfaces_that_a_loop_makes_are_left_alone_unless_they_are_known() -> None:
    loop = (
        'resource "azurerm_network_interface" "n" {\n  dynamic "ip_configuration" {\n    for_each = %s\n'
        "    content {\n      public_ip_address_id = azurerm_public_ip.a.id\n    }\n  }\n}\n"
    )
    assert hits(azure.public_interface, loop % "var.some") == []
    assert len(hits(azure.public_interface, loop % '["a", "b"]')) == 2


def test_blocks_of_json_are_objects_too() -> None:
    text = """{"resource": {"azurerm_network_interface": {
      "a": {"ip_configuration": {"public_ip_address_id": "${azurerm_public_ip.p.id}"}},
      "b": {"ip_configuration": [{"name": "x"}, {"public_ip_address_id": "${azurerm_public_ip.p.id}"}]},
      "c": {"ip_configuration": {"public_ip_address_id": "${var.address}"}}}}}"""
    found, _ = read({"main.tf.json": text})
    places = [
        ".".join(map(str, problem.at))
        for one in found
        if one.kind == "terraform.resource"
        for problem in azure.public_interface(one, NO_OPTIONS)
    ]
    assert places == ["ip_configuration.public_ip_address_id", "ip_configuration.1.public_ip_address_id"]


@pytest.mark.parametrize(
    ("console", "expected"),
    [("boot_diagnostics {}", 1), ("", 0), ('dynamic "boot_diagnostics" {\n for_each = var.x\n content {}\n }', 0)],
)
def test_the_console_of_the_machine_on_an_interface(console: str, expected: int) -> None:
    text = (
        'resource "azurerm_network_interface" "n" {\n  ip_configuration {\n    public_ip_address_id = "x"\n  }\n}\n'
        'resource "azurerm_linux_virtual_machine" "m" {\n'
        f"  network_interface_ids = [azurerm_network_interface.n.id]\n  {console}\n}}\n"
    )
    assert len(hits(azure.console_with_public_address, text)) == expected


def test_apps_in_json_go_to_sleep_too() -> None:
    text = """{"resource": {"azurerm_app_service": {"a": {"site_config": {"always_on": %s}}}}}"""
    for written, expected in (("false", ["site_config.always_on"]), ("true", []), ('"${var.on}"', [])):
        found, _ = read({"main.tf.json": text % written})
        subject = next(one for one in found if one.kind == "terraform.resource")
        assert [".".join(map(str, one.at)) for one in azure.goes_to_sleep(subject, NO_OPTIONS)] == expected


@pytest.mark.parametrize(
    ("servers", "expected"),
    [
        ('["8.8.8.8", "10.0.0.4", "1.1.1.1"]', ["dns_servers.0", "dns_servers.2"]),
        ('["168.63.129.16", "192.168.1.1", "172.16.0.1"]', []),
        ('[var.one, "not an address", 5]', []),
        ("var.all", []),
    ],
)
def test_servers_of_names_on_the_internet(servers: str, expected: list[str]) -> None:
    text = f'resource "azurerm_virtual_network" "v" {{\n  dns_servers = {servers}\n}}\n'
    assert hits(azure.distant_dns, text) == expected


POLICY = 'resource "azurerm_web_application_firewall_policy" "p" {\n  managed_rules {\n    %s\n  }\n}\n'
OVERRIDE = 'managed_rule_set {\n version = "3.2"\n rule_group_override {\n rule_group_name = "%s"\n %s\n }\n }'
SET = "managed_rules.0.managed_rule_set.0"
JAVA = "REQUEST-944-APPLICATION-ATTACK-JAVA"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ('managed_rule_set {\n version = "3.1"\n }', []),
        ('managed_rule_set {\n version = "3.0"\n }', [f"{SET}.version"]),
        ("managed_rule_set {\n version = var.version\n }", []),
        ('managed_rule_set {\n type = "Microsoft_BotManagerRuleSet"\n version = "1.0"\n }', [""]),
        ('managed_rule_set {\n type = var.type\n version = "3.0"\n }', []),
        (OVERRIDE % (JAVA, ""), [f"{SET}.rule_group_override.0.rule_group_name"]),
        (OVERRIDE % ("REQUEST-942-APPLICATION-ATTACK-SQLI", ""), []),
        (OVERRIDE % (JAVA, 'disabled_rules = ["944100"]'), []),
        (OVERRIDE % (JAVA, 'disabled_rules = ["944240"]'), [f"{SET}.rule_group_override.0.disabled_rules.0"]),
        (OVERRIDE % (JAVA, "disabled_rules = var.off"), []),
        (OVERRIDE % (JAVA, 'rule {\n id = "944240"\n }'), [f"{SET}.rule_group_override.0.rule.0.id"]),
        (OVERRIDE % (JAVA, 'rule {\n id = "944240"\n enabled = var.on\n }'), []),
        (OVERRIDE % (JAVA, 'rule {\n id = "944240"\n enabled = true\n action = "Block"\n }'), []),
    ],
)
def test_what_lets_the_log4j_attack_through(rules: str, expected: list[str]) -> None:
    assert hits(azure.log4j_let_through, POLICY % rules) == expected


@pytest.mark.parametrize(
    ("version", "expected"), [("", [""]), ("~> 4.0", [""]), (">= 3.1, < 5", [""]), ("~> 5.2", []), (">= 6", [])]
)
def test_containers_are_private_from_version_5_on(version: str, expected: list[str]) -> None:
    text = 'resource "azurerm_storage_account" "a" {\n  name = "a"\n}\n'
    if version:
        text += f'terraform {{\n  required_providers {{\n    azurerm = {{ version = "{version}" }}\n  }}\n}}\n'
    assert hits(azure.public_blobs, text) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('source_address_prefix = "10.0.0.0/26"', ["source_address_prefix"]),
        ('source_address_prefix = "10.0.0.0/27"', []),
        ('source_address_prefixes = ["10.0.0.4/32", "172.16.0.0/12"]', ["source_address_prefixes.1"]),
        ('source_address_prefix = "172.32.0.0/31"', ["source_address_prefix"]),
        ('source_address_prefix = "100.64.0.0/27"', []),
        ('source_address_prefix = "VirtualNetwork"', []),
        ('source_address_prefix = "0.0.0.0/0"', []),
        ("source_address_prefix = var.from", []),
    ],
)
def test_networks_that_are_wide(source: str, expected: list[str]) -> None:
    text = RULE % f'direction = "Inbound"\n  destination_port_range = "22"\n  {source}'
    assert hits(azure_network.port_open_to_many, text, {"addresses": 32}) == expected


@pytest.mark.parametrize(
    ("ports", "internal", "other"),
    [
        ('destination_port_range = "8080"', True, False),
        ('destination_port_range = "8000-9100"', False, False),
        ('destination_port_range = "8070-8085"', True, False),
        ('destination_port_range = "12000-14000"', False, True),
        ('destination_port_range = "443"', False, False),
        ('destination_port_ranges = ["443", "25"]', True, False),
        ('destination_port_range = "*"', False, False),
        ("", False, False),
    ],
)
def test_ports_are_told_by_one_rule(ports: str, internal: bool, other: bool) -> None:
    text = RULE % f'direction = "Inbound"\n  source_address_prefix = "*"\n  {ports}'
    assert bool(hits(azure_network.internal_port, text)) is internal
    assert bool(hits(azure_network.other_port, text, {"ports": [80, 443]})) is other


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ('"10.0.0.0"', '"10.0.1.0"', ["end_ip_address"]),
        ('"10.0.0.0"', '"10.0.0.255"', []),
        ('"0.0.0.0"', '"255.255.255.255"', []),
        ('"10.0.0.9"', '"10.0.0.1"', []),
        ('"10.0.0.0"', "var.end", []),
        ('"here"', '"there"', []),
    ],
)
def test_firewalls_of_databases_that_are_wide(start: str, end: str, expected: list[str]) -> None:
    text = (
        f'resource "azurerm_mssql_firewall_rule" "r" {{\n  start_ip_address = {start}\n  end_ip_address = {end}\n}}\n'
    )
    assert hits(azure_network.wide_database_firewall, text, {"addresses": 256}) == expected
