"""Who asks for tokens without end is slowed down; nobody can have somebody else slowed down or locked out."""

from itertools import count

import pytest
from django.core.cache import cache
from django.test import Client
from redis.exceptions import ConnectionError as NoRedis
from rest_framework.settings import api_settings
from rest_framework.throttling import SimpleRateThrottle

from companies.api.throttles import TOO_MANY, SignInThrottle, TokenThrottle, client_address
from companies.models import ApiToken
from tests.api.documented import check_documented
from tests.factories import PASSWORD

VISIT = "/customerlogin/auth/anonymous/login"
AGAIN = "/customerlogin/auth/anonymous/refresh"
LOGIN = "/customer/acme/login"
REFRESH = "/customer/acme/refreshauthtoken"
OAUTH = "/oauth/token"
WRONG = "wrong-password"
HERE, THERE = "192.0.2.10", "198.51.100.20"
OAUTH_BODY = {"code": 429, "status": "Too Many Requests", "message": TOO_MANY}
CUSTOMER_BODY = {"type": "too_many_requests", "status": 429, "message": TOO_MANY}


@pytest.fixture(autouse=True)
def _fresh():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def three(monkeypatch):
    """Three a minute, of each kind."""
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"tokens": "3/minute", "sign_ins": "3/minute"})


@pytest.fixture
def visitor(anonymous_api):
    return anonymous_api().token


def send(path, visitor="", address=HERE, body=None, **headers):
    """One request from a network address."""
    client = Client(REMOTE_ADDR=address)
    if visitor:
        headers["Authorization"] = f"Bearer {visitor}"
    if path == OAUTH:
        answer = client.post(path, body or {"grant_type": "client_credentials"}, headers=headers)
    elif path == LOGIN:
        sent = body or {"email": "nobody@nowhere.example", "password": WRONG}
        answer = client.post(path, sent, content_type="application/json", headers=headers)
    else:
        query = {"tenant": "acme", "client_id": "x", "refresh_token": "x", "refreshToken": "x"}
        answer = client.get(path, query, headers=headers)
    check_documented(answer.request["REQUEST_METHOD"], path, answer.status_code, answer.json())
    return answer


@pytest.mark.usefixtures("three")
class TestFloods:
    @pytest.mark.parametrize("path", [VISIT, AGAIN, LOGIN, REFRESH, OAUTH])
    def test_are_answered_429_with_seconds_to_wait(self, cast, visitor, path):
        before = [send(path, visitor).status_code for _ in range(3)]
        rows = ApiToken.objects.count()

        answer = send(path, visitor)

        assert 429 not in before
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert answer.json() == (OAUTH_BODY if path == OAUTH else CUSTOMER_BODY)
        assert ApiToken.objects.count() == rows

    def test_of_one_address_slow_down_no_other(self, cast, visitor):
        assert [send(VISIT).status_code for _ in range(4)] == [200, 200, 200, 429]

        assert send(VISIT, address=THERE).status_code == 200
        assert send(LOGIN, visitor).status_code == 401

    def test_of_one_network_of_ipv6_are_of_one_address(self, cast):
        inside = [send(VISIT, address=f"2001:db8:1:2::{n}").status_code for n in range(1, 5)]

        assert inside == [200, 200, 200, 429]
        assert send(VISIT, address="2001:db8:1:3::1").status_code == 200

    @pytest.mark.parametrize(
        ("address", "known"),
        [
            ("192.0.2.10", "192.0.2.10"),
            ("::ffff:192.0.2.10", "192.0.2.10"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("fe80::1%eth0", "fe80::"),
            ("", None),
            ("192.0.2.10:80", None),
            ("localhost", None),
        ],
    )
    def test_come_from_an_address_or_from_nowhere(self, rf, address, known):
        assert client_address(rf.get("/", REMOTE_ADDR=address)) == known

    def test_cannot_hide_behind_a_header(self, cast):
        answers = [send(VISIT, X_Forwarded_For=f"203.0.113.{n}").status_code for n in range(4)]

        assert answers == [200, 200, 200, 429]

    def test_through_a_proxy_are_of_whom_it_names_last(self, cast, behind_a_proxy):
        mine = [send(VISIT, X_Forwarded_For=f"203.0.113.{n}, {THERE}").status_code for n in range(4)]

        assert mine == [200, 200, 200, 429]
        assert send(VISIT, X_Forwarded_For=f"{THERE}, 203.0.113.9").status_code == 200

    @pytest.mark.parametrize("address", ["", "unix:", "203.0.113.9:4711"])
    def test_from_nowhere_are_counted_too(self, cast, address):
        assert [send(VISIT, address=address).status_code for _ in range(4)] == [200, 200, 200, 429]

    def test_end_with_the_minute(self, cast, monkeypatch):
        clock = count(1_000, 19)
        monkeypatch.setattr(SimpleRateThrottle, "timer", lambda self: next(clock))

        assert [send(VISIT).status_code for _ in range(6)] == [200, 200, 200, 429, 200, 200]


def test_an_ordinary_day_meets_no_limit(cast):
    assert {send(VISIT).status_code for _ in range(300)} == {200}


def test_there_may_be_no_limit(cast, monkeypatch):
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"tokens": None, "sign_ins": None})
    assert {send(VISIT).status_code for _ in range(20)} == {200}


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("failure", [NoRedis("gone"), TimeoutError()])
def test_nobody_is_refused_while_the_cache_is_away(cast, visitor, monkeypatch, failure):
    def fail(*args, **kwargs):
        raise failure

    monkeypatch.setattr(SimpleRateThrottle.cache, "get", fail)

    assert {send(VISIT).status_code for _ in range(5)} == {200}
    assert {send(OAUTH).status_code for _ in range(5)} == {401}
    assert {send(LOGIN, visitor).status_code for _ in range(5)} == {401}


def test_the_limits_are_far_above_any_storefront():
    assert api_settings.DEFAULT_THROTTLE_RATES == {"tokens": "1200/minute", "sign_ins": "600/minute"}
    assert (TokenThrottle().num_requests, SignInThrottle().duration) == (1_200, 60)


@pytest.fixture
def behind_a_proxy(monkeypatch):
    monkeypatch.setattr(api_settings, "NUM_PROXIES", 1)


class TestGuessing:
    """Ten wrong passwords for one account from one address: a pause for them, and for nobody else."""

    @pytest.fixture(autouse=True)
    def _counted(self, settings):
        settings.AXES_ENABLED = True

    @pytest.fixture
    def login(self, cast, visitor):
        def send_password(name="rita", password=WRONG, **where):
            return send(LOGIN, visitor, body={"email": cast.user(name).email, "password": password}, **where)

        return send_password

    def lock(self, login, **where):
        statuses = [login(**where).status_code for _ in range(10)]
        assert statuses == [401] * 9 + [429]

    def test_locks_out_neither_the_account_elsewhere_nor_others_here(self, login):
        self.lock(login)

        assert login(password=PASSWORD, address=THERE).status_code == 200
        assert login("bea", PASSWORD).status_code == 200
        assert login(password=PASSWORD).status_code == 429

    def test_says_when_to_come_back(self, login):
        self.lock(login)

        assert login(password=PASSWORD).headers["Retry-After"] == "900"

    def test_cannot_change_its_address_by_a_header(self, login):
        for n in range(9):
            login(X_Forwarded_For=f"203.0.113.{n}")

        assert login(X_Forwarded_For="203.0.113.99").status_code == 429

    def test_cannot_lock_out_somebody_by_pretending_to_be_them(self, login):
        self.lock(login, X_Forwarded_For=THERE)

        assert login(password=PASSWORD, address=THERE).status_code == 200

    def test_behind_a_proxy_is_told_apart_by_what_it_says(self, login, behind_a_proxy):
        self.lock(login, X_Forwarded_For=f"203.0.113.1, {THERE}")

        assert login(password=PASSWORD, X_Forwarded_For="203.0.113.1").status_code == 200
        assert login(password=PASSWORD, X_Forwarded_For=f"203.0.113.2, {THERE}").status_code == 429

    def test_from_all_over_one_network_is_from_one_address(self, login):
        for n in range(9):
            login(address=f"2001:db8:1:2::{n}")

        assert login(address="2001:db8:1:2:ffff::1").status_code == 429

    def test_in_other_capitals_is_of_the_same_account(self, login, visitor, cast):
        for n in range(9):
            email = cast.rita.email.upper() if n % 2 else cast.rita.email.title()
            send(LOGIN, visitor, body={"email": email, "password": WRONG})

        assert login().status_code == 429

    def test_from_nowhere_is_counted_too(self, login):
        self.lock(login, address="")

    def test_needs_no_cache(self, login, monkeypatch):
        def fail(*args, **kwargs):
            raise NoRedis("gone")

        monkeypatch.setattr(SimpleRateThrottle.cache, "get", fail)
        self.lock(login)
