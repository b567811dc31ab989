"""How long is a body that comes in pieces? Django reads only what has a length, and takes the others for empty."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class KnownLength:
    """A WSGI application that gets a body sent in chunks as one of a known length.

    A PUT that some clients send in chunks would else change nothing and be answered as if it had. At most
    one byte more than `longest` is read: enough for Django to see that it is too much (413). A server that
    does not say where such a body ends (`wsgi.input_terminated`) is left alone, since reading would wait for ever.
    """

    def __init__(self, application: Application, longest: int) -> None:
        self.application = application
        self.longest = longest

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        if chunked and environ.get("wsgi.input_terminated") and not environ.get("CONTENT_LENGTH"):
            body = environ["wsgi.input"].read(self.longest + 1)
            environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        return self.application(environ, start_response)
