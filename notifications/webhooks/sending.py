"""How does one call go out? To the very address that was looked at, within a time, and nowhere else.

The name is resolved once, each of its addresses is checked, and the connection is made to a checked
one: a name that resolves otherwise a moment later gains nothing. TLS still asks for the name.
Redirects are not followed, and no proxy of the environment is used.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from config.kit.refused import Invalid
from notifications.webhooks.addresses import Rules, Target, target_of, why_closed

CONNECT_SECONDS = 5
ALL_SECONDS = 15  # from connecting to the end of the answer; far less than a claim lasts
KEPT = 1_000  # bytes of the answer
MOST_ADDRESSES = 3
TOO_LATE = "no complete answer in time"


class NotReached(Exception):
    """There was no answer; the text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver answered; `text` is the beginning of its body."""

    status: int
    retry_after: str
    text: str


def send(url: str, body: bytes, headers: Mapping[str, str], rules: Rules) -> Answer:
    """POST `body` and give the answer back, whatever its status. Raises `NotReached`."""
    try:
        target = target_of(url, rules)
    except Invalid as refusal:
        raise NotReached(refusal.text) from refusal
    end = time.monotonic() + ALL_SECONDS
    connection = _connected(target, _addresses(target, rules))
    # Timeouts of sockets begin anew with every byte; this one does not.
    timer = threading.Timer(max(end - time.monotonic(), 0.1), _hang_up, [connection])
    timer.daemon = True
    timer.start()
    try:
        connection.request("POST", target.path, body, {"Host": target.authority, **headers})
        response = connection.getresponse()
        text = response.read(KEPT).decode("utf-8", "replace").replace("\x00", "")
    except (OSError, http.client.HTTPException, ValueError) as failure:
        raise NotReached(TOO_LATE if time.monotonic() >= end else _said(failure)) from failure
    finally:
        timer.cancel()
        connection.close()
    if time.monotonic() >= end:
        raise NotReached(TOO_LATE)  # cut off, it looks like an answer that ends there
    return Answer(response.status, response.headers.get("Retry-After", ""), text)


@cache
def tls_context() -> ssl.SSLContext:
    """Certificates and names are checked, by what the machine trusts."""
    return ssl.create_default_context()


def _addresses(target: Target, rules: Rules) -> list[str]:
    """All addresses of the name; none of them may be closed, since it is not ours to choose among them."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as failure:
        raise NotReached(f"{target.host} was not found") from failure
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    if not rules.private:
        for address in addresses:
            why = why_closed(address)
            if why:
                raise NotReached(f"{target.host}: {why}")
    return addresses[:MOST_ADDRESSES]


def _connected(target: Target, addresses: list[str]) -> http.client.HTTPConnection:
    """An open connection to the first of these addresses that answers."""
    failure: Exception = NotReached(f"{target.host} has no address")
    for address in addresses:
        try:
            sock = socket.create_connection((address, target.port), CONNECT_SECONDS)
            try:
                if target.tls:
                    sock = tls_context().wrap_socket(sock, server_hostname=target.host)
            except BaseException:
                sock.close()
                raise
        except (OSError, ValueError) as refused:
            failure = refused
            continue
        sock.settimeout(ALL_SECONDS)
        connection = http.client.HTTPConnection(target.host, target.port, timeout=ALL_SECONDS)
        connection.sock = sock
        connection.auto_open = 0  # it would resolve the name again
        return connection
    raise NotReached(_said(failure)) from failure


def _hang_up(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        with contextlib.suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def _said(failure: Exception) -> str:
    if isinstance(failure, TimeoutError):
        return TOO_LATE
    if isinstance(failure, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(failure, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {failure.verify_message}"
    return f"{type(failure).__name__}: {failure}"[:200]
