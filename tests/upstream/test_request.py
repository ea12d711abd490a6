from upstream.exchanges import outbound


def test_what_is_printed_of_a_request_shows_no_header() -> None:
    request = outbound(80, headers=[("Authorization", "Basic c2VjcmV0"), ("X-Key", "hidden")])
    assert "c2VjcmV0" not in repr(request)
    assert "hidden" not in repr(request)
    assert "X-Key" not in repr(request)


def test_what_is_printed_of_a_request_shows_no_target() -> None:
    assert "hidden" not in repr(outbound(80, target="/write?u=me&p=hidden"))


def test_what_is_printed_of_a_request_says_where_it_goes() -> None:
    assert "example.test" in repr(outbound(8086, host="example.test"))
