"""Does production refuse to start with settings that would hurt?"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.unsafe import Variables, parse_days, parse_history_keys, parse_rate, postgresql, refuse_unsafe

ROOT = Path(__file__).resolve().parents[2]
SAFE = {
    "secret_key": "".join(chr(97 + number % 26) for number in range(60)),
    "history_keys": {"2026": b"history!" * 5},
    "debug": False,
    "allowed_hosts": ["shop.example"],
    "database_engine": "django.db.backends.postgresql",
    "sqlite_allowed": False,
    "site_url": "https://shop.example",
}


def test_safe_settings_start():
    refuse_unsafe(**SAFE)


@pytest.mark.parametrize(
    ("changed", "variable"),
    [
        ({"secret_key": ""}, "SECRET_KEY"),
        ({"secret_key": "short"}, "SECRET_KEY"),
        ({"secret_key": "x" * 60}, "SECRET_KEY"),
        ({"secret_key": "django-insecure-" + SAFE["secret_key"]}, "SECRET_KEY"),
        ({"history_keys": {}}, "HISTORY_KEYS"),
        ({"history_keys": {"old": b"short"}}, "HISTORY_KEYS"),
        ({"history_keys": {"old": b"h" * 40}}, "HISTORY_KEYS"),
        ({"webhook_keys": {"old": b"w" * 40}}, "WEBHOOK_KEYS"),
        ({"debug": True}, "DEBUG"),
        ({"allowed_hosts": []}, "ALLOWED_HOSTS"),
        ({"allowed_hosts": ["shop.example", "*"]}, "ALLOWED_HOSTS"),
        ({"database_engine": "django.db.backends.sqlite3"}, "DATABASE_URL"),
        ({"site_url": ""}, "SITE_URL"),
        ({"site_url": "shop.example"}, "SITE_URL"),
        ({"site_url": "https:///dashboard"}, "SITE_URL"),
        ({"site_url": "https://shop.example/?a=1"}, "SITE_URL"),
    ],
)
def test_refusal_names_the_variable(changed, variable):
    with pytest.raises(ImproperlyConfigured, match=variable):
        refuse_unsafe(**(SAFE | changed))


def test_all_reasons_come_at_once():
    with pytest.raises(ImproperlyConfigured) as refused:
        refuse_unsafe(**(SAFE | {"secret_key": "", "debug": True, "allowed_hosts": []}))
    assert all(name in str(refused.value) for name in ("SECRET_KEY", "DEBUG", "ALLOWED_HOSTS"))


@pytest.mark.parametrize("rate", ["600/minute", "1/day", "5/second", "100000/hour"])
def test_a_rate_is_so_many_in_a_time(rate):
    assert parse_rate("API_TOKEN_RATE", rate) == rate


def test_no_rate_is_no_limit():
    assert parse_rate("API_TOKEN_RATE", "") is None


@pytest.mark.parametrize("rate", ["600", "0/minute", "-5/minute", "many/minute", "600/week", "600/m", "600 / minute"])
def test_what_is_no_rate_is_refused_by_the_name_of_its_variable(rate):
    with pytest.raises(ImproperlyConfigured, match="API_TOKEN_RATE"):
        parse_rate("API_TOKEN_RATE", rate)


@pytest.mark.parametrize(
    ("text", "default", "meant"),
    [("True", False, True), ("on", False, True), ("FALSE", True, False), ("0", True, False), ("", True, True)],
)
def test_a_switch_is_on_or_off(monkeypatch, text, default, meant):
    monkeypatch.setenv("HTTPS", text)
    assert Variables().bool("HTTPS", default=default) is meant


@pytest.mark.parametrize(
    ("read", "text"),
    [
        ("bool", "enabled"),
        ("bool", "tru"),
        ("int", "-1"),
        ("int", "one"),
        ("ports", "443,"),
        ("ports", "https"),
        ("level", "LOUD"),
    ],
)
def test_what_could_mean_anything_is_refused_by_the_name_of_its_variable(monkeypatch, read, text):
    """Read as False, a word that was to switch on HTTPS would send cookies in the clear."""
    monkeypatch.setenv("SOMETHING", text)
    with pytest.raises(ImproperlyConfigured, match="SOMETHING"):
        getattr(Variables(), read)("SOMETHING", "INFO")


def test_another_database_is_refused_and_not_taken_for_postgresql():
    assert postgresql("django.db.backends.postgresql_psycopg2") == "django.db.backends.postgresql"
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL is for mysql"):
        postgresql("django.db.backends.mysql")


def test_days_are_a_number_of_them():
    assert [parse_days("WEBHOOK_KEPT_DAYS", text) for text in ("0", "180")] == [0, 180]
    for text in ("", "-1", "1.5", "half a year", "99999"):
        with pytest.raises(ImproperlyConfigured, match="WEBHOOK_KEPT_DAYS"):
            parse_days("WEBHOOK_KEPT_DAYS", text)


def test_sqlite_in_production_when_somebody_says_so():
    refuse_unsafe(**(SAFE | {"database_engine": "django.db.backends.sqlite3", "sqlite_allowed": True}))


def test_history_keys_keep_their_order():
    assert list(parse_history_keys("new:abc, old:def").items()) == [("new", b"abc"), ("old", b"def")]


@pytest.mark.parametrize("text", ["abc", ":abc", "a:", "a:b,a:c"])
def test_history_keys_that_cannot_be_meant(text):
    with pytest.raises(ImproperlyConfigured, match="HISTORY_KEYS"):
        parse_history_keys(text)


def test_without_any_environment_the_strict_mode_holds():
    bare = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=bare, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "SECRET_KEY is missing" in done.stderr
