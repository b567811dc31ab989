"""What does every answer carry, and what do the probes say?"""

import re

import pytest
from django.http import HttpResponse
from django.template import Context, Template
from django.test import RequestFactory

from config import middleware
from config.middleware import ContentSecurityPolicy, RequestLog


def test_alive(client):
    assert client.get("/healthz/live").json() == {"live": True}


@pytest.mark.django_db
def test_ready(client):
    assert client.get("/healthz/ready").json()["ready"] is True


def test_an_acceptable_request_id_is_kept_and_any_other_replaced(client):
    assert client.get("/healthz/live", headers={"X-Request-ID": "proxy-1234"})["X-Request-ID"] == "proxy-1234"
    forged = client.get("/healthz/live", headers={"X-Request-ID": "a b\x1b[31m"})["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", forged)


@pytest.mark.parametrize("below", ["", "/resello"])
def test_the_log_does_not_hold_the_link_to_a_new_password(monkeypatch, below):
    lines = []
    monkeypatch.setattr(middleware.log, "info", lambda _, **said: lines.append(said["path"]), raising=False)

    for path in ("/password/MQ/abc-123456/", "/password/MQ/abc-123456", "/password/sent/", "/dashboard/"):
        RequestLog(lambda request: HttpResponse())(RequestFactory().get(below + path))

    shown = ["/password/MQ/.../", "/password/MQ/...", "/password/sent/", "/dashboard/"]
    assert lines == [below + path for path in shown]


def answer_of(text: str) -> HttpResponse:
    def view(request):
        return HttpResponse(Template(text).render(Context({"csp_nonce": request.csp_nonce})))

    return ContentSecurityPolicy(view)(RequestFactory().get("/"))


def test_a_page_without_inline_script_allows_none():
    assert "script-src 'self';" in answer_of("nothing")["Content-Security-Policy"]


def test_the_nonce_of_the_page_is_the_nonce_of_the_policy():
    answer = answer_of("{{ csp_nonce }}")
    assert f"script-src 'self' 'nonce-{answer.content.decode()}'" in answer["Content-Security-Policy"]
    assert answer.content != answer_of("{{ csp_nonce }}").content
