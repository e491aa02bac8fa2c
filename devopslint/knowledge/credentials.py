"""How credentials look: the names that they go by, the forms that issuers give them, and what only stands in for one.

The forms are those that their issuers document (AWS, GitHub, GitLab, Slack, Stripe, Google, npm, PyPI, SendGrid,
DigitalOcean, HashiCorp Vault, Azure Storage, PEM, RFC 7519, RFC 3986 user information).
"""

from __future__ import annotations

import re
from functools import lru_cache

from devopslint.syntax.patterns import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS = lazily(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_SECRET_WORDS = frozenset(
    {"password", "passwd", "passphrase", "passcode", "pwd", "pass", "secret", "token", "credential", "credentials",
     "apikey", "secretkey", "accesskey", "privatekey", "authtoken", "pat", "psk"}
)  # fmt: skip
_KEYS = frozenset(
    {"api", "access", "secret", "private", "auth", "account", "storage", "shared", "signing", "encryption", "license",
     "master", "preshared", "app", "application", "service", "deploy", "ssh", "integration", "admin"}
)  # fmt: skip
"""`<word> key` is a secret; `public key`, `kms key`, `partition key`, `sort key` are not."""
_PUBLIC_KEYS = frozenset(
    {"ssh", "deploy", "service", "app", "application", "account", "admin", "encryption", "signing"}
)
"""`<word> key` that as often names a public key or the name of one: a secret only after `private` or `secret`."""
_NEUTRAL_TAILS = frozenset(
    {"value", "string", "text", "plaintext", "plain", "base64", "b64", "default", "prod", "production", "dev",
     "staging", "test", "wo", "old", "new", "current", "primary", "secondary", "content", "raw"}
)  # fmt: skip
_HARMLESS_BEFORE = frozenset(
    {"no", "not", "allow", "disable", "enable", "enabled", "has", "use", "is", "require", "required", "requires",
     "with", "persist", "next", "page", "continuation", "max", "min", "num", "manage", "generate", "create", "random",
     "rotate", "reset", "change", "update", "store", "external", "public", "id", "tls", "existing", "imagepull", "pull",
     "mount", "automount", "cancellation", "csrf", "xsrf", "http", "skip", "force", "set", "by", "boarding", "low", "high",
     "band", "first", "render", "proxy", "creation", "idempotency", "disabled", "without", "ask", "prompt"}
)  # fmt: skip

_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (title, lazily(pattern))
    for title, pattern in (
        ("an AWS access key", r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z2-7][A-Z0-9]{15}(?![A-Z0-9])"),
        ("a GitHub token", r"(?<![A-Za-z0-9_])(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})"),
        ("a GitLab token", r"(?<![A-Za-z0-9_])gl(?:pat|dt|rt|cbt|ptt|ft|agent)-[A-Za-z0-9_-]{20,}"),
        ("a Slack token", r"(?<![A-Za-z0-9])(?:xox[abeprs]-(?:\d+-)?[A-Za-z0-9-]{10,}|xapp-\d-[A-Z0-9]+-\d+-[a-f0-9]{20,})"),
        ("a Slack webhook", r"https://hooks\.slack\.com/(?:services|workflows)/T[A-Z0-9]{6,}/[A-Z]?[A-Z0-9]{6,}/[A-Za-z0-9]{16,}"),
        ("a Stripe key", r"(?<![A-Za-z0-9])[sr]k_(?:live|test)_[A-Za-z0-9]{16,}"),
        ("a Google API key", r"(?<![A-Za-z0-9_-])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
        ("a Google OAuth secret", r"(?<![A-Za-z0-9])GOCSPX-[A-Za-z0-9_-]{24,}"),
        ("a Google access token", r"(?<![A-Za-z0-9])ya29\.[A-Za-z0-9_-]{30,}"),
        ("an npm token", r"(?<![A-Za-z0-9_])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
        ("a PyPI token", r"(?<![A-Za-z0-9])pypi-AgEI[A-Za-z0-9_-]{50,}"),
        ("a SendGrid key", r"(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
        ("a DigitalOcean token", r"(?<![A-Za-z0-9])do[opr]_v1_[a-f0-9]{64}"),
        ("a Vault token", r"(?<![A-Za-z0-9])hv[sb]\.[A-Za-z0-9_-]{24,}"),
        ("an Anthropic key", r"(?<![A-Za-z0-9])sk-ant-[a-z0-9]+-[A-Za-z0-9_-]{40,}"),
        ("an OpenAI key", r"(?<![A-Za-z0-9])sk-(?:proj-)?[A-Za-z0-9]{20,}T3BlbkFJ[A-Za-z0-9]{20,}"),
        ("a Docker Hub token", r"(?<![A-Za-z0-9])dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}"),
        ("a Mailgun key", r"(?<![A-Za-z0-9-])key-[0-9a-z]{32}(?![A-Za-z0-9])"),
        ("a Shopify token", r"(?<![A-Za-z0-9])shp(?:at|ss|ca|pa)_[a-fA-F0-9]{32}(?![A-Za-z0-9])"),
        ("a New Relic key", r"(?<![A-Za-z0-9])NRAK-[A-Z0-9]{27}(?![A-Za-z0-9])"),
        ("a Databricks token", r"(?<![A-Za-z0-9])dapi[a-f0-9]{32}(?![A-Za-z0-9])"),
        ("a Hugging Face token", r"(?<![A-Za-z0-9])hf_[A-Za-z0-9]{34}(?![A-Za-z0-9])"),
        ("a Terraform Cloud token", r"(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,}"),
        ("a Linear key", r"(?<![A-Za-z0-9])lin_api_[A-Za-z0-9]{40}"),
        ("a Postman key", r"(?<![A-Za-z0-9])PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
        ("an Atlassian token", r"(?<![A-Za-z0-9])ATATT3[A-Za-z0-9_=-]{40,}"),
        ("an Alibaba Cloud access key", r"(?<![A-Za-z0-9])LTAI[A-Za-z0-9]{16,20}(?![A-Za-z0-9])"),
        ("a Telegram token", r"(?<![A-Za-z0-9])\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])"),
        ("a Twilio key", r"(?<![A-Za-z0-9])SK[0-9a-f]{32}(?![A-Za-z0-9])"),
        ("a Discord webhook", r"https://(?:ptb\.|canary\.)?discord(?:app)?\.com/api/webhooks/\d{16,20}/[A-Za-z0-9_-]{60,}"),
        ("an age key", r"AGE-SECRET-KEY-1[0-9A-Z]{58}"),
        ("an Azure client secret", r"(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~.-])"),
        ("an Azure access signature", r"(?<=[?&]sig=)[A-Za-z0-9%/+]{40,}"),
        ("an Azure storage key", r"AccountKey=[A-Za-z0-9+/]{86}=="),
        ("a private key", r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?=(?:\s|\\n)*[A-Za-z0-9+/]{16})"),
        ("a signed JSON web token", r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}"),
    )
)  # fmt: skip
_HINTS = lazily(
    r"AKIA|ASIA|gh[pousr]_|github_pat_|gl[a-z]{2,5}-|xox|hooks\.slack|k_live_|AIza|npm_|pypi-|SG\.|do[opr]_v1"
    r"|hv[sb]\.|sk-|dckr_|AccountKey=|PRIVATE KEY|eyJ|discord|xapp-|k_test_|GOCSPX|ya29|key-[0-9a-z]{32}|shp|NRAK|dapi|hf_"
    r"|atlasv1|lin_api|PMAK|ATATT3|LTAI|:AA|SK[0-9a-f]{32}|AGE-SECRET|Q~|sig="
)
_BEGINNINGS = (
    "AKIA", "ASIA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "gldt-", "glrt-", "glcbt-", "glptt-",
    "glft-", "glagent-", "xox", "hooks.slack", "k_live_", "AIza", "npm_", "pypi-", "SG.", "doo_v1", "dop_v1", "dor_v1", "hvs.",
    "hvb.", "sk-", "dckr_", "AccountKey=", "PRIVATE KEY", "eyJ", "discord", "xapp-", "k_test_", "GOCSPX", "ya29", "key-", "shp",
    "NRAK", "dapi", "hf_", "atlasv1", "lin_api", "PMAK", "ATATT3", "LTAI", ":AA", "SK", "AGE-SECRET", "Q~", "sig=",
)  # fmt: skip
"""One of these stands where `_HINTS` is found in what has one of the forms."""
_SHORTEST = 15
"""Characters of the shortest text that has one of the forms: a token of Slack."""
_AS_NUMBER = lazily(r"\\[xuU]")
_BROKEN_LINE = lazily(r"\\\r?\n[ \t]*")
_IN_ADDRESS = lazily(r"://[^\s/]*@")
_LONG = 200
"""Characters of a text in which many words are found sooner than one pattern."""
_URL_PASSWORD = lazily(
    r"(?<![a-z0-9+.-])[0-9+.-]*+[a-z][a-z0-9+.-]*+://[^\s/:@'\"<>]*:([^\s/@'\"<>]+)@(?=[A-Za-z0-9\[])", re.IGNORECASE
)
_URL_TOKEN = lazily(
    r"https?://([A-Za-z0-9_-]{16,})(?::x-oauth-basic)?@(?>(?:[\w-]+\.)*?(?:github|gitlab|bitbucket|azure|visualstudio))[\w.-]*\.(?:com|org)\b"
)
"""A token in the place of the user; that of a web address for error reports is public."""
_URL_STANDINS = frozenset({"password", "pass", "pwd", "passwd", "x-oauth-basic"})
_ASSIGNMENT = lazily(
    r"""(?x)
    (?<![A-Za-z0-9_.$-]) ["']? (?P<name>[A-Za-z][A-Za-z0-9_-]{2,60}) ["']?
    (?: = (?!=) | [ \t]*:[ \t]+ | "[ \t]*:[ \t]* | (?<=["']):[ \t]* | [ \t]+=[ \t]+(?=["']) )
    (?P<quote>\\?["']?) (?P<value>[^\s"'\\;,&|<>`]{3,200}) (?P=quote) (?=[\s;,&|"'\\}\])]|$)
    """
)
"""A name, what stands between, and a value without blanks."""
_NAMED_VALUE = lazily(
    r"""(?ix)
    (?<![A-Za-z0-9_]) \\?["']? name \\?["']? \s* [:=] \s* \\?["']? (?P<name>[A-Za-z][A-Za-z0-9_.-]{2,60}) \\?["']? \s* (?:,\s*)?
    \\?["']? value \\?["']? \s* [:=] \s* (?P<quote>\\?["']?) (?P<value>[^\s"'\\;,&|<>`]{3,200}) (?P=quote) (?=[\s,}\]"'\\]|$)
    """
)
"""`{"name": "DB_PASSWORD", "value": "…"}`, and the same in YAML."""
_PROSE = lazily(r"[ \t]+[^\s#]")
_CODE = lazily(r"[$(){}\[\]]|^[a-z_]+\.[a-z_.]+$|^(?:true|false|null|None|string|str|String)$")
_PLACEHOLDER = lazily(
    r"""(?ix)
    ^(?: | null | none | nil | undefined | n/?a | true | false | yes | no | on | off | default | optional | required
       | unused | disabled | enabled | empty | string | value | dummy | fake | mock | sample | placeholder | redacted
       | hidden | masked | foo | bar | baz | foobar | secret | token | todo | fixme | tbd )$
    | ^[<\[{(] .* [>\]})]$            # <password>, [token], {{ x }}
    | ^(.)\1{2,}$                     # xxxx, ****, 0000
    | ^[x*.\-_#?…•]+$
    | \.\.\. | …
    | ^(?:your|my|the|some|insert|enter|put|add|replace|example|sample|dummy|fake|mock|redacted)[-_\s.]
    | [-_ ](?:here|goes[-_ ]here|placeholder|example)$
    | ^replace.?(?:me|this)?$ | replace[-_ ]?me | redacted | placeholder | example\.(?:com|org|net)
    | ^\*+ | \*{3,}$
    """
)
_NAME_OF_SECRET = lazily(
    r"(?i)^[a-z]+(?:[-_./][a-z]+)*[-_./](?:passwords?|passwd|passphrase|secrets?|tokens?|keys?|credentials?|pass|pwd)$"
)
"""`db-password`, `prod/api-key`: what a secret is called in its store."""
_REFERENCE = lazily(
    r"""(?ix)
    \$\{ | \$\( | \{\{ | \}\} | ^\$[A-Za-z_] | ^% [A-Za-z_]+ %$ | ^%[sdv]$ | ^@[A-Za-z]
    | ^arn: | ^(?:vault|op|ssm|sops|akv|awssm|gcpsm|secret|secretsmanager|keyvault|env|file|ref\+\w+|projects)(?::|/)
    | ^(?:/|\./|\.\./|~/)[\w./-]*$ | ^https?://[^:@\s]+$
    | ^(?:[a-z0-9-]+\.){2,}[a-z]{2,}$   # a name of the DNS
    | ^amzn1\.ask\.skill\.   # what a skill of Alexa is known by
    """
)


@lru_cache(maxsize=4096)
def looks_like_secret_name(name: str) -> bool:
    """Say whether a name (`DB_PASSWORD`, `clientSecret`, `api-key`) is one under which a secret value stands.

    `secret_name`, `token_url`, `password_file`, `public_key`, `id-token`, `max_tokens` are not.
    """
    words = [word.lower() for word in _WORDS.findall(name)]
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in _NEUTRAL_TAILS):
        words.pop()
    if not words or (len(words) == 1 and words[0] in {"pwd", "pass", "pat"}) or words == ["oldpwd"]:
        return False
    last = words[-1]
    if words[0] in _HARMLESS_BEFORE or (len(words) > 1 and words[-2] in _HARMLESS_BEFORE):
        return False
    if last in _SECRET_WORDS or last.endswith(("password", "passwd", "passphrase")):
        return True
    if last in {"key", "keys"} and len(words) > 1 and last == "key":
        before = words[-2]
        if before in _PUBLIC_KEYS:
            return bool({"private", "secret"} & set(words[:-2]))
        return before in _KEYS
    return last == "base" and words[-3:-1] == ["secret", "key"]


def looks_like_credential(value: str) -> str | None:
    """Return what a text holds that has the form of a credential (`an AWS access key`), or `None`.

    The keys that issuers print in their documentation, and a password in a URL that is a variable, are none.
    """
    found = find_credential(value)
    return found[0] if found else None


def find_credential(text: str) -> tuple[str, int, int] | None:
    """Return the title, start and end of the first credential in a text by its form, or `None`."""
    return next(find_credentials(text), None)


def may_hold_credential(text: str) -> bool:
    """Say whether a text may hold a credential by its form, without looking for it."""
    return len(text) >= 8 and ("@" in text or _is_hinted_at(text))


def yaml_may_hold_credential(text: str) -> bool:
    """Say whether a value in a text of YAML may hold a credential by its form: much sooner answered than for each value.

    Only between double quotes may a value have other letters than the text: written as numbers, or in a line that is broken.
    Where lines are joined without a backslash there is a blank, and no form has one but that of a private key.
    """
    if "\\" in text:
        if _AS_NUMBER.search(text):
            return True
        text = _BROKEN_LINE.sub("", text).replace("\\/", "/")
    if "PRIVATE" in text or _IN_ADDRESS.search(text):
        return True
    return _is_hinted_at("\n".join([word for word in set(text.split()) if len(word) >= _SHORTEST]))


def _is_hinted_at(text: str) -> bool:
    if len(text) > _LONG:
        for beginning in _BEGINNINGS:
            if beginning in text:
                break
        else:
            return False
    return _HINTS.search(text) is not None


def find_credentials(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the title, start and end of each credential in a text by its form."""
    if len(text) < 8:
        return
    for title, pattern in _FORMS if _is_hinted_at(text) else ():
        for found in pattern.finditer(text):
            if not _is_documentation(found.group()):
                yield title, found.start(), found.end()
    for found in _URL_PASSWORD.finditer(text) if "://" in text and "@" in text else ():
        password = found.group(1)
        if is_plausible_secret(password) and password.lower() not in _URL_STANDINS:
            yield "a password in a URL", found.start(1), found.end(1)
    for found in _URL_TOKEN.finditer(text) if "@" in text else ():
        if re.search(r"\d", found.group(1)) and is_plausible_secret(found.group(1)):
            yield "a token in a URL", found.start(1), found.end(1)


def find_assignments(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each secret that a script, a `.env` file, a JSON or a YAML text gives a name, with that name.

    `export DB_PASSWORD=…`, `"password": "…"`, `api_key: …`, `Server=db;Password=…`. What is worked out (`$X`, a call)
    is none.
    """
    if "=" not in text and ":" not in text:
        return
    for found in (*_ASSIGNMENT.finditer(text), *_NAMED_VALUE.finditer(text)):
        name, quote, value = found.group("name"), found.group("quote"), found.group("value")
        if not quote and (
            _CODE.search(value)
            or (":" in text[found.end("name") : found.start("value")] and _PROSE.match(text, found.end()))
        ):
            continue
        is_key_id = name.upper().endswith("ACCESS_KEY_ID") and value.startswith(("AKIA", "ASIA"))
        if is_key_id or (looks_like_secret_name(name) and is_plausible_secret(value)):
            yield name, found.start("value"), found.end("value")


def is_placeholder(value: str) -> bool:
    """Say whether a text only stands in for a secret: empty, `<token>`, `xxxx`, `your-password`, `REPLACE_ME`."""
    return _PLACEHOLDER.search(value.strip()) is not None


def is_plausible_secret(value: str) -> bool:
    """Say whether a literal that stands under a secret's name is likely the secret itself.

    Placeholders, references to a store (`arn:…`, `vault:…`, `${…}`), paths, plain addresses and sentences are not.
    `changeme` is: what is deployed with it has that password.
    """
    text = value.strip()
    if len(text) < 3 or ("\n" in text and "PRIVATE KEY" not in text):
        return False
    if _NAME_OF_SECRET.match(text):
        return False
    return not (is_placeholder(text) or _REFERENCE.search(text) or text.count(" ") > 1)


def _is_documentation(text: str) -> bool:
    upper = text.upper()
    if "EXAMPLE" in upper or "XXXX" in upper:
        return True
    return len(set(text[-16:])) <= 3
