"""Checks of S3 buckets, of which each aspect is a resource of its own or, in older code, a block of the bucket."""

from __future__ import annotations

from devopslint.artifacts.terraform.checks.blocks import is_absent, is_false, nested, problem_at
from devopslint.artifacts.terraform.indexes import once, resources
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import MISSING, UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.module import Module
    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Path

    Options = Mapping[str, Any]

_BLOCK = "aws_s3_bucket_public_access_block"
_ACCOUNT_BLOCK = "aws_s3_account_public_access_block"
_BLOCKS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
_OPEN_ACLS = frozenset({"public-read", "public-read-write", "authenticated-read", "website"})
_EVERYONE = ("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers")
_SSE = "server_side_encryption_configuration"


def open_acl(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a canned ACL that lets strangers in, and for each grant to everyone."""
    if acls_are_ignored(subject):
        return
    yield from _open_acls(subject)


def acl_without_effect(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each open ACL that the bucket's access block refuses or ignores."""
    if acls_are_ignored(subject):
        yield from _open_acls(subject)


def _open_acls(subject: Subject) -> Iterator[Problem]:
    acl = subject.get("acl")
    if isinstance(acl, str) and acl in _OPEN_ACLS:
        yield Problem("acl", acl=acl)
    for names in ("access_control_policy.grant.grantee", "grant"):
        for grant in nested(subject, names):
            yield from _grant(subject, grant)


def _grant(subject: Subject, base: Path) -> Iterator[Problem]:
    uri = subject.get((*base, "uri"))
    if isinstance(uri, str) and uri.endswith(_EVERYONE):
        yield Problem((*base, "uri"), acl=uri.rpartition("/")[2])


def acls_are_ignored(subject: Subject) -> bool:
    """Say whether the access block of a bucket, or of the whole account, makes open ACLs ineffective."""
    return _is_blocked(subject, ("ignore_public_acls", "block_public_acls"))


def policies_are_refused(subject: Subject) -> bool:
    """Say whether the access block of a bucket, or of the whole account, refuses or ignores policies for everyone."""
    return _is_blocked(subject, ("block_public_policy", "restrict_public_buckets"))


def _is_blocked(subject: Subject, settings: tuple[str, ...]) -> bool:
    module: Module = subject.context
    values = [block.get(name) for block in beside(subject, _BLOCK) if block.value is not UNKNOWN for name in settings]
    for account in resources(module, _ACCOUNT_BLOCK):
        values += [module.value(account.block.get(name)) for name in settings]
    return any(value is True for value in values)


def beside(subject: Subject, kind: str) -> Iterator[Subject]:
    """Yield the resources of a type that belong to the same bucket as this one, or to this bucket."""
    bucket = bucket_of(subject)
    if bucket is not None and bucket.related is not None:
        yield from bucket.related(kind)


def bucket_of(subject: Subject) -> Subject | None:
    """Return the bucket that a resource is for, as far as it stands in the same folder."""
    if subject.type == "aws_s3_bucket":
        return subject
    module: Module = subject.context
    for address in sorted(module.referred_by(subject.value.get("bucket"))):
        bucket = module.subjects.get(address)
        if bucket is not None and bucket.type == "aws_s3_bucket":
            return bucket
    return None


def is_website(subject: Subject) -> bool:
    """Say whether the bucket of a resource is, or may be, a website, which answers plain HTTP only."""
    bucket = bucket_of(subject)
    if bucket is not None and not is_absent(bucket, "website"):
        return True
    return any(True for _ in beside(subject, "aws_s3_bucket_website_configuration"))


def access_not_blocked(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each of the four settings that is off, and one for those that are not there."""
    if subject.type == "aws_s3_access_point":
        # Here what is left out is on.
        for block in nested(subject, "public_access_block_configuration"):
            for name in _BLOCKS:
                if is_false(subject, (*block, name)):
                    yield problem_at(subject, (*block, name), setting=name)
        return
    left_out: list[str] = []
    for name in _BLOCKS:
        value = subject.get(name)
        if value is MISSING and name not in subject.value:
            left_out.append(name)
        elif value is MISSING or is_false(subject, (name,)):
            yield problem_at(subject, (name,), setting=name)
    if left_out:
        yield Problem((), setting="`, `".join(left_out))


def without_access_block(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a bucket that neither its own access block nor the account's keeps closed."""
    module: Module = subject.context
    if resources(module, _ACCOUNT_BLOCK):
        return
    if subject.related is not None and not any(True for _ in subject.related(_BLOCK)):
        yield Problem()


def without_access_logs(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a bucket whose accesses are not logged, unless it is itself what logs are written to."""
    if not is_absent(subject, "logging") or subject.related is None:
        return
    if any(True for _ in subject.related("aws_s3_bucket_logging")):
        return
    if not _takes_logs(subject):
        yield Problem()


def _takes_logs(subject: Subject) -> bool:
    """Say whether a bucket is, or may be, what the logs of something else are written to."""
    module: Module = subject.context
    for one in (subject, *beside(subject, "aws_s3_bucket_acl")):
        if one.get("acl") in ("log-delivery-write", UNKNOWN):
            return True
    writers = once(module, "writers of logs", _writers_of_logs).get(subject.address, set())
    return not writers <= {subject.address}


_LOGGED_TO = {
    "aws_s3_bucket_logging": ("target_bucket",),
    "aws_s3_bucket": ("logging",),
    **dict.fromkeys(("aws_lb", "aws_alb", "aws_elb", "aws_cloudfront_distribution"), ("access_logs", "logging_config")),
}
"""The arguments that say where logs are written to."""


def _writers_of_logs(module: Module) -> dict[str, set[str]]:
    """Return by address what writes its logs there; a bucket does not count for itself."""
    found: dict[str, set[str]] = {}
    for type_name, arguments in _LOGGED_TO.items():
        for declared in resources(module, type_name):
            for address in module.referred_by([declared.block.get(name) for name in arguments]):
                found.setdefault(address, set()).add(declared.address)
    return found


def without_own_key(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a bucket, or the configuration of its encryption, that uses the key of S3.

    Services write their logs to buckets that are encrypted with the key of S3 only.
    """
    bucket = bucket_of(subject)
    if bucket is not None and _takes_logs(bucket):
        return
    if subject.type != "aws_s3_bucket":
        yield from _algorithms(subject, "rule.apply_server_side_encryption_by_default")
        return
    if not is_absent(subject, _SSE):
        yield from _algorithms(subject, f"{_SSE}.rule.apply_server_side_encryption_by_default")
    elif subject.related is not None and not any(True for _ in subject.related(f"aws_s3_bucket_{_SSE}")):
        yield Problem()


def _algorithms(subject: Subject, names: str) -> Iterator[Problem]:
    for block in nested(subject, names):
        path = (*block, "sse_algorithm")
        value = subject.get(path)
        if value is MISSING or (isinstance(value, str) and not value.startswith("aws:kms")):
            yield Problem(path)


def without_versioning(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a bucket without versioning; where it says that it has none, there."""
    if subject.type == "aws_s3_bucket_versioning":
        if subject.get("versioning_configuration.status") in ("Suspended", "Disabled"):
            yield Problem("versioning_configuration.status")
        return
    enabled = subject.get("versioning.enabled")
    if enabled is UNKNOWN or enabled in (True, "true"):
        return
    if is_absent(subject, "versioning") and subject.related is not None:
        if not any(True for _ in subject.related("aws_s3_bucket_versioning")):
            yield Problem()
    elif not is_absent(subject, "versioning"):
        yield Problem("versioning.enabled")


def open_cors(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each CORS rule by which every website may write or delete."""
    for rule in nested(subject, "cors_rule"):
        origins = subject.get((*rule, "allowed_origins"))
        methods = subject.get((*rule, "allowed_methods"))
        if not isinstance(origins, list) or not isinstance(methods, list) or "*" not in origins:
            continue
        for index, method in enumerate(methods):
            if method in ("PUT", "POST", "DELETE"):
                yield Problem((*rule, "allowed_methods", index), value=method)
                break


def website(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a bucket that is a website, in either of the two forms."""
    if subject.type == "aws_s3_bucket_website_configuration":
        yield Problem()
    elif any(True for _ in nested(subject, "website")):
        yield Problem("website", part="key")
