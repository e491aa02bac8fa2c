"""Checks of AWS policy documents: JSON in strings and heredocs, `jsonencode`, and `aws_iam_policy_document`."""

from __future__ import annotations

from devopslint.knowledge.aws_policy import (
    HOLE,
    Entry,
    Statement,
    escalating,
    is_any_action,
    read_policy,
    service_wildcard,
)
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.hcl_nodes import Block, Expression, plain, walk
from devopslint.syntax.tree import UNKNOWN, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.module import Module
    from devopslint.policy.subject import Subject
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import Mark

    Options = Mapping[str, Any]

_TRUST = "assume_role_policy"
_RESOURCE_POLICIES = frozenset(
    {"aws_s3_bucket_policy", "aws_s3_bucket", "aws_sqs_queue", "aws_sqs_queue_policy", "aws_sns_topic",
     "aws_sns_topic_policy", "aws_ecr_repository_policy", "aws_kms_key", "aws_kms_key_policy",
     "aws_secretsmanager_secret_policy", "aws_backup_vault_policy", "aws_cloudwatch_event_bus_policy",
     "aws_efs_file_system_policy", "aws_glacier_vault", "aws_s3_access_point",
     "aws_elasticsearch_domain", "aws_elasticsearch_domain_policy",
     "aws_opensearch_domain", "aws_opensearch_domain_policy"}
)  # fmt: skip


def admin_policy(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement that allows every action on every resource."""
    for where, statement in _statements(subject, "policy"):
        if not statement.allows or statement.conditions or statement.open or statement.principals:
            continue
        action = next((entry for entry in statement.actions if is_any_action(entry.value)), None)
        if action is not None and statement.everywhere() is not None:
            yield where.problem(action, statement)


def wildcard_action(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement that allows `service:*` on every resource."""
    for where, statement in _statements(subject, "policy"):
        if not statement.allows or statement.everywhere() is None or statement.principals or statement.conditions:
            continue
        found = [one for one in statement.actions if service_wildcard(one.value) not in {None, "iam", "sts"}]
        if found:
            yield where.problem(found[0], statement, actions=_listing(found))


def service_wildcard_action(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement that allows `service:*` on some resources."""
    for where, statement in _statements(subject, "policy"):
        if statement.allows and statement.everywhere() is None and not statement.principals:
            found = [one for one in statement.actions if service_wildcard(one.value) is not None]
            if found:
                yield where.problem(found[0], statement, actions=_listing(found))


def privilege_escalation(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement that allows, on every resource, to take more rights."""
    for where, statement in _statements(subject, "policy"):
        if not statement.allows or statement.everywhere() is None or statement.conditions or statement.open:
            continue
        if statement.principals:
            continue
        found = [one for one in statement.actions if escalating(one.value)]
        if found:
            yield where.problem(found[0], statement, actions=_listing(found))


def _listing(found: list[Entry]) -> str:
    """Return the first actions in words: `` `s3:*`, `ec2:*` and 4 more``."""
    shown = ", ".join(f"`{entry.value}`" for entry in found[:3])
    return shown + (f" and {len(found) - 3} more" if len(found) > 3 else "")


def allow_by_exclusion(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement that allows everything but some actions."""
    for where, statement in _statements(subject, "policy"):
        if (
            statement.allows
            and statement.not_actions
            and statement.everywhere() is not None
            and not statement.principals
        ):
            yield where.problem(statement.not_actions[0], statement)


def trust_everyone(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement by which anyone may take on a role."""
    for where, statement in _statements(subject, _TRUST):
        entry = statement.everyone()
        if entry is not None:
            yield where.problem(entry, statement)


def trust_any_repository(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement by which every GitHub repository's workflows may take on a role."""
    for where, statement in _statements(subject, _TRUST):
        if not statement.allows or statement.open or any(key.endswith(":sub") for key in statement.conditions):
            continue
        for kind, entry in statement.principals:
            known = entry.value.replace(HOLE, "") if isinstance(entry.value, str) else ""
            if kind == "Federated" and known.endswith("oidc-provider/token.actions.githubusercontent.com"):
                yield where.problem(entry, statement)


def public_policy(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each statement of a resource's policy that allows something to everyone."""
    if subject.kind == "terraform.data" and not _is_resource_policy(subject):
        return
    if "domain" in subject.type and _in_network(subject.context):
        return
    path = next((name for name in ("access_policies", "access_policy") if name in subject.value), "policy")
    for where, statement in _statements(subject, path):
        entry = statement.everyone()
        if entry is not None:
            yield where.problem(entry, statement)


def _is_resource_policy(document: Subject) -> bool:
    """Say whether a policy document becomes the policy of a bucket, queue, topic, key, registry or secret."""
    module: Module = document.context
    for declared in module.all("resource"):
        kind = declared.label(0)
        if kind not in _RESOURCE_POLICIES or ("domain" in kind and _in_network(module)):
            continue
        policies = [declared.block.get(name) for name in ("policy", "access_policies", "access_policy")]
        if document.address in module.referred_by(policies):
            return True
    return False


def _in_network(module: Module) -> bool:
    """Say whether a search domain of the folder stands inside a network, where its policy's `*` means who is there."""
    return any("vpc_options" in one.block for one in module.all("resource") if one.label(0).endswith("search_domain"))


def statements_of(subject: Subject, path: str = "policy") -> Iterator[tuple[Where, Statement]]:
    """Yield the statements of the policy at a path of a resource, or of a policy document, each with its places."""
    yield from _statements(subject, path)


class Where:
    """Turns marks of a policy into places."""

    __slots__ = ("fallback", "source")

    def __init__(self, source: Source | None, fallback: Place) -> None:
        self.source = source
        self.fallback = fallback

    def problem(self, entry: Entry, statement: Statement, **values: Any) -> Problem:
        """Return the problem that points at an entry of a statement."""
        mark = entry.mark
        place = self.fallback
        if self.source is not None and mark is not None and mark[1] > mark[0]:
            place = Place(self.source, *mark)
        return Problem(place, **values)


def _statements(subject: Subject, path: str) -> Iterator[tuple[Where, Statement]]:
    """Yield the statements of a subject's policy, or those of a policy document that is a data source.

    A data source is judged as trust when it has principals and assumes roles, as a policy when it has none.
    """
    if subject.kind == "terraform.data":
        found = list(_data_statements(subject))
        trust = any(
            str(entry.value).startswith("sts:AssumeRole") for _, one in found if one.principals for entry in one.actions
        )
        if trust == (path == _TRUST):
            yield from found
        return
    if path in subject.value:
        yield from _value_statements(subject, (path,), subject.value[path], subject.value.at[path][2:])
    inline = subject.value.get("inline_policy")
    if path == "policy" and isinstance(inline, Seq):
        for index, block in enumerate(inline):
            if isinstance(block, Map) and "policy" in block:
                place = ("inline_policy", index, "policy")
                yield from _value_statements(subject, place, block["policy"], block.at["policy"][2:])


def _value_statements(
    subject: Subject, path: tuple[str | int, ...], raw: Any, mark: Mark
) -> Iterator[tuple[Where, Statement]]:
    source = subject.document.source
    fallback = Place(source, *mark)
    root, where = _document(raw, mark, subject.context, source)
    for statement in read_policy(root):
        yield Where(where, fallback), statement


def _document(raw: Any, mark: Mark, module: Module, source: Source) -> tuple[Any, Source | None]:
    """Return the tree of a policy document, and the source that its marks count in (`None`: its marks mean nothing)."""
    if isinstance(raw, str):
        if source.text.startswith("<<", mark[0]):
            return _json(_blank(source, mark, ()), source.path), source
        return _json(raw, source.path), None
    if isinstance(raw, Expression):
        node = plain(raw.node)
        if node.type == "heredoc_template":
            return _json(_blank(source, mark, _holes(raw)), source.path), source
        if node.type == "function_call" and raw.text_of(node.children[0]) == "jsonencode":
            return module.value(raw), source
        found = module.value(raw)
        return (_json(found, source.path) if isinstance(found, str) else found), None
    return raw, None


def _holes(expression: Expression) -> list[Mark]:
    return [
        (node.start_byte + expression.shift, node.end_byte + expression.shift)
        for node in walk(expression.node, lambda node: not node.type.startswith("template_interpolation"))
        if node.type in {"template_interpolation", "template_directive"}
    ]


def _blank(source: Source, mark: Mark, holes: Any) -> str:
    """Return the JSON of a heredoc at its own offsets, with what is not known replaced at equal length."""
    text = source.text
    start = text.find("\n", mark[0], mark[1]) + 1
    end = text.rfind("\n", mark[0], mark[1])
    pieces = [" " * start]
    at = start
    for first, last in holes:
        pieces += [text[at:first], HOLE * (last - first)]
        at = last
    pieces.append(text[at:end])
    return "".join(pieces)


def _json(text: str, path: str) -> Any:
    from devopslint.syntax.json import read_json
    from devopslint.syntax.source import Source

    documents, problems = read_json(Source(path, text))
    return documents[0].root if documents and not problems else UNKNOWN


def _data_statements(subject: Subject) -> Iterator[tuple[Where, Statement]]:
    """Yield the statements of an `aws_iam_policy_document`."""
    blocks = subject.value.get("statement")
    source = subject.document.source
    module: Module = subject.context
    for block in blocks if isinstance(blocks, Seq) else ():
        if not isinstance(block, Block) or block.header is None:
            continue
        statement = Statement(block.header)
        statement.effect = module.value(block.get("effect", "Allow"))
        statement.actions = _listed(module, block, "actions")
        statement.not_actions = _listed(module, block, "not_actions")
        statement.resources = _listed(module, block, "resources")
        statement.not_resources = _listed(module, block, "not_resources")
        conditions, principals = block.get("condition"), block.get("principals")
        statement.open = any(one is UNKNOWN or getattr(one, "open", False) for one in (conditions, principals))
        for condition in conditions if isinstance(conditions, Seq) else ():
            if not isinstance(condition, Map):
                continue
            variable = module.value(condition.get("variable", UNKNOWN))
            if isinstance(variable, str):
                statement.conditions.append(variable.lower())
            else:
                statement.open = True
        for principal in principals if isinstance(principals, Seq) else ():
            if not isinstance(principal, Map):
                continue
            kind = module.value(principal.get("type", UNKNOWN))
            for entry in _listed(module, principal, "identifiers"):
                statement.principals.append((kind if isinstance(kind, str) else "", entry))
        yield Where(source, Place(source, *block.header)), statement


def _listed(module: Module, block: Map, key: str) -> list[Entry]:
    if key not in block:
        return []
    mark = block.at[key][2:]
    raw = block[key]
    value = module.value(raw)
    if not isinstance(value, Seq):
        return [Entry(UNKNOWN, mark)]
    own = raw is value
    return [Entry(module.value(item), value.at[index] if own else mark) for index, item in enumerate(value)]
