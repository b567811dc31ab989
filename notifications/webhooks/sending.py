"""How does one call go out? To the very address that was looked at, within a time, and nowhere else.

The name is resolved once, each of its addresses is checked, and the connection is made to a checked
one: a name that resolves otherwise a moment later gains nothing. TLS still asks for the name.
Redirects are not followed, and no proxy of the environment is used.
"""

from __future__ import annotations

import contextlib
import http.client
import queue
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from config.kit.refused import Invalid
from notifications.webhooks.addresses import Rules, Target, target_of, why_closed

FIND_SECONDS = 5  # to be told the addresses of a name
CONNECT_SECONDS = 5  # to each of them
ALL_SECONDS = 15  # from the name to the end of the answer; far less than a claim lasts
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
    """POST `body` and give the answer back, whatever its status; over after `ALL_SECONDS`. Raises `NotReached`."""
    try:
        target = target_of(url, rules)
    except Invalid as refusal:
        raise NotReached(refusal.text) from refusal
    with _Deadline(ALL_SECONDS) as deadline:
        connection = _connected(target, _addresses(target, rules, deadline), deadline)
        try:
            connection.request("POST", target.path, body, {"Host": target.authority, **headers})
            response = connection.getresponse()
            text = response.read(KEPT).decode("utf-8", "replace").replace("\x00", "")
        except (OSError, http.client.HTTPException, ValueError) as failure:
            raise NotReached(TOO_LATE if deadline.is_over else _said(failure)) from failure
        finally:
            connection.close()
        if deadline.is_over:
            raise NotReached(TOO_LATE)  # cut off, it looks like an answer that ends there
    return Answer(response.status, response.headers.get("Retry-After", ""), text)


class _Deadline:
    """The end of a whole call: then whatever socket is in use is cut off.

    Timeouts of sockets begin anew with every byte; this one does not.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._sock: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    @property
    def left(self) -> float:
        """Seconds; never nothing, which would be a socket that does not wait."""
        return max(self._end - time.monotonic(), 0.001)

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._end

    def watch(self, sock: socket.socket) -> None:
        """From now on this is the socket that is cut off."""
        self._sock = sock
        sock.settimeout(self.left)

    def _cut(self) -> None:
        if self._sock is not None:
            with contextlib.suppress(OSError):
                # Not the method of a TLS socket, which takes away what its other thread is about to use.
                socket.socket.shutdown(self._sock, socket.SHUT_RDWR)


@cache
def tls_context() -> ssl.SSLContext:
    """Certificates and names are checked, by what the machine trusts."""
    return ssl.create_default_context()


def _addresses(target: Target, rules: Rules, deadline: _Deadline) -> list[str]:
    """All addresses of the name; none of them may be closed, since it is not ours to choose among them."""
    try:
        found = _found(target, min(FIND_SECONDS, deadline.left))
    except (OSError, UnicodeError) as failure:
        raise NotReached(f"{target.host} was not found") from failure
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    if not rules.private:
        for address in addresses:
            why = why_closed(address)
            if why:
                raise NotReached(f"{target.host}: {why}")
    return addresses[:MOST_ADDRESSES]


def _found(target: Target, seconds: float) -> list[Any]:
    """What the resolver says in time. It knows no timeout itself, so it is asked in a thread, and left there."""
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as failure:
            answers.put(failure)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise NotReached(f"{target.host} was not found in time") from None
    if isinstance(answer, Exception):
        raise answer
    return list(answer)


def _connected(target: Target, addresses: list[str], deadline: _Deadline) -> http.client.HTTPConnection:
    """An open connection to the first of these addresses that answers."""
    failure: Exception = NotReached(f"{target.host} has no address")
    for address in addresses:
        try:
            sock = _open(target, address, deadline)
        except (OSError, ValueError) as refused:
            failure = TimeoutError() if deadline.is_over else refused
            continue
        connection = http.client.HTTPConnection(target.host, target.port)
        connection.sock = sock
        connection.auto_open = 0  # it would resolve the name again
        return connection
    raise NotReached(_said(failure)) from failure


def _open(target: Target, address: str, deadline: _Deadline) -> socket.socket:
    sock = socket.create_connection((address, target.port), min(CONNECT_SECONDS, deadline.left))
    try:
        deadline.watch(sock)
        if target.tls:
            sock = tls_context().wrap_socket(sock, server_hostname=target.host, do_handshake_on_connect=False)
            deadline.watch(sock)  # wrapped, it is another object, and what was watched is empty
            sock.do_handshake()
    except BaseException:
        sock.close()
        raise
    return sock


def _said(failure: Exception) -> str:
    if isinstance(failure, TimeoutError):
        return TOO_LATE
    if isinstance(failure, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(failure, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {failure.verify_message}"
    return f"{type(failure).__name__}: {failure}"[:200]
