import pytest

from app.dialects.grafana.ids import InvalidId
from app.dialects.grafana.paths import InvalidPathUid, ProxiedPath, read_proxied_path
from app.registry.datasource import ById, ByUid, Ref


@pytest.mark.parametrize(
    ("path", "ref", "rest"),
    [
        ("1", ById(1), ""),
        ("1/", ById(1), ""),
        ("1/render", ById(1), "render"),
        ("1//render", ById(1), "/render"),
        ("1/a%2Fb/", ById(1), "a%2Fb/"),
        ("%31/x", ById(1), "x"),
        ("0/x", ById(0), "x"),
        ("uid/abc-1_Z", ByUid("abc-1_Z"), ""),
        ("uid/abc/", ByUid("abc"), ""),
        ("uid/abc/api/v1/query", ByUid("abc"), "api/v1/query"),
        ("uid/%61bc/x", ByUid("abc"), "x"),
        ("uid/uid/uid/x", ByUid("uid"), "uid/x"),
        ("1/uid/abc", ById(1), "uid/abc"),
        ("1/a\nb", ById(1), "a\nb"),
    ],
    ids=repr,
)
def test_a_proxied_path_names_a_data_source_and_what_is_asked_of_it(path: str, ref: Ref, rest: str) -> None:
    assert read_proxied_path(path) == ProxiedPath(ref, rest)


@pytest.mark.parametrize(
    "path", ["uid/a%20b/x", "uid/a%2Fb", "uid//x", "uid/", "uid/a.b", "uid/%C3%A9", "uid/a%00", "uid/a\n"], ids=repr
)
def test_a_uid_with_characters_that_no_uid_has_is_refused(path: str) -> None:
    with pytest.raises(InvalidPathUid):
        read_proxied_path(path)


@pytest.mark.parametrize("path", ["abc/x", "", "/x", "1.5/x", "uid", "%2F1", "9223372036854775808/x"], ids=repr)
def test_an_id_that_is_no_number_is_refused(path: str) -> None:
    with pytest.raises(InvalidId):
        read_proxied_path(path)
