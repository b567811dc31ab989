"""What does every answer carry, and what do the probes say?"""

import re
import time

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.template import Context, Template
from django.test import RequestFactory
from kombu.exceptions import OperationalError

from config.celery import app
from config.middleware import ContentSecurityPolicy
from tests import servers
from tests.worker import _publishing_to


def test_alive(client):
    assert client.get("/healthz/live").json() == {"live": True}


@pytest.mark.django_db
def test_ready(client):
    assert client.get("/healthz/ready").json()["ready"] is True


def test_an_acceptable_request_id_is_kept_and_any_other_replaced(client):
    assert client.get("/healthz/live", headers={"X-Request-ID": "proxy-1234"})["X-Request-ID"] == "proxy-1234"
    forged = client.get("/healthz/live", headers={"X-Request-ID": "a b\x1b[31m"})["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", forged)


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


def test_a_dead_broker_holds_a_request_half_a_second_at_most():
    with _publishing_to(f"redis://127.0.0.1:{servers.free_port()}/0", "nobody:"):
        app.conf.broker_transport_options = settings.REDIS_TRANSPORT_OPTIONS
        started = time.monotonic()
        with pytest.raises(OperationalError):
            app.send_task("nobody.listens")
    assert time.monotonic() - started < 0.5
