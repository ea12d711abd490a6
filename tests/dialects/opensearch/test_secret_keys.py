"""Which properties are secret, and what of a URL is shown."""

import pytest

from app.dialects.opensearch.secret_keys import is_secret, masked


@pytest.mark.parametrize(
    "key",
    [
        "prometheus.auth.username",
        "prometheus.auth.password",
        "prometheus.auth.access_key",
        "prometheus.auth.secret_key",
        "alertmanager.auth.password",
        "prometheus.oauth2.clientSecret",
        "password",
        "PASSWORD",
        "sslPassword",
        "secret",
        "secret_key",
        "SecretKey",
        "access_key",
        "accessKey",
        "token",
        "sessionToken",
        "client_secret",
        "private_key",
        "privateKey",
        "passphrase",
        "api_key",
        "apiKey",
    ],
)
def test_a_key_that_ends_so_is_secret(key: str) -> None:
    assert is_secret(key)


@pytest.mark.parametrize(
    "key",
    [
        "prometheus.uri",
        "prometheus.auth.type",
        "prometheus.auth.region",
        "glue.auth.role_arn",
        "prometheus.oauth2.clientId",
        "username",
        "passwordFile",
        "tokens",
        "token_uri",
        "key",
        "",
    ],
)
def test_a_key_that_does_not_is_none(key: str) -> None:
    assert not is_secret(key)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://h:80/x", "http://h:80/x"),
        ("http://u:p@h:80/x", "http://u:******@h:80/x"),
        ("http://u@h", "http://u@h"),
        ("http://u:@h", "http://u:******@h"),
        ("http://:p@h", "http://:******@h"),
        ("jdbc:mysql://u:p@h/db", "jdbc:mysql://u:******@h/db"),
        ("mongodb://u:p%40@a,b/db?x=y:z@w", "mongodb://u:******@a,b/db?x=y:z@w"),
        ("http://u:p:q@h", "http://u:******@h"),
        ("http://u:p@a http://v:q@b", "http://u:******@a http://v:******@b"),
        ("http://h/a:b@c", "http://h/a:b@c"),
        ("a:b@c", "a:******@c"),
    ],
)
def test_a_password_in_a_url_is_stars(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "key",
    ["password ", "x.password.", "pass\u200bword", "PAS\u017fWORD", "db.passwd", "tlsClientKey", "httpHeaderValue2"],
)
def test_no_spelling_hides_a_secret(key: str) -> None:
    assert is_secret(key)


@pytest.mark.parametrize("key", ["passwordless", "tokens", "httpHeaderName1", "tlsCACert", "user"])
def test_what_only_resembles_a_secret_is_none(key: str) -> None:
    assert not is_secret(key)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://us@x:hidden@host/a", "http://us@x:******@host/a"),
        ("jdbc:mysql://us@x:hidden@host:3306/d", "jdbc:mysql://us@x:******@host:3306/d"),
        ("http://u:p@hidden@host", "http://u:******@host"),
        ("u:hidden@host:9090", "u:******@host:9090"),
        ("//u:hidden@host", "//u:******@host"),
        ("jdbc:mysql://h/d?user=a&password=hidden&x=1", "jdbc:mysql://h/d?user=a&password=******&x=1"),
        ("jdbc:sqlserver://h:1;databaseName=d;password=hidden", "jdbc:sqlserver://h:1;databaseName=d;password=******"),
        ("http://h/a?token=hidden", "http://h/a?token=******"),
        ("at 10:30 to ada@example.org", "at 10:30 to ada@example.org"),
        ("http://h/?a=b@c:d", "http://h/?a=b@c:d"),
    ],
)
def test_a_password_anywhere_in_a_url_is_masked(url: str, shown: str) -> None:
    assert masked(url) == shown
