"""A vendor's system in the tests: a real server on this machine that answers as it is told."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from config.openapi.document import document
from notifications.models import WebhookEndpoint
from notifications.webhooks.endpoints import add_endpoint
from tests.api.documented import fault_of

LOCAL = {"http": True, "private": True, "ports": range(1024, 65536)}


@dataclass
class System:
    """What it was called with, and what it answers next: (status, headers, body) or something to do instead."""

    calls: list = field(default_factory=list)
    answers: deque = field(default_factory=deque)
    url: str = ""

    def answer(self, *statuses, **headers):
        """The next answers; afterwards 204."""
        self.answers.extend((status, headers, b"") for status in statuses)

    def ids(self):
        return [headers["webhook-id"] for _, headers, _ in self.calls]


def serve(system: System, wrap=None):
    """Start it on a free port; the caller shuts the server down."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            system.calls.append((self.path, dict(self.headers), body))
            answer = system.answers.popleft() if system.answers else (204, {}, b"")
            if callable(answer):
                answer(self)
                return
            status, headers, text = answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if wrap:
        server.socket = wrap(server.socket)
    system.url = f"{'https' if wrap else 'http'}://127.0.0.1:{server.server_port}/hooks"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server


def register(cast, system: System, **more) -> WebhookEndpoint:
    """Vera, manager of Globex, enters the system's address."""
    return add_endpoint(actor=cast.actor("vera"), company_id=cast.globex.pk, url=system.url, **more)


def check_documented(event) -> None:
    """Fail where the document of the API has another event of this topic."""
    schema = document()["webhooks"][event["type"]]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert fault_of(event, schema) == ""
