"""Which settings are too dangerous to start in production with?"""

import re
from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured

# Long enough that nobody types it by heart, the length of Django's own generated keys.
SHORTEST_SECRET = 50
SHORTEST_HISTORY_SECRET = 32


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
    reasons = []
    if not secret_key:
        reasons.append("SECRET_KEY is missing: set it to at least 50 random characters and keep it secret.")
    elif len(secret_key) < SHORTEST_SECRET or len(set(secret_key)) < 5 or secret_key.startswith("django-insecure"):
        reasons.append("SECRET_KEY is too easy to guess: set it to at least 50 random characters.")
    if not history_keys:
        reasons.append("HISTORY_KEYS is missing: set it to id:secret; it proves that the history was not rewritten.")
    elif any(len(secret) < SHORTEST_HISTORY_SECRET for secret in history_keys.values()):
        reasons.append("HISTORY_KEYS has a secret of less than 32 characters: use a longer random one.")
    if any(len(secret) < SHORTEST_HISTORY_SECRET for secret in (webhook_keys or {}).values()):
        reasons.append("WEBHOOK_KEYS has a secret of less than 32 characters: use a longer random one.")
    if debug:
        reasons.append("DEBUG is on and shows the program's inside to everybody: remove it or set it to False.")
    if not allowed_hosts:
        reasons.append("ALLOWED_HOSTS is empty: name the hosts under which people reach this, separated by commas.")
    elif any(host == "*" for host in allowed_hosts):
        reasons.append("ALLOWED_HOSTS contains '*', which lets links in mails be forged: name the hosts.")
    if not site_url:
        reasons.append("SITE_URL is missing: links in mails begin with it; set it to the address people use.")
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
