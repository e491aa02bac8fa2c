"""What passes for a secret and what only looks like one. The keys below are made up."""

from __future__ import annotations

import pytest

from devopslint.knowledge.credentials import (
    find_assignments,
    find_credentials,
    is_plausible_secret,
    looks_like_credential,
    looks_like_secret_name,
)

LETTERS = "q8Zr2LmX0vB7nT4kYw9HsD3fGj6PcA1eUoRi5tNxK"


@pytest.mark.parametrize(
    "name",
    ["password", "DB_PASSWORD", "db-password", "dbPassword", "master_password", "POSTGRES_PASSWORD_1", "secret",
     "clientSecret", "api_key", "APIKey", "apikey", "AWS_SECRET_ACCESS_KEY", "access_key", "secret_key", "private_key",
     "ssh_private_key", "auth_token", "GITHUB_TOKEN", "NPM_TOKEN", "SECRET_KEY_BASE", "secret_string", "token_value",
     "credentials", "MYSQL_ROOT_PASSWORD", "sas_token", "DB_PASS", "admin_pwd", "account_private_key"],
)  # fmt: skip
def test_secret_names(name: str) -> None:
    assert looks_like_secret_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "name", "secret_name", "secretName", "secret_arn", "token_url", "password_file", "PASSWORD_FILE", "public_key",
     "ssh_key", "key", "kms_key", "kms_key_id", "key_name", "partition_key", "id-token", "max_tokens", "tokens",
     "password_length", "password_policy", "manage_master_user_password", "generate_secret", "persist-credentials",
     "PWD", "OLDPWD", "pass", "proxy_pass", "passthrough", "compass", "secrets", "token_ttl", "access_key_id",
     "iam_database_authentication_enabled", "keyboard", "tokenizer", "next_token", "http_token", "http_tokens",
     "image_pull_secret", "tls_secret", "require_password", "random_password", "encryption_key"],
)  # fmt: skip
def test_other_names(name: str) -> None:
    assert not looks_like_secret_name(name)


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ("AKIA" + "Q3EGRZ7TLM2WX5KB", "an AWS access key"),
        ("x=ghp_" + LETTERS[:36], "a GitHub token"),
        ("glpat-" + LETTERS[:20], "a GitLab token"),
        ("xoxb-702941835566-" + LETTERS[:24], "a Slack token"),
        ("sk_live_" + LETTERS[:24], "a Stripe key"),
        ("AIza" + LETTERS[:35], "a Google API key"),
        ("npm_" + LETTERS[:36], "an npm token"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA" + LETTERS, "a private key"),
        ("postgres://app:s3cr3tPw@db:5432/app", "a password in a URL"),
        ("redis://:hunter2@cache:6379", "a password in a URL"),
    ],
)
def test_credentials(value: str, title: str) -> None:
    assert looks_like_credential(value) == title


HEX = "9f3a7c15e0b84d26" * 4
CAPITALS = "Q3EGRZ7TLM2WX5KBHV8NDJ4SAYP6CUF" * 2


@pytest.mark.parametrize(
    "value",
    ["AKIA" + CAPITALS[:16], "ASIA" + CAPITALS[:16], *(f"gh{one}_{LETTERS[:36]}" for one in "pousr"),
     "github_pat_" + (LETTERS * 2)[:62], *(f"gl{one}-{LETTERS[:20]}" for one in ("pat", "dt", "rt", "cbt", "ptt", "ft", "agent")),
     "xoxb-702941835566-" + LETTERS[:24], f"xapp-1-A1B2C3-123456-{HEX[:20]}",
     f"https://hooks.slack.com/services/T0A1B2C3/B0A1B2C3/{LETTERS[:20]}", "sk_live_" + LETTERS[:24], "rk_test_" + LETTERS[:24],
     "AIza" + LETTERS[:35], "GOCSPX-" + LETTERS[:28], "ya29." + LETTERS[:32], "npm_" + LETTERS[:36],
     "pypi-AgEI" + (LETTERS * 2)[:60], f"SG.{LETTERS[:22]}.{(LETTERS * 2)[:43]}", *(f"do{one}_v1_{HEX}" for one in "opr"),
     "hvs." + LETTERS[:30], "hvb." + LETTERS[:30], "sk-ant-api03-" + LETTERS, f"sk-{LETTERS[:24]}T3BlbkFJ{LETTERS[:24]}",
     "dckr_pat_" + LETTERS[:24], "key-" + HEX[:32], "shpat_" + HEX[:32], "NRAK-" + CAPITALS[:27], "dapi" + HEX[:32],
     "hf_" + LETTERS[:34], f"{LETTERS[:14]}.atlasv1.{(LETTERS * 2)[:64]}", "lin_api_" + LETTERS[:40],
     f"PMAK-{HEX[:24]}-{HEX[:34]}", "ATATT3" + LETTERS, "LTAI" + LETTERS[:18], f"1234567890:AA{LETTERS[:33]}", "SK" + HEX[:32],
     f"https://discord.com/api/webhooks/12345678901234567/{(LETTERS * 2)[:64]}", "AGE-SECRET-KEY-1" + CAPITALS[:58],
     f"abc8Q~{LETTERS[:33]}", f"?sig={(LETTERS * 2)[:44]}", f"AccountKey={(LETTERS * 3)[:86]}==",
     f"-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA{LETTERS}", f"eyJ{LETTERS[:20]}.eyJ{LETTERS[:20]}.{LETTERS[:30]}"],
)  # fmt: skip
def test_every_form_is_found_in_long_texts(value: str) -> None:
    title = looks_like_credential(value)
    assert title is not None
    assert looks_like_credential("a b\n" * 100 + value) == title


@pytest.mark.parametrize(
    "value",
    ["", "AKIAIOSFODNN7EXAMPLE", "AKIAXXXXXXXXXXXXXXXX", "AKIA", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
     "-----BEGIN PUBLIC KEY-----\nMIIBIjANBg", "-----BEGIN PRIVATE KEY-----\n...", "-----BEGIN RSA PRIVATE KEY-----",
     "postgres://app:${DB_PASSWORD}@db/app", "postgres://app:$PASS@db/app", "postgres://app@db/app",
     "https://example.com:8080/a@b", "postgres://user:password@localhost/db", "https://<user>:<token>@host",
     "http://localhost:9200", "amqp://guest:****@mq", "eyJhbGciOi", "git@github.com:org/repo.git",
     "ssh://git@host:22/x", "sk-learn-something-long-enough"],
)  # fmt: skip
def test_no_credentials(value: str) -> None:
    assert looks_like_credential(value) is None


@pytest.mark.parametrize("value", ["hunter2", "changeme", "P@ssw0rd!", "postgres", "admin123", "s3cret with-space"])
def test_plausible(value: str) -> None:
    assert is_plausible_secret(value)


@pytest.mark.parametrize(
    "value",
    ["", "x", "${var.password}", "$PASSWORD", "$(cat x)", "{{ .Values.x }}", "<password>", "xxxxxxxx", "********",
     "true", "your-password-here", "my-secret", "REPLACE_ME", "placeholder", "null",
     "arn:aws:secretsmanager:eu-west-1:1:secret:x",
     "vault:secret/data/x#y", "/run/secrets/db", "./secrets/db", "op://vault/item/field",
     "the password of the database",
     "https://vault.internal/v1", "...", "projects/p/secrets/s", "%(password)s... ", "[REDACTED]", "client-secret",
     "prod/db-password", "foo"],
)  # fmt: skip
def test_implausible(value: str) -> None:
    assert not is_plausible_secret(value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("export DB_PASSWORD=hunter2x\n", [("DB_PASSWORD", "hunter2x")]),
        ("A=1 API_KEY='abc123' run", [("API_KEY", "abc123")]),
        ('{"password": "hunter2x", "user": "x"}', [("password", "hunter2x")]),
        ("db:\n  password: hunter2x\n  user: x\n", [("password", "hunter2x")]),
        ('password = "hunter2x"\n', [("password", "hunter2x")]),
        ("Server=tcp:db;User=x;Password=Zr2LmX0v;", [("Password", "Zr2LmX0v")]),
        ("export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", [("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")]),
        ('[{"name": "DB_PASSWORD", "value": "hunter2x"}]', [("DB_PASSWORD", "hunter2x")]),
        ("- name: DB_PASSWORD\n  value: hunter2x\n", [("DB_PASSWORD", "hunter2x")]),
        ('[{"name": "DB_HOST", "value": "hunter2x"}]', []),
        ("export DB_PASSWORD=$(get password)\n", []),
        ("export DB_PASSWORD=$1 TOKEN=${TOKEN}\n", []),
        ("password: the one that you were given\n", []),
        ("password = get_password()\n", []),
        ("password = user.password\n", []),
        ("password: <password>\npassword: changeme_please...\n", []),
        ("secret_name=db/prod token_url=https://example.com/token\n", []),
        ("if password == hunter2x then\n", []),
    ],
)
def test_assignments(text: str, found: list[tuple[str, str]]) -> None:
    assert [(name, text[start:end]) for name, start, end in find_assignments(text)] == found


def test_all_credentials_of_a_text_are_found() -> None:
    text = "a=ghp_" + LETTERS[:36] + "\nb=postgres://app:s3cr3tPw@db/app\n"
    assert [title for title, _, _ in find_credentials(text)] == ["a GitHub token", "a password in a URL"]
