"""Which proxy of the environment a request goes through."""

import pytest

from app.upstream.forward_proxies import ForwardProxies, ForwardProxy

_BOTH = ForwardProxies(http="http://plain.test:3128", https="http://secure.test:3129")


def _goes_straight(host: str, no_proxy: str) -> bool:
    return ForwardProxies(http="http://plain.test:3128", no_proxy=no_proxy).proxy_for("http", host, 80) is None


def test_without_proxies_all_goes_straight() -> None:
    assert ForwardProxies().proxy_for("http", "metrics.test", 80) is None
    assert ForwardProxies().proxy_for("https", "metrics.test", 80) is None


@pytest.mark.parametrize(("scheme", "expected"), [("http", "plain.test"), ("https", "secure.test")])
def test_each_scheme_has_its_proxy(scheme: str, expected: str) -> None:
    found = _BOTH.proxy_for(scheme, "metrics.test", 80)
    assert found is not None
    assert found.host == expected


def test_a_proxy_for_one_scheme_is_none_for_the_other() -> None:
    assert ForwardProxies(http="http://plain.test").proxy_for("https", "metrics.test", 80) is None
    assert ForwardProxies(https="http://secure.test").proxy_for("http", "metrics.test", 80) is None


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "[::1]", "::1"])
def test_loopback_never_goes_through_a_proxy(scheme: str, host: str) -> None:
    assert _BOTH.proxy_for(scheme, host, 80) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://plain.test:3128", ForwardProxy("plain.test", 3128, None)),
        ("http://plain.test:3128/", ForwardProxy("plain.test", 3128, None)),
        ("plain.test:3128", ForwardProxy("plain.test", 3128, None)),
        ("http://plain.test", ForwardProxy("plain.test", 80, None)),
        ("http://[2001:db8::1]:3128", ForwardProxy("2001:db8::1", 3128, None)),
        ("http://ada:pass@plain.test", ForwardProxy("plain.test", 80, "Basic YWRhOnBhc3M=")),
        ("ada:pass@plain.test:3128", ForwardProxy("plain.test", 3128, "Basic YWRhOnBhc3M=")),
        ("http://ada:p%40s%3As@plain.test", ForwardProxy("plain.test", 80, "Basic YWRhOnBAczpz")),
        ("http://ada@plain.test", ForwardProxy("plain.test", 80, "Basic YWRhOg==")),
    ],
)
def test_a_proxys_url_is_read(url: str, expected: ForwardProxy) -> None:
    assert ForwardProxies(http=url).proxy_for("http", "metrics.test", 80) == expected


@pytest.mark.parametrize(
    ("host", "no_proxy"),
    [
        ("metrics.test", "metrics.test"),
        ("metrics.test", "other.test, metrics.test"),
        ("metrics.test", "METRICS.test"),
        ("a.metrics.test", "metrics.test"),
        ("a.metrics.test", ".metrics.test"),
        ("metrics.test", "*"),
        ("10.1.2.3", "10.1.2.3"),
        ("[2001:db8::1]", "2001:db8::1"),
        pytest.param("10.1.2.3", "10.0.0.0/8", id="network"),
    ],
)
def test_hosts_that_the_environment_lists_are_reached_straight(host: str, no_proxy: str) -> None:
    assert _goes_straight(host, no_proxy)


@pytest.mark.parametrize(
    ("host", "no_proxy"),
    [
        ("metrics.test", ""),
        ("metrics.test", "other.test"),
        ("xmetrics.test", "metrics.test"),
        ("11.1.2.3", "10.0.0.0/8"),
    ],
)
def test_other_hosts_are_not(host: str, no_proxy: str) -> None:
    assert not _goes_straight(host, no_proxy)


def test_the_credentials_of_a_proxy_are_not_printed() -> None:
    given = ForwardProxies(http="http://ada:hidden@plain.test", https="http://ada:hidden@plain.test")
    assert "hidden" not in f"{given} {given.proxy_for('http', 'metrics.test', 80)}"
    assert "YWRhOmhpZGRlbg" not in f"{given.proxy_for('http', 'metrics.test', 80)}"
