"""What belongs to a resource when it stands in another folder."""

from __future__ import annotations

from devopslint.syntax.tree import UNKNOWN
from tests.terraform.test_module import read

CHILD = """
resource "aws_s3_bucket" "b" { bucket = "logs" }
resource "aws_s3_bucket" "c" { bucket = "data" }
output "name" { value = aws_s3_bucket.b.id }
"""


def versionings(caller: str, address: str = "aws_s3_bucket.b") -> list[object]:
    """The values of the versionings of a bucket in a folder that is called."""
    found, _ = read({"modules/store/main.tf": CHILD, "main.tf": caller})
    bucket = next(subject for subject in found if subject.address == address)
    assert bucket.related is not None
    return [subject.value for subject in bucket.related("aws_s3_bucket_versioning")]


CALL = 'module "store" {\n  source = "./modules/store"\n}\n'
VERSIONING = 'resource "aws_s3_bucket_versioning" "v" {\n  bucket = module.store.name\n}\n'


def test_what_a_caller_makes_of_an_output_may_belong_to_it() -> None:
    assert versionings(CALL + VERSIONING) == [UNKNOWN]


def test_instances_of_a_call_count_too() -> None:
    counted = CALL.replace("}\n", "  count = 1\n}\n")
    assert versionings(counted + VERSIONING.replace("store.name", "store[0].name")) == [UNKNOWN]


def test_a_module_that_a_caller_gives_the_output_may_make_it() -> None:
    other = 'module "versions" {\n  source = "example/versions/aws"\n  bucket = module.store.name\n}\n'
    assert versionings(CALL + other) == [UNKNOWN]


def test_other_resources_and_outputs_do_not_count() -> None:
    assert versionings(CALL + VERSIONING.replace("_versioning", "_logging")) == []
    assert versionings(CALL + VERSIONING.replace("store.name", "shop.name")) == []
    assert versionings(CALL + VERSIONING, "aws_s3_bucket.c") == []


def test_what_is_switched_off_for_good_is_not_there() -> None:
    off = 'resource "aws_s3_bucket_versioning" "v" {\n  count = COUNT\n  bucket = aws_s3_bucket.b.id\n}\nvariable "on" { default = 0 }\n'
    for count, expected in (("0", []), ("false ? 1 : 0", []), ("var.on", [UNKNOWN])):
        found, _ = read({"main.tf": CHILD + off.replace("COUNT", count)})
        bucket = next(subject for subject in found if subject.address == "aws_s3_bucket.b")
        assert bucket.related is not None
        assert [subject.value for subject in bucket.related("aws_s3_bucket_versioning")] == expected
