"""Blocks that are judged as the resources that they could be."""

from __future__ import annotations

import pytest

from devopslint.policy.subject import Subject
from devopslint.syntax.tree import UNKNOWN
from tests.terraform.test_module import read


def pools(name: str, text: str) -> list[Subject]:
    """The pools of nodes that a file gives."""
    found, _ = read({name: text})
    return [subject for subject in found if subject.type == "google_container_node_pool"]


def test_a_pool_within_a_cluster_is_a_pool() -> None:
    text = 'resource "google_container_cluster" "main" {\n  node_pool {\n    name = "a"\n  }\n  node_pool {\n  }\n}\n'
    first, second = pools("main.tf", text)
    assert first.address == second.address == "google_container_cluster.main.node_pool"
    assert first.get("name") == "a"
    place = second.place(())
    assert (place.source.text[place.start : place.end], place.source.text.count("\n", 0, place.start)) == (
        "node_pool",
        4,
    )


def test_dynamic_pools_are_known_when_their_items_are() -> None:
    head = 'resource "google_container_cluster" "main" {\n  dynamic "node_pool" {\n    for_each = '
    tail = "\n    content {\n      name = node_pool.value\n    }\n  }\n}\n"
    assert [one.get("name") for one in pools("main.tf", f'{head}["a", "b"]{tail}')] == ["a", "b"]
    assert pools("main.tf", f"{head}var.pools{tail}") == []


def test_each_cluster_of_several_has_its_pool() -> None:
    text = (
        'resource "google_container_cluster" "main" {\n  for_each = toset(["a", "b"])\n'
        "  node_pool {\n    name = each.key\n    version = var.given\n  }\n}\n"
    )
    found = pools("main.tf", text)
    assert [one.get("name") for one in found] == ["a", "b"]
    assert found[0].get("version") is UNKNOWN


@pytest.mark.parametrize("pool", ['{"name": "a"}', '[{"name": "a"}]'])
def test_pools_in_json(pool: str) -> None:
    text = f'{{"resource": {{"google_container_cluster": {{"main": {{"node_pool": {pool}}}}}}}}}'
    assert [one.get("name") for one in pools("main.tf.json", text)] == ["a"]
