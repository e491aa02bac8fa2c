"""Checks of credentials that are written down, and of variables and outputs that show them."""

from __future__ import annotations

from devopslint.knowledge.aws_policy import HOLE
from devopslint.knowledge.credentials import (
    find_assignments,
    find_credential,
    find_credentials,
    is_plausible_secret,
    looks_like_secret_name,
    may_hold_credential,
)
from devopslint.policy.subject import Place, Problem
from devopslint.syntax.hcl_nodes import Block, Expression, plain, walk
from devopslint.syntax.spans import Spans
from devopslint.syntax.tree import MISSING, Map, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.policy.subject import Subject
    from devopslint.syntax.tree import Mark

    Options = Mapping[str, Any]

_NOT_SECRET = frozenset(
    {
        "name",
        "description",
        "type",
        "engine",
        "storage_type",
        "key_name",
        "algorithm",
        "default_action",
        "authorization",
    }
)
_ALWAYS_SECRET = frozenset({"secret_data", "secret_binary", "admin_ssh_password"})
_KEYS = frozenset({"app_key", "application_key", "account_key", "client_key", "encryption_key", "primary_key"})
"""Arguments of providers that elsewhere name no secret."""
_TEXT_NODES = frozenset({"heredoc_template", "quoted_template", "string_lit"})
_MOST_TEXT = 100_000
_STANDINS = frozenset({"test", "mock", "fake", "localstack", "foobar", "anaccesskey", "asecretkey", "mock_access_key"})
"""What people give a provider that talks to an emulator."""
_GENERATED = frozenset({"random_password", "random_string", "random_id", "tls_private_key", "time_rotating"})
_SECRET_SOURCES = frozenset(
    {"aws_ssm_parameter", "aws_secretsmanager_secret_version", "random_password", "aws_kms_secrets",
     "vault_generic_secret", "vault_kv_secret_v2", "aws_iam_access_key", "tls_private_key"}
)  # fmt: skip
"""Resources and data sources whose values are secrets."""


def written_credential(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each literal that is a credential by its form, or by the name that it stands under."""
    source = subject.document.source
    seen = Spans()
    may_hold_form = may_hold_credential(source.text)
    for name, value, mark, parents in _literals(subject.value, subject):
        if seen.meet(*mark):
            continue
        if isinstance(value, str) and _is_secret(name, value, parents):
            seen.add(*mark)
            yield Problem(Place(source, *mark), what=f"the value of `{name}`")
            continue
        text = source.text[mark[0] : mark[1]]
        if not (may_hold_form or "=" in text or ":" in text or "\\" in text):
            continue  # the form of a credential, an assignment, or a character that is written as its number
        is_long = "\n" in text
        for title, start, end in _in_text(text, value, parents):
            place = (mark[0] + start, mark[0] + end)
            if seen.meet(*place):
                continue
            seen.add(*(place if is_long else mark))
            yield Problem(Place(source, *(place if is_long else mark)), what=title)
            if not is_long:
                break


def _in_text(text: str, value: Any, parents: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
    """Yield what a literal, or the text of an expression, holds besides itself: credentials, assignments in a script."""
    if (
        isinstance(value, str)
        and "PRIVATE KEY" in value
        and "\\" in text
        and find_credential(value.replace("\\n", "\n"))
    ):
        yield "a private key", 0, len(text)
        return
    yield from find_credentials(text)
    if parents[:1] == ("output",) or len(text) > _MOST_TEXT:
        return
    for base, part in _scripts(text, value):
        for name, start, end in find_assignments(part):
            if not looks_like_reference(part[start:end]):
                yield f"the value of `{name}`", base + start, base + end


def _scripts(text: str, value: Any) -> Iterator[tuple[int, str]]:
    """Yield the texts in which assignments are looked for: a literal, a template, the heredocs in an expression."""
    if not isinstance(value, Expression) or text.startswith(("<<", '"')):
        yield 0, text
    elif "<<" in text or "base64encode(" in text:
        for node in walk(value.node, lambda node: node.type not in _TEXT_NODES):
            if node.type in _TEXT_NODES:
                yield node.start_byte + value.shift - value.start, value.text_of(node)


def _is_secret(name: str, value: str, parents: tuple[str, ...]) -> bool:
    if HOLE in value:
        return False
    named = looks_like_secret_name(name) or name in _ALWAYS_SECRET or (parents[:1] == ("provider",) and name in _KEYS)
    if name in _NOT_SECRET or not named or not is_plausible_secret(value):
        return False
    if parents[:1] in {("output",), ("moved",), ("import",)} or any(parent in _GENERATED for parent in parents):
        return False
    if name == "secret" and any(parent.startswith("google_secret_manager") for parent in parents):
        return False  # the name of the secret
    if parents[:1] == ("provider",) and value.lower() in _STANDINS:
        return False
    return not value.startswith(("alias/", "key/")) and not looks_like_reference(value)


def looks_like_reference(value: str) -> bool:
    """Say whether a text is the traversal of something (`var.password`, `data.x.y`) that lost its template."""
    return value.startswith(("var.", "local.", "data.", "module.", "each.", "aws_", "random_"))


def _literals(root: Any, file: Subject) -> Iterator[tuple[str, Any, Mark, tuple[str, ...]]]:
    """Yield every text of a tree: the name that it stands under, its value, its mark, and the types and labels above.

    The default of a variable stands under the variable's name; an expression is yielded for the sake of its text. The
    JSON of a heredoc is looked through too.
    """
    holds_heredoc = "<<" in file.document.source.text
    stack: list[tuple[Any, str, tuple[str, ...]]] = [(root, "", ())]
    while stack:
        node, owner, parents = stack.pop()
        if isinstance(node, Block) and node.type:
            parents = (*parents, node.type, *(str(label) for label in node.labels))[:8]
        if isinstance(node, Map):
            for key, value in node.items():
                mark = node.at[key][2:]
                name = key
                if parents[:1] == ("variable",) and key == "default" and len(parents) > 1:
                    name = parents[1]
                if isinstance(node, Block) and node.type == "variable" and key in {"description", "type"}:
                    continue
                if key == "value" and "name" in node and isinstance(node["name"], str):
                    name = node["name"]
                if isinstance(value, (Map, Seq)):
                    stack.append((value, name, parents))
                elif isinstance(value, (str, Expression)):
                    yield name, value, mark, parents
                    embedded = _embedded_json(value, mark, file) if holds_heredoc else None
                    if embedded is not None:
                        stack.append((embedded, name, parents))
                    if isinstance(value, Expression) and not value.is_plain and "{" in value.text:
                        yield from _inside(value, parents)
        elif isinstance(node, Seq):
            for index, value in enumerate(node):
                if isinstance(value, (Map, Seq)):
                    stack.append((value, owner, parents))
                elif isinstance(value, (str, Expression)):
                    yield owner if not owner.endswith("s") else "", value, node.at[index], parents


def _embedded_json(value: Any, mark: Mark, file: Subject) -> Any:
    """Return the tree of the JSON that a heredoc holds, what is not known left out; `None` when it holds none."""
    source = file.document.source
    if not source.text.startswith("<<", mark[0]):
        return None
    line = source.text.find("\n", mark[0], mark[1]) + 1
    if not source.text[line : mark[1]].lstrip().startswith(("{", "[")):
        return None
    from devopslint.artifacts.terraform.policies import read_embedded

    root, where = read_embedded(value, mark, file.context, source)
    return root if where is not None and isinstance(root, (Map, Seq)) else None


def _inside(expression: Expression, parents: tuple[str, ...]) -> Iterator[tuple[str, Any, Mark, tuple[str, ...]]]:
    """Yield the literal texts of the objects inside an expression: `jsonencode({ password = "…" })`, `merge(…)`.

    In an object with a `name` and a `value`, the value stands under that name.
    """
    for node in expression.nodes("object"):
        pairs: dict[str, tuple[str, Mark]] = {}
        for child in node.children:
            if child.type != "object_elem" or child.child_count < 3:
                continue
            value = plain(child.children[-1])
            if value.type == "string_lit":
                mark = (value.start_byte + expression.shift, value.end_byte + expression.shift)
                pairs[expression.text_of(child.children[0]).strip('"')] = expression.text_of(value)[1:-1], mark
        name = pairs.get("name", ("",))[0]
        for key, (text, mark) in pairs.items():
            yield name if key == "value" and name else key, text, mark, parents


def insensitive_variable(variable: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a variable that by its name and type holds a secret and is not `sensitive`."""
    name = variable.address.partition(".")[2]
    if not looks_like_secret_name(name) or variable.get("sensitive") not in (MISSING, False):
        return
    if variable.get("ephemeral") not in (MISSING, False):
        return
    kind = variable.raw("type")
    text = kind.text if isinstance(kind, Expression) else str(kind)
    default = variable.raw("default")
    if text.startswith(("bool", "number")) or isinstance(default, (bool, int, float)):
        return
    yield Problem(name=name)


def insensitive_output(output: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for an output that shows a password or a secret key and is not `sensitive`."""
    if any(output.get(key) is not MISSING and output.get(key) is not False for key in ("sensitive", "ephemeral")):
        return
    value = output.raw("value")
    if not isinstance(value, Expression):
        return
    is_whole = value.text.startswith('"')
    revealed = value.text.startswith("nonsensitive(")
    for reference in value.references():
        names = [step for step in reference.steps if isinstance(step, str)]
        is_alone = value.text.strip() == value.source.text[reference.start : reference.end]
        if names and names[0] == "var" and len(names) > 1:
            declared = output.context.declared.get(f"var.{names[1]}")
            is_sensitive = declared is not None and declared.block.get("sensitive") is True
            by_name = declared is not None and looks_like_secret_name(names[1])
            secret = (is_sensitive and (is_whole or is_alone)) or (by_name and (is_alone or revealed))
        else:
            owner = names[1] if names and names[0] == "data" else names[0] if names else ""
            secret = (
                len(names) > 2 and is_alone and (_shows_secret(names[-1]) or (owner, names[-1]) in _SECRET_ATTRIBUTES)
            )
        if secret:
            yield Problem("value", name=".".join(names))
            return


_SECRET_ATTRIBUTES = frozenset(
    {("random_password", "result"), ("random_password", "bcrypt_hash"), ("tls_private_key", "private_key_pem"),
     ("tls_private_key", "private_key_openssh"), ("tls_private_key", "private_key_pem_pkcs8"), ("aws_iam_access_key", "secret"),
     ("aws_secretsmanager_secret_version", "secret_string"), ("aws_ssm_parameter", "value"),
     ("google_service_account_key", "private_key"), ("google_secret_manager_secret_version", "secret_data"),
     ("azurerm_key_vault_secret", "value")}
)  # fmt: skip
"""Attributes that the providers mark as sensitive, by resource type: Terraform refuses to show them otherwise."""


def _shows_secret(name: str) -> bool:
    """Say whether an attribute is a secret in clear: what is encrypted for somebody's key may be shown."""
    return looks_like_secret_name(name) and name not in {"token", "credentials"} and "encrypted" not in name


def sent_secret(request: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for each part of an `http` data source that holds a secret."""
    for name in ("url", "request_headers", "request_body"):
        found = sorted(request.context.referred_by(request.raw(name)))
        secret = next((one for one in found if one.removeprefix("data.").partition(".")[0] in _SECRET_SOURCES), None)
        if secret is not None:
            yield Problem(name, name=secret)
