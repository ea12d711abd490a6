import pytest

from app.dialects.grafana.ids import IdMissing, IdNotPositive, InvalidId, by_id, by_id_to_delete, read_id
from app.registry.datasource import ById


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("0", 0),
        ("-5", -5),
        ("+7", 7),
        ("007", 7),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
    ],
)
def test_a_number_is_read_as_go_reads_it(text: str, number: int) -> None:
    assert read_id(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "1a",
        "1.0",
        "1e3",
        " 1",
        "1\n",
        "1_000",
        "0x1",
        "+",
        "--1",
        "٣",
        "9223372036854775808",
        "-9223372036854775809",
        pytest.param("9" * 5_000, id="5000-digits"),
    ],
)
def test_what_is_no_64_bit_integer_is_refused(text: str) -> None:
    with pytest.raises(InvalidId):
        read_id(text)


def test_many_leading_zeros_do_not_matter() -> None:
    assert read_id("0" * 30 + "1") == 1


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("-1", -1)])
def test_an_id_names_a_data_source(text: str, number: int) -> None:
    assert by_id(text) == ById(number)


@pytest.mark.parametrize("text", ["0", "-0", "000"])
def test_the_id_0_is_missing(text: str) -> None:
    with pytest.raises(IdMissing):
        by_id(text)


@pytest.mark.parametrize("text", ["0", "-1", "-9223372036854775808"])
def test_an_id_to_delete_is_above_0(text: str) -> None:
    with pytest.raises(IdNotPositive):
        by_id_to_delete(text)


def test_a_positive_id_can_be_deleted() -> None:
    assert by_id_to_delete("12") == ById(12)


@pytest.mark.parametrize("read", [by_id, by_id_to_delete])
def test_what_is_no_number_is_invalid_everywhere(read: object) -> None:
    assert callable(read)
    with pytest.raises(InvalidId):
        read("abc")
