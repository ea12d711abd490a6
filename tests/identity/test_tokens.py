"""The two token formats."""

import hashlib
import json
import re
import zlib
from base64 import b64encode

import pytest

from app.identity.tokens import (
    LegacyToken,
    ServiceToken,
    hash_secret,
    legacy_token,
    new_secret,
    read_token,
    service_token,
)

SECRET = "VVQjot0nijQ59lun6pMZRtsdBXxnFQ9M"
# The sample token of Grafana's documentation.
PUBLISHED = f"glsa_{SECRET}_77c34a79"


def legacy(document: object) -> str:
    return b64encode(json.dumps(document, separators=(",", ":")).encode()).decode()


def with_checksum(body: str) -> str:
    return f"{body}_{zlib.crc32(body.encode()).to_bytes(4, 'little').hex()}"


def test_a_service_token_ends_in_the_published_checksum() -> None:
    assert service_token(SECRET) == PUBLISHED


def test_the_published_token_is_read() -> None:
    assert read_token(PUBLISHED) == ServiceToken(SECRET)


@pytest.mark.parametrize(
    "text",
    [
        f"glsa_{SECRET}_794ac377",
        f"glsa_{SECRET}_77c34a78",
        f"glsa_{SECRET}_77C34A79",
        f"glsa_{SECRET}_",
        f"glsa_{SECRET}",
        f"{PUBLISHED}_",
        f"{PUBLISHED} ",
        f" {PUBLISHED}",
        f"glsa_{SECRET[:-1]}N_77c34a79",
        with_checksum("glsa_tooshort"),
        with_checksum(f"glsa_{SECRET}x"),
        with_checksum(f"glsa_{'ä' * 32}"),
        with_checksum(f"glxx_{SECRET}"),
        with_checksum(f"glsa_{SECRET[:15]}_{SECRET[16:]}"),
        "glsa__00000000",
        "gl",
        "",
        "\udcff",
    ],
    ids=[
        "big-endian checksum",
        "wrong checksum",
        "upper-case checksum",
        "empty checksum",
        "no checksum",
        "four parts",
        "space after",
        "space before",
        "changed secret",
        "short secret",
        "long secret",
        "secret that is not ASCII",
        "another service",
        "underscore in the secret",
        "empty secret",
        "only the prefix",
        "empty",
        "lone surrogate",
    ],
)
def test_a_malformed_service_token_is_none(text: str) -> None:
    assert read_token(text) is None


def test_a_legacy_token_is_padded_base64_of_compact_json() -> None:
    text = legacy_token(SECRET, "my key", 2)
    # Written out by hand, so that an existing client's parser finds what it looks for.
    assert text == b64encode(b'{"k":"%b","n":"my key","id":2}' % SECRET.encode()).decode()


@pytest.mark.parametrize("name", ["my key", "schlüssel", 'with "quotes"', ""], ids=str)
def test_a_legacy_token_is_read_with_its_name_and_org(name: str) -> None:
    assert read_token(legacy({"k": SECRET, "n": name, "id": 12})) == LegacyToken(SECRET, name, 12)


@pytest.mark.parametrize(
    "text",
    [
        legacy({"k": SECRET, "n": "name"}),
        legacy({"k": SECRET, "id": 1}),
        legacy({"n": "name", "id": 1}),
        legacy({"k": SECRET[:-1], "n": "name", "id": 1}),
        legacy({"k": "ä" * 32, "n": "name", "id": 1}),
        legacy({"k": 5, "n": "name", "id": 1}),
        legacy({"k": SECRET, "n": None, "id": 1}),
        legacy({"k": SECRET, "n": "name", "id": "1"}),
        legacy({"k": SECRET, "n": "name", "id": 1.0}),
        legacy({"k": SECRET, "n": "name", "id": True}),
        legacy([SECRET, "name", 1]),
        legacy(None),
        b64encode(b"no json").decode(),
        b64encode(b"\xff\xfe\xfd").decode(),
        b64encode(b"[" * 100_000).decode(),
        legacy({"k": SECRET, "n": "name", "id": 1}) + "!",
        "not base64",
        "ey",
        "ä",
    ],
    ids=[
        "no org",
        "no name",
        "no secret",
        "short secret",
        "secret that is not ASCII",
        "number for a secret",
        "null for a name",
        "text for an org",
        "fraction for an org",
        "boolean for an org",
        "array",
        "null",
        "no JSON",
        "no UTF-8",
        "deep nesting",
        "character after",
        "no base64",
        "wrong padding",
        "not ASCII",
    ],
)
def test_a_malformed_legacy_token_is_none(text: str) -> None:
    assert read_token(text) is None


def test_secrets_have_32_letters_and_digits_and_are_new_each_time() -> None:
    made = {new_secret() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"[0-9A-Za-z]{32}", secret) for secret in made)


def test_what_is_stored_of_a_secret_is_its_sha256() -> None:
    assert hash_secret("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert hash_secret(SECRET) == hashlib.sha256(SECRET.encode()).hexdigest()


@pytest.mark.parametrize("token", [ServiceToken(SECRET), LegacyToken(SECRET, "name", 1)], ids=["service", "legacy"])
def test_a_printed_token_does_not_show_its_secret(token: ServiceToken | LegacyToken) -> None:
    assert SECRET not in repr(token)
    assert SECRET not in str(token)
