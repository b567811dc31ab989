"""Which addresses may a webhook call, and what follows an attempt? Tables."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from config.kit.refused import Invalid
from notifications.webhooks.addresses import Rules, target_of, why_closed
from notifications.webhooks.schedule import FIRST_WAIT, LONGEST_WAIT, LONGEST_WISH, MOST_FAILURES, after, wait, wished

NOW = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)

CLOSED = """
127.0.0.1 127.8.8.8 0.0.0.0 0.1.2.3 10.0.0.5 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 169.254.0.1
100.64.0.1 100.100.100.200 192.0.0.192 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250
240.0.0.1 255.255.255.255 192.88.99.1
::1 :: fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254 fec0::1 ff02::1 2001:db8::1 100::1 64:ff9b:1::1 3fff::1
::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:7f00:1 ::127.0.0.1 ::10.0.0.1
64:ff9b::7f00:1 64:ff9b::10.0.0.1 2002:7f00:1:: 2002:a00:1:: 2001:0:7f00:1::1 localhost hooks.localhost
"""
OPEN = """
8.8.8.8 93.184.216.34 172.15.0.1 172.32.0.1 100.63.0.1 100.128.0.1 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808
2002:808:808:: vendor.example 192.169.0.1
"""


@pytest.mark.parametrize("host", CLOSED.split())
def test_what_lies_inside_a_network_may_not_be_called(host):
    assert why_closed(host)


@pytest.mark.parametrize("host", OPEN.split())
def test_what_lies_outside_may_be_called(host):
    assert why_closed(host) == ""


STRICT, LOOSE = Rules(), Rules(http=True, private=True, ports=(8443,))


@pytest.mark.parametrize(
    ("url", "strict", "loose"),
    [
        ("https://vendor.example", True, True),
        ("https://vendor.example/hooks?tenant=acme", True, True),
        ("https://vendor.example:443/", True, True),
        ("https://vendor.example:8443/", False, True),
        ("https://vendor.example:22/", False, False),
        ("https://vendor.example:0/", False, False),
        ("https://vendor.example:99999/", False, False),
        ("http://vendor.example/", False, True),
        ("https://vendor.example:80/", False, True),
        ("https://10.0.0.1/", False, True),
        ("https://[::1]/", False, True),
        ("https://[::ffff:10.0.0.1]/", False, True),
        ("https://localhost/", False, True),
        ("https://vendor.example@10.0.0.1/", False, False),
        ("https://user:word@vendor.example/", False, False),
        ("https://vendor.example/#part", False, False),
        ("https://vendor.example/a b", False, False),
        ("https://vendor.example/a\r\nHost: other", False, False),
        ("https://[::1", False, False),
        ("https://", False, False),
        ("ftp://vendor.example/", False, False),
        ("file:///etc/passwd", False, False),
        ("gopher://vendor.example/", False, False),
        ("//vendor.example/", False, False),
        ("vendor.example", False, False),
        ("https://vendör.example/", False, False),
        ("https://vendor.example/" + "a" * 500, False, False),
        ("", False, False),
    ],
)
def test_addresses_that_can_be_given(url, strict, loose):
    for rules, allowed in ((STRICT, strict), (LOOSE, loose)):
        if allowed:
            assert target_of(url, rules).host
        else:
            with pytest.raises(Invalid) as refused:
                target_of(url, rules)
            assert refused.value.field == "url"


def test_a_target_is_what_its_address_says():
    target = target_of("https://Vendor.Example.:8443/hooks?a=1", LOOSE)
    assert (target.host, target.port, target.tls, target.path) == ("vendor.example", 8443, True, "/hooks?a=1")
    assert target.authority == "vendor.example:8443"
    assert target_of("https://vendor.example", STRICT).authority == "vendor.example"
    assert target_of("https://[2606:4700::1111]/", STRICT).authority == "[2606:4700::1111]"


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_a_yes(status):
    assert after(status, 1, NOW).taken


@pytest.mark.parametrize("status", [None, 100, 301, 302, 307, 400, 401, 404, 409, 410, 429, 500, 503, 599])
def test_everything_else_is_tried_again(status):
    follows = after(status, 1, NOW, error="no answer in time")
    assert not follows.taken
    assert follows.at == NOW + FIRST_WAIT
    assert follows.gone is (status == 410)
    assert (str(status) if status else "no answer in time") in follows.words


def test_the_wait_doubles_and_ends_in_giving_up():
    waits = [wait(failures) for failures in range(1, MOST_FAILURES)]
    assert waits[:4] == [timedelta(seconds=seconds) for seconds in (5, 10, 20, 40)]
    assert all(later >= sooner for sooner, later in pairwise(waits))
    assert waits[-1] == max(waits) == LONGEST_WAIT
    assert sum(waits, timedelta()) > timedelta(days=3)
    assert after(500, MOST_FAILURES - 1, NOW).at is not None
    assert after(500, MOST_FAILURES, NOW).at is None


@pytest.mark.parametrize(
    ("said", "pause"),
    [
        ("120", timedelta(minutes=2)),
        (" 120 ", timedelta(minutes=2)),
        ("Tue, 24 Nov 2026 13:15:00 GMT", timedelta(minutes=10)),
        ("Tue, 24 Nov 2026 12:00:00 GMT", timedelta()),
        ("-5", timedelta()),
        ("soon", timedelta()),
        ("", timedelta()),
        ("9" * 40, timedelta(seconds=999_999_999)),
        ("Tue, 24 Nov 2026 13:15:00 +99999999999999", timedelta()),
    ],
)
def test_a_receiver_may_say_when_to_come_back(said, pause):
    assert wished(said, NOW) == pause
    for status in (429, 503):
        at = after(status, 1, NOW, retry_after=said).at
        assert at == NOW + max(FIRST_WAIT, min(pause, LONGEST_WISH))
    assert after(500, 1, NOW, retry_after=said).at == NOW + FIRST_WAIT
