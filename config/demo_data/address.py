"""Where does the demo answer? Its port may be another than the one it was asked for."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

_FILE = "address"


def remember_address(url: str) -> None:
    """Note where the demo on this data answers, for commands in other processes."""
    _path().write_text(url)


def known_address() -> str:
    """Where the demo on this data answered last; elsewhere, and before its first start, what mails link to."""
    if settings.DEMO and _path().exists():
        return _path().read_text()
    address: str = settings.SITE_URL
    return address


def _path() -> Path:
    return Path(settings.VAR_DIR) / _FILE
