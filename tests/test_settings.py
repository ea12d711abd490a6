"""Settings from the environment, and the sentence for each value that a setting cannot take."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest

from app.setting_values import GRAFANA_DEFAULT_SECRET_KEY
from app.settings import SettingError, Settings

SECRET = "a-secret-of-thirty-two-characters"
ROWS = {row.metadata["name"]: row for row in fields(Settings)}


def read(**environment: str) -> Settings:
    return Settings.from_environment(environment)


def value(name: str, text: str) -> Any:
    return getattr(read(**{name: text}), ROWS[name].name)


def test_an_empty_environment_gives_the_defaults() -> None:
    assert read() == Settings()


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("GF_SERVER_HTTP_ADDR", "127.0.0.1"),
        ("GF_SERVER_HTTP_PORT", 3000),
        ("GF_PATHS_DATA", Path("var").absolute()),
        ("GF_DATABASE_URL", ""),
        ("GF_SECURITY_ADMIN_USER", "admin"),
        ("GF_SECURITY_ADMIN_PASSWORD", ""),
        ("GF_SECURITY_SECRET_KEY", ""),
        ("GF_SECURITY_DISABLE_BRUTE_FORCE_LOGIN_PROTECTION", False),
        ("GF_AUTH_BASIC_ENABLED", True),
        ("GF_AUTH_API_KEY_MAX_SECONDS_TO_LIVE", -1),
        ("GF_AUTH_PROXY_ENABLED", False),
        ("GF_AUTH_PROXY_HEADER_NAME", "X-WEBAUTH-USER"),
        ("GF_DATAPROXY_TIMEOUT", 30),
        ("GF_DATASOURCES_DATASOURCE_LIMIT", 5000),
        ("GF_QUOTA_ENABLED", False),
        ("GF_QUOTA_ORG_DATA_SOURCE", 10),
        ("GF_QUOTA_GLOBAL_DATA_SOURCE", -1),
    ],
    ids=str,
)
def test_a_setting_that_grafana_has_keeps_grafanas_default(name: str, default: object) -> None:
    assert getattr(Settings(), ROWS[name].name) == default


@pytest.mark.parametrize("name", ROWS)
def test_every_setting_is_named_for_grafana_or_for_sluice(name: str) -> None:
    # The three of the environment are those that curl and Go know.
    assert name.startswith(("GF_", "SLUICE_")) or name in {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"}
    assert name == name.upper()


@pytest.mark.parametrize("name", ROWS)
def test_an_empty_variable_means_not_set(name: str) -> None:
    assert read(**{name: ""}) == Settings()


@pytest.mark.parametrize(
    "environment",
    [
        {"GF_AUTH_LDAP_ENABLED": "perhaps"},
        {"GF_SERVER_DOMAIN": "x"},
        {"PATH": "/bin"},
        {"gf_server_http_port": "x"},
        {"GF_AUTH_LDAP__FILE": "/no/such/file"},
    ],
    ids=lambda environment: next(iter(environment)),
)
def test_what_is_no_setting_is_ignored(environment: dict[str, str]) -> None:
    assert Settings.from_environment(environment) == Settings()


def test_settings_cannot_be_changed() -> None:
    settings = Settings()
    with pytest.raises(FrozenInstanceError):
        settings.http_port = 1  # type: ignore[misc]


# Values that are taken


@pytest.mark.parametrize(
    ("name", "text", "taken"),
    [
        ("GF_SERVER_HTTP_ADDR", "0.0.0.0", "0.0.0.0"),  # noqa: S104
        ("GF_SERVER_HTTP_ADDR", "::1", "::1"),
        ("GF_SERVER_HTTP_ADDR", "localhost", "localhost"),
        ("GF_SERVER_HTTP_PORT", "1", 1),
        ("GF_SERVER_HTTP_PORT", "65535", 65535),
        ("GF_LOG_LEVEL", "WARN", "warn"),
        ("GF_PATHS_DATA", "/srv/sluice", Path("/srv/sluice")),
        ("GF_PATHS_DATA", "relative", Path.cwd() / "relative"),
        ("GF_DATABASE_URL", "postgresql://u:p@h/d", "postgresql://u:p@h/d"),
        ("GF_SECURITY_ADMIN_PASSWORD", " spaces stay ", " spaces stay "),
        ("GF_SECURITY_SECRET_KEY", "x" * 16, "x" * 16),
        ("GF_AUTH_API_KEY_MAX_SECONDS_TO_LIVE", "0", 0),
        ("GF_DATAPROXY_TIMEOUT", "0.5", 0.5),
        ("GF_DATAPROXY_TIMEOUT", "86400", 86_400.0),
        ("GF_DATASOURCES_DATASOURCE_LIMIT", "0", 0),
        ("SLUICE_GRAFANA_VERSION", "11.0.1", "11.0.1"),
    ],
    ids=str,
)
def test_a_value_is_taken(name: str, text: str, taken: object) -> None:
    assert value(name, text) == taken


@pytest.mark.parametrize("text", ["true", "TRUE", "1", "t", "yes", "on", " true "], ids=repr)
def test_such_a_text_switches_on(text: str) -> None:
    assert value("GF_QUOTA_ENABLED", text) is True


@pytest.mark.parametrize("text", ["false", "False", "0", "f", "no", "off"], ids=repr)
def test_such_a_text_switches_off(text: str) -> None:
    assert value("GF_AUTH_BASIC_ENABLED", text) is False


# Values that are refused


@pytest.mark.parametrize(
    ("name", "text", "advice"),
    [
        ("GF_SERVER_HTTP_ADDR", "example.org", "must be an IP address of this machine or 'localhost'"),
        ("GF_SERVER_HTTP_ADDR", "127.0.0.1:80", "must be an IP address"),
        ("GF_SERVER_HTTP_PORT", "http", "must be a whole number"),
        ("GF_SERVER_HTTP_PORT", "3000.0", "must be a whole number"),
        ("GF_SERVER_HTTP_PORT", "0", "must be between 1 and 65535"),
        ("GF_SERVER_HTTP_PORT", "65536", "must be between 1 and 65535"),
        ("GF_SERVER_HTTP_PORT", "9" * 5_000, "must be"),
        ("GF_SERVER_ROUTER_LOGGING", "maybe", "must be true or false"),
        ("GF_LOG_LEVEL", "loud", "must be one of debug, info, warn, error"),
        ("GF_QUOTA_ENABLED", "2", "must be true or false"),
        ("GF_QUOTA_ORG_DATA_SOURCE", "-2", "must be between -1 and"),
        ("GF_AUTH_API_KEY_MAX_SECONDS_TO_LIVE", "30d", "must be a whole number"),
        ("GF_DATAPROXY_TIMEOUT", "0", "must be more than 0"),
        ("GF_DATAPROXY_TIMEOUT", "-1", "must be more than 0"),
        ("GF_DATAPROXY_TIMEOUT", "86401", "at most 86400"),
        ("GF_DATAPROXY_TIMEOUT", "30s", "must be a number of seconds"),
        ("GF_DATAPROXY_TIMEOUT", "nan", "must be more than 0"),
        ("GF_DATAPROXY_TIMEOUT", "inf", "at most 86400"),
        ("SLUICE_GRAFANA_VERSION", "12.3", "must be a plain version such as 12.3.0"),
        ("SLUICE_GRAFANA_VERSION", "v12.3.0", "must be a plain version"),
        ("SLUICE_GRAFANA_VERSION", "12.3.", "must be a plain version"),
        ("SLUICE_HTTP_WORKERS", "0", "must be between 1 and"),
        ("SLUICE_MAX_BODY_BYTES", "1023", "must be between 1024 and"),
        ("SLUICE_DATABASE_CONNECTIONS", "0", "must be between 1 and"),
        ("SLUICE_DATABASE_TIMEOUT", "0", "must be more than 0"),
        ("GF_SECURITY_SECRET_KEY", "x" * 15, "must have at least 16 characters"),
        ("GF_SECURITY_SECRET_KEY", "SW2YcwTIb9zpOOhoPsMm", "is Grafana's published default"),
    ],
    ids=lambda text: text[:50],
)
def test_a_value_is_refused_with_the_name_of_the_setting_and_what_to_do(name: str, text: str, advice: str) -> None:
    with pytest.raises(SettingError) as refused:
        value(name, text)
    assert refused.value.name == name
    assert str(refused.value).startswith(f"Setting {name} ")
    assert advice in str(refused.value)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


def test_grafanas_published_key_is_the_one_of_its_defaults_file() -> None:
    assert GRAFANA_DEFAULT_SECRET_KEY == "SW2YcwTIb9zpOOhoPsMm"


def test_a_refused_secret_key_is_not_shown() -> None:
    with pytest.raises(SettingError) as refused:
        read(GF_SECURITY_SECRET_KEY="hunter2")
    assert "hunter2" not in str(refused.value)


# Values from files


@pytest.fixture
def write(tmp_path: Path) -> Callable[[bytes], str]:
    def written(content: bytes) -> str:
        path = tmp_path / "value"
        path.write_bytes(content)
        return str(path)

    return written


@pytest.mark.parametrize(
    "content",
    [SECRET, f"{SECRET}\n", f"  {SECRET}\r\n"],
    ids=["without line end", "with line end", "with spaces"],
)
def test_a_value_is_read_from_the_file_that_is_named(write: Callable[[bytes], str], content: str) -> None:
    assert read(GF_SECURITY_SECRET_KEY__FILE=write(content.encode())).secret_key == SECRET


@pytest.mark.parametrize("name", ROWS)
def test_every_setting_may_come_from_a_file(write: Callable[[bytes], str], name: str) -> None:
    default = ROWS[name].metadata["default"]
    assert read(**{f"{name}__FILE": write(default.encode())}) == Settings()


def test_a_value_from_a_file_is_checked_like_any_other(write: Callable[[bytes], str]) -> None:
    with pytest.raises(SettingError, match="Setting GF_SERVER_HTTP_PORT must be a whole number"):
        read(GF_SERVER_HTTP_PORT__FILE=write(b"http"))


def test_grafanas_published_key_is_refused_from_a_file_too(write: Callable[[bytes], str]) -> None:
    with pytest.raises(SettingError, match="published default"):
        read(GF_SECURITY_SECRET_KEY__FILE=write(GRAFANA_DEFAULT_SECRET_KEY.encode() + b"\n"))


def test_a_value_and_a_file_at_once_are_refused(write: Callable[[bytes], str]) -> None:
    with pytest.raises(SettingError, match="GF_SERVER_HTTP_PORT and GF_SERVER_HTTP_PORT__FILE are both set: keep one"):
        read(GF_SERVER_HTTP_PORT="3000", GF_SERVER_HTTP_PORT__FILE=write(b"3000"))


def test_an_empty_file_name_means_not_set() -> None:
    assert read(GF_SERVER_HTTP_PORT="3001", GF_SERVER_HTTP_PORT__FILE="").http_port == 3001


def test_an_empty_value_beside_a_file_means_the_file(write: Callable[[bytes], str]) -> None:
    assert read(GF_SERVER_HTTP_PORT="", GF_SERVER_HTTP_PORT__FILE=write(b"3001")).http_port == 3001


@pytest.mark.parametrize("name", ["missing", "."], ids=["missing", "a folder"])
def test_a_file_that_cannot_be_read_is_named_with_its_setting(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingError) as refused:
        read(GF_SECURITY_SECRET_KEY__FILE=str(tmp_path / name))
    assert refused.value.name == "GF_SECURITY_SECRET_KEY__FILE"
    assert str(tmp_path / name) in str(refused.value)


def test_a_file_that_is_no_text_is_refused_without_showing_what_it_holds(write: Callable[[bytes], str]) -> None:
    with pytest.raises(SettingError) as refused:
        read(GF_SECURITY_SECRET_KEY__FILE=write(b"hunter2 \xff\xfe"))
    assert refused.value.name == "GF_SECURITY_SECRET_KEY__FILE"
    assert "hunter2" not in str(refused.value)


# Printing


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("GF_SECURITY_SECRET_KEY", SECRET),
        ("GF_SECURITY_ADMIN_PASSWORD", SECRET),
        ("GF_DATABASE_URL", f"postgresql://u:{SECRET}@h/d"),
    ],
    ids=lambda text: text.split(":")[0],
)
def test_printed_settings_show_no_secret(name: str, text: str) -> None:
    assert SECRET not in repr(read(**{name: text}))
    assert SECRET not in str(read(**{name: text}))


def test_printed_settings_show_the_others() -> None:
    assert "http_port=3001" in repr(read(GF_SERVER_HTTP_PORT="3001"))


@pytest.mark.parametrize("name", ROWS)
def test_every_setting_says_what_it_is_for(name: str) -> None:
    assert ROWS[name].metadata["about"]
