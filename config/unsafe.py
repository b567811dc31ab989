"""What do the variables of the environment say, and which of it is too dangerous to start in production with?"""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

# Long enough that nobody types it by heart, the length of Django's own generated keys.
SHORTEST_SECRET = 50
SHORTEST_HISTORY_SECRET = 32
FEWEST_CHARACTERS = 5  # different ones: fewer are a key held down
YES, NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Variables(environ.Env):
    """The environment, read strictly: what could mean anything is refused by the name of its variable.

    The library takes every word but a few for False: `HTTPS=enabled` would have switched off what it was to switch on.
    An empty variable is one that is not set.
    """

    def bool(self, var: str, default: bool = False) -> bool:
        """True or False."""
        word = self.str(var, default="").strip().lower()
        if word and word not in (*YES, *NO):
            raise ImproperlyConfigured(f"{var} is {word!r}: write True or False.")
        return word in YES if word else default

    def ports(self, var: str, default: Sequence[int] = ()) -> list[int]:
        """Numbers of ports, separated by commas."""
        text = self.str(var, default="").strip()
        if text and not re.fullmatch(r"[0-9]{1,5}( *, *[0-9]{1,5})*", text):
            raise ImproperlyConfigured(f"{var} is {text!r}: write the numbers of ports, separated by commas.")
        return [int(part) for part in text.split(",")] if text else list(default)

    def int(self, var: str, default: int = 0) -> int:
        """A whole number, zero or more."""
        text = self.str(var, default="").strip()
        if text and not re.fullmatch(r"[0-9]{1,9}", text):
            raise ImproperlyConfigured(f"{var} is {text!r}: write a whole number, zero or more.")
        return int(text) if text else default

    def level(self, var: str, default: str) -> str:
        """From which level on something is logged."""
        word = (self.str(var, default="").strip() or default).upper()
        if word not in LEVELS:
            raise ImproperlyConfigured(f"{var} is {word!r}: write one of {', '.join(LEVELS)}.")
        return word


def postgresql(engine: str) -> str:
    """The engine of a DATABASE_URL that is not SQLite's; refuses every other than PostgreSQL's."""
    if "postg" not in engine:
        raise ImproperlyConfigured(
            f"DATABASE_URL is for {engine.rpartition('.')[2]}: write it as postgres://user:password@host:port/name."
        )
    return "django.db.backends.postgresql"


def parse_history_keys(text: str) -> dict[str, bytes]:
    """Read `id:secret,id:secret`; the first key signs, all of them verify, so a key can be changed without losing
    the history that the old one signed."""
    return parse_keys("HISTORY_KEYS", text)


def parse_keys(variable: str, text: str) -> dict[str, bytes]:
    """Read the `id:secret,id:secret` of an environment variable, in their order."""
    keys: dict[str, bytes] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, colon, secret = part.partition(":")
        if not colon or not name.strip() or not secret.strip():
            raise ImproperlyConfigured(
                f"{variable}: write it as id:secret, several separated by commas, the current one first."
            )
        if name.strip() in keys:
            raise ImproperlyConfigured(f"{variable}: the id {name.strip()!r} is there twice; give each key its own.")
        keys[name.strip()] = secret.strip().encode()
    return keys


def parse_rate(name: str, text: str) -> str | None:
    """Read `600/minute`, as many as `second`, `minute`, `hour` or `day` allows; empty is no limit."""
    if not text:
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,8}/(second|minute|hour|day)", text):
        raise ImproperlyConfigured(f"{name} is {text!r}: write it as 600/minute, or leave it empty for no limit.")
    return text


def parse_days(name: str, text: str) -> int:
    """Read a number of days, at most 36500; 0 is for good."""
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > 36_500:
        raise ImproperlyConfigured(f"{name} is {text!r}: write a number of days such as 180, or 0 for no end.")
    return int(text)


def refuse_unsafe(
    *,
    secret_key: str,
    history_keys: dict[str, bytes],
    debug: bool,
    allowed_hosts: Sequence[str],
    database_engine: str,
    sqlite_allowed: bool,
    site_url: str,
    webhook_keys: dict[str, bytes] | None = None,
) -> None:
    """Raise ImproperlyConfigured with every reason at once, each naming its variable and what to do."""
    reasons = _unsafe_secrets(secret_key, history_keys, webhook_keys or {})
    if debug:
        reasons.append("DEBUG is on and shows the program's inside to everybody: remove it or set it to False.")
    if not allowed_hosts:
        reasons.append("ALLOWED_HOSTS is empty: name the hosts under which people reach this, separated by commas.")
    elif any(host == "*" for host in allowed_hosts):
        reasons.append("ALLOWED_HOSTS contains '*', which lets links in mails be forged: name the hosts.")
    if not site_url:
        reasons.append("SITE_URL is missing: links in mails begin with it; set it to the address people use.")
    elif not _is_address(site_url):
        reasons.append(f"SITE_URL is {site_url!r}: links in mails begin with it; write it as https://shop.example.")
    if database_engine.endswith("sqlite3") and not sqlite_allowed:
        reasons.append(
            "DATABASE_URL is SQLite: give a PostgreSQL address, or set SQLITE_IN_PRODUCTION=True if one process "
            "on one machine is enough for you."
        )
    if reasons:
        listed = "\n".join(f"  - {reason}" for reason in reasons)
        raise ImproperlyConfigured(
            f"Countersign does not start in production like this:\n{listed}\n"
            "To look around without settings use `make demo`, which sets COUNTERSIGN_MODE=demo."
        )


def _is_monotonous(secret: str | bytes) -> bool:
    return len(set(secret)) < FEWEST_CHARACTERS


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)


def _unsafe_secrets(secret_key: str, history_keys: dict[str, bytes], webhook_keys: dict[str, bytes]) -> list[str]:
    reasons = []
    if not secret_key:
        reasons.append("SECRET_KEY is missing: set it to at least 50 random characters and keep it secret.")
    elif len(secret_key) < SHORTEST_SECRET or _is_monotonous(secret_key) or secret_key.startswith("django-insecure"):
        reasons.append("SECRET_KEY is too easy to guess: set it to at least 50 random characters.")
    if not history_keys:
        reasons.append("HISTORY_KEYS is missing: set it to id:secret; it proves that the history was not rewritten.")
    for variable, keys in (("HISTORY_KEYS", history_keys), ("WEBHOOK_KEYS", webhook_keys)):
        if any(len(secret) < SHORTEST_HISTORY_SECRET or _is_monotonous(secret) for secret in keys.values()):
            reasons.append(f"{variable} has a secret that is too easy to guess: use at least 32 random characters.")
    return reasons
