"""Terraform's pure functions on what is known: texts and patterns, numbers, sets, encodings, networks. All arguments are known.

Source: the Terraform language documentation, "Built-in Functions". They raise ValueError, TypeError or KeyError for
what Terraform would refuse.
"""

from __future__ import annotations

import re

from devopslint.artifacts.terraform.values import MOST_ITEMS, MOST_TEXT, mapping, sequence, text_of
from devopslint.syntax.pattern_ways import most_ways
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_VERB = lazily(r"%(?:\[\d+\])?([-+# 0]*+)(\d*)(?:\.(\d+))?([a-zA-Z%])")
_GO_ONLY = lazily(r"\\[pPzQEC]|\(\?[^:PimsU]|\[\[:")
"""What Go's patterns have and ours do not, or the other way round."""
_MOST_WAYS = 27.0
"""Of one search, as a power of two: Go's searches never go back, and so may be given what would take ours for ever."""


def fill(pattern: str, *args: Any) -> Any:
    """Return `format(pattern, …)`; UNKNOWN for a verb that is not handled here."""
    left = list(args)

    def one(found: re.Match[str]) -> str:
        flags, width, precision, verb = found.groups()
        if verb == "%":
            return "%"
        value = left.pop(0)
        if verb in "sv" and not isinstance(value, (dict, list)):
            text = text_of(value)
            return f"{text[: int(precision)] if precision else text:{'<' if '-' in flags else '>'}{width or 0}}"
        if verb == "d":
            return f"%{flags}{width}d" % int(value)
        if verb in "xXob":
            return format(int(value), f"{'0' if '0' in flags else ''}{width}{verb}")
        if verb == "f":
            return f"%{flags}{width}.{precision or 6}f" % float(value)
        if verb == "t" and isinstance(value, bool):
            return text_of(value)  # type: ignore[no-any-return]  # a bool has a text
        if verb == "q":
            import json

            return json.dumps(text_of(value), ensure_ascii=False)
        raise LookupError(verb)

    if "%[" in pattern or "*" in pattern:
        return UNKNOWN
    try:
        filled = _VERB.sub(one, pattern)
    except LookupError as error:
        if isinstance(error, IndexError):
            raise ValueError(pattern) from None
        return UNKNOWN
    return filled if len(filled) <= MOST_TEXT else UNKNOWN


def _fill_each(pattern: Any, *args: Any) -> Any:
    length = max((len(one) for one in args if isinstance(one, list)), default=1)
    return sequence(fill(pattern, *(one[i] if isinstance(one, list) else one for one in args)) for i in range(length))


def _pattern(text: str, subject: str) -> re.Pattern[str] | None:
    """Compile a pattern of Go; `None` when it could mean something else here, or could take long on the subject."""
    if _GO_ONLY.search(text) or re.search(r"[*+}]\)?[*+{]", text) or len(text) > 500:
        return None
    pattern = re.compile(text)
    return pattern if most_ways(text, len(subject)) <= _MOST_WAYS else None


def _replace(text: str, old: str, new: str) -> Any:
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        pattern = _pattern(old[1:-1], text)
        if pattern is None or "\\" in new:
            return UNKNOWN
        replaced = pattern.sub(re.sub(r"\$\{?(\w+)\}?", r"\\g<\1>", new), text)
    elif old:
        replaced = text.replace(old, new)
    else:
        return UNKNOWN
    return replaced if len(replaced) <= MOST_TEXT else UNKNOWN


def _groups(found: re.Match[str]) -> Any:
    if found.re.groupindex:
        return mapping(found.groupdict().items())
    return sequence(found.groups()) if found.re.groups else found.group()


def _regex(text: str, subject: str) -> Any:
    pattern = _pattern(text, subject)
    if pattern is None:
        return UNKNOWN
    found = pattern.search(subject)
    if found is None:
        raise ValueError("no match")
    return _groups(found)


def _regexall(text: str, subject: str) -> Any:
    pattern = _pattern(text, subject)
    return UNKNOWN if pattern is None else sequence(_groups(found) for found in pattern.finditer(subject))


def _indent(spaces: int, text: str) -> str:
    return text.replace("\n", "\n" + " " * min(int(spaces), 200))


def _hash(name: str) -> Callable[[Any], str]:
    def digest(text: Any) -> str:
        import hashlib

        return hashlib.new(name, text_of(text).encode(), usedforsecurity=False).hexdigest()

    return digest


def _to_base64(text: Any) -> str:
    import base64

    return base64.b64encode(text_of(text).encode()).decode()


def _from_base64(text: Any) -> str:
    import base64

    return base64.b64decode(text_of(text), validate=True).decode()


def _urlencode(text: Any) -> str:
    from urllib.parse import quote_plus

    return quote_plus(text_of(text))


def _yamldecode(text: str) -> Any:
    from devopslint.syntax.source import Source
    from devopslint.syntax.yaml import read_yaml

    documents, problems = read_yaml(Source("", text))
    if problems or len(documents) != 1:
        raise ValueError("yamldecode")
    return documents[0].root


def _subnet(prefix: str, bits: int, number: int) -> str:
    from ipaddress import ip_network

    network = ip_network(prefix, strict=False)
    length = network.prefixlen + int(bits)
    if length > network.max_prefixlen or not 0 <= int(number) < 2 ** int(bits):
        raise ValueError("cidrsubnet")
    step = 1 << (network.max_prefixlen - length)
    return f"{network.network_address + int(number) * step}/{length}"


def _subnets(prefix: str, *bits: int) -> Any:
    from ipaddress import ip_network

    network = ip_network(prefix, strict=False)
    at = int(network.network_address)
    found: list[str] = []
    for more in bits:
        length = network.prefixlen + int(more)
        step = 1 << (network.max_prefixlen - length)
        at = (at + step - 1) // step * step
        found.append(f"{network.network_address + (at - int(network.network_address))}/{length}")
        at += step
    return sequence(found)


def _host(prefix: str, number: int) -> str:
    from ipaddress import ip_network

    network = ip_network(prefix, strict=False)
    return str(network[int(number)])


def _netmask(prefix: str) -> str:
    from ipaddress import IPv4Network

    return str(IPv4Network(prefix, strict=False).netmask)


def _product(*sets: list[Any]) -> Any:
    from itertools import islice, product

    found = [sequence(row) for row in islice(product(*sets), MOST_ITEMS + 1)]
    return sequence(found)


def _chunks(items: list[Any], size: int) -> Any:
    if int(size) < 1:
        raise ValueError("chunklist")
    return sequence(sequence(items[at : at + int(size)]) for at in range(0, len(items), int(size)))


def _transpose(table: dict[str, list[Any]]) -> Any:
    turned: dict[str, list[Any]] = {}
    for key in sorted(table):
        for item in table[key]:
            turned.setdefault(text_of(item), []).append(key)
    return mapping((key, sequence(values)) for key, values in turned.items())


def _matching(values: list[Any], keys: list[Any], wanted: list[Any]) -> Any:
    return sequence(value for value, key in zip(values, keys, strict=True) if key in wanted)


def _number(text: Any, base: int) -> int:
    return int(text_of(text), int(base))


def _rounded(up: bool) -> Callable[[Any], int]:
    def apply(number: Any) -> int:
        import math

        return math.ceil(float(number)) if up else math.floor(float(number))

    return apply


def _power(base: Any, exponent: Any) -> Any:
    return base**exponent if abs(float(exponent)) <= 64 and abs(float(base)) <= 1_000_000 else UNKNOWN


def _dirname(path: str) -> str:
    return path.rpartition("/")[0] or ("/" if path.startswith("/") else ".")


MORE: dict[str, Callable[..., Any]] = {
    "format": fill,
    "formatlist": _fill_each,
    "replace": _replace,
    "regex": _regex,
    "regexall": _regexall,
    "indent": _indent,
    "strrev": lambda text: text_of(text)[::-1],
    "trim": lambda text, cut: text_of(text).strip(cut),
    "basename": lambda path: path.rstrip("/").rpartition("/")[2],
    "dirname": _dirname,
    "md5": _hash("md5"),
    "sha1": _hash("sha1"),
    "sha256": _hash("sha256"),
    "sha512": _hash("sha512"),
    "base64encode": _to_base64,
    "base64decode": _from_base64,
    "urlencode": _urlencode,
    "yamldecode": _yamldecode,
    "cidrsubnet": _subnet,
    "cidrsubnets": _subnets,
    "cidrhost": _host,
    "cidrnetmask": _netmask,
    "ceil": _rounded(True),
    "floor": _rounded(False),
    "pow": _power,
    "parseint": _number,
    "sum": lambda items: sum(float(item) if isinstance(item, str) else item for item in items),
    "setproduct": _product,
    "setintersection": lambda first, *rest: sequence(one for one in first if all(one in other for other in rest)),
    "setsubtract": lambda first, second: sequence(one for one in first if one not in second),
    "chunklist": _chunks,
    "transpose": _transpose,
    "matchkeys": _matching,
}
