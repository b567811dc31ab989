"""What happens to every request, whichever page it wants: an id in the log, and the headers that protect its reader."""

import re
import secrets
import time
import uuid

import structlog
from django.conf import settings

log = structlog.get_logger("countersign.request")

# An id that a proxy in front gave is kept, unless it could break a log line.
ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")
NONCE_PLACEHOLDER = "<CSP_NONCE>"
# Who reads the log must not be able to choose somebody's password with the link of their mail.
PASSWORD_LINK = re.compile(r"(/password/[^/]+/)[^/]+")


class RequestLog:
    """Gives every request an id, puts it on every log line and on the answer, and writes one line at the end."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        given = request.headers.get("X-Request-ID", "")
        request.id = given if ACCEPTABLE_ID.match(given) else uuid.uuid4().hex
        started = time.monotonic()
        with structlog.contextvars.bound_contextvars(request_id=request.id):
            response = self.get_response(request)
            response["X-Request-ID"] = request.id
            if not request.path.startswith(("/healthz/", settings.STATIC_URL)):
                # The path alone: a query may hold what somebody searched for.
                log.info(
                    "request",
                    method=request.method,
                    path=PASSWORD_LINK.sub(r"\1...", request.path),
                    status=response.status_code,
                    ms=round((time.monotonic() - started) * 1000),
                )
        return response


class Nonce:
    """A word that only this answer's own scripts know. It is made when a template asks for it, so that a page without
    an inline script sends a policy that allows none."""

    def __init__(self):
        self.word = ""

    def __str__(self):
        if not self.word:
            self.word = secrets.token_urlsafe(16)
        return self.word


class ContentSecurityPolicy:
    """Sends `SECURE_CSP` and gives the templates a nonce."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.csp_nonce = Nonce()
        response = self.get_response(request)
        if settings.SECURE_CSP and "Content-Security-Policy" not in response:
            response["Content-Security-Policy"] = policy_text(settings.SECURE_CSP, request.csp_nonce.word)
        return response


def policy_text(policy, nonce_word: str) -> str:
    parts = []
    for directive, sources in policy.items():
        shown = [source for source in sources if source != NONCE_PLACEHOLDER]
        if nonce_word and NONCE_PLACEHOLDER in sources:
            shown.append(f"'nonce-{nonce_word}'")
        parts.append(" ".join([directive, *shown]))
    return "; ".join(parts)


def csp_nonce(request):
    """Context processor: `{{ csp_nonce }}`, as in Django 6."""
    return {"csp_nonce": getattr(request, "csp_nonce", "")}
