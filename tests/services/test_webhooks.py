"""Does every call reach the vendor's system once, whatever fails on its way, and never another place?"""

import json
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from standardwebhooks import Webhook, WebhookVerificationError

from companies.models import Change
from companies.services.history import in_words
from config.kit.refused import Invalid, Late, Missing, NotYours
from notifications.models import CallState, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from notifications.webhooks import calling, schedule, sending, tasks
from notifications.webhooks.addresses import Rules
from notifications.webhooks.endpoints import add_endpoint, change_endpoint, renew_secret, send_again, send_test
from notifications.webhooks.forgetting import forget_old_calls
from notifications.webhooks.outgoing import Call, drop_calls, post_calls
from notifications.webhooks.secrets import KeyGone, secret_of
from tests.cast import make_cast
from tests.services.hooks import LOCAL, System, check_documented, register, serve
from tests.stories.scenes import told_since

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(settings):
    settings.WEBHOOK_RULES = LOCAL
    it = System()
    server = serve(it)
    yield it
    server.shutdown()
    server.server_close()


@pytest.fixture
def endpoint(cast, system):
    return register(cast, system)


def posted(cast, number=1, now=None) -> WebhookDelivery:
    now = now or datetime.now(UTC)
    call = Call(
        cast.globex.pk, "order.to_deliver", f"order:1:{number}", {"order": {"id": "CS1001"}}, ("order", "CS1001")
    )
    post_calls([call], tenant_id=cast.acme.pk, now=now)
    return WebhookDelivery.objects.latest("pk")


def after_failures(delivery) -> datetime:
    delivery.refresh_from_db()
    return delivery.next_attempt_at


def test_a_call_is_made_once_and_signed(cast, system, endpoint):
    delivery = posted(cast)

    assert calling.call_these([delivery.pk]) == 1
    assert calling.call_these([delivery.pk]) == calling.call_due(datetime.now(UTC) + timedelta(days=30)) == 0

    ((path, headers, body),) = system.calls
    assert path == "/hooks"
    assert headers["Content-Type"] == "application/json"
    assert headers["webhook-id"] == delivery.call_id
    said = Webhook(secret_of(endpoint)).verify(body, headers)
    assert said == json.loads(delivery.body)
    assert said["type"] == "order.to_deliver"
    assert said["data"] == {"order": {"id": "CS1001"}}
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_of(endpoint)).verify(body.replace(b"CS1001", b"CS1002"), headers)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_said, delivery.claimed_until) == (CallState.SENT, "answered 204", None)
    attempt = delivery.attempts.get()
    assert (attempt.number, attempt.status_code, attempt.error, attempt.url) == (1, 204, "", system.url)


def test_retried_under_the_same_id_until_it_is_taken(cast, system, endpoint):
    delivery = posted(cast)
    system.answers.append((500, {}, b"<h1>No\x00t today</h1>" + b"x" * 5000))
    system.answer(307, Location="/elsewhere")
    now = delivery.created_at
    for _ in range(3):
        calling.call_due(now)
        assert calling.call_due(now) == 0
        now = after_failures(delivery)

    assert len(system.calls) == 3, "the redirect is not followed"
    assert set(system.ids()) == {delivery.call_id}
    assert {path for path, _, _ in system.calls} == {"/hooks"}
    assert delivery.state == CallState.SENT
    first, second, third = delivery.attempts.order_by("number")
    assert (first.status_code, second.status_code, third.status_code) == (500, 307, 204)
    assert first.answer.startswith("<h1>Not today</h1>")
    assert len(first.answer) < 1_100
    assert second.at - first.at == schedule.FIRST_WAIT
    assert third.at - second.at == 2 * schedule.FIRST_WAIT


def test_webhook_retried_after_a_crash_is_one_outcome(cast, system, endpoint, monkeypatch):
    """A worker that dies after the call and before its record calls again, under the same id."""
    delivery = posted(cast)

    with monkeypatch.context() as dying:
        dying.setattr(calling, "_record", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            calling.call_due(delivery.created_at)
    assert not WebhookAttempt.objects.exists()
    assert calling.call_due(delivery.created_at + calling.CLAIM - timedelta(seconds=1)) == 0
    assert calling.call_due(delivery.created_at + calling.CLAIM) == 1

    assert system.ids() == [delivery.call_id] * 2
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempt_count) == (CallState.SENT, 1)


def test_given_up_in_the_end_and_sent_again_by_hand(cast, system, endpoint):
    delivery = posted(cast)
    system.answer(*[500] * schedule.MOST_FAILURES)
    now = delivery.created_at
    with told_since() as news:
        while delivery.state == CallState.WAITING:
            calling.call_due(now)
            now = after_failures(delivery)
    assert delivery.state == CallState.FAILED
    people = ("vera", "victor")
    assert sorted(news) == [f"webhook.{topic} to {who}" for topic in ("failing", "given_up") for who in people]
    assert delivery.attempts.count() == schedule.MOST_FAILURES
    assert calling.call_due(now + timedelta(days=90)) == 0

    for stranger in ("ines", "sam", "roos", "bea", "hal"):
        with pytest.raises(Missing):
            send_again(actor=cast.actor(stranger), delivery_id=delivery.pk)
    send_again(actor=cast.actor("victor"), delivery_id=delivery.pk, now=now)
    assert calling.call_due(now) == 1
    assert set(system.ids()) == {delivery.call_id}
    delivery.refresh_from_db()
    assert delivery.state == CallState.SENT
    posted(cast, 2)
    with pytest.raises(Late, match="A later call tells how CS1001 stands"):
        send_again(actor=cast.actor("victor"), delivery_id=delivery.pk, now=now)


def test_who_wants_to_be_called_later_is_and_who_wants_no_calls_gets_none(cast, system, endpoint):
    later, gone = posted(cast, 1), posted(cast, 2)
    system.answer(429, Retry_After="3600")
    now = gone.created_at
    assert calling.call_these([later.pk], now) == 0
    assert after_failures(later) == now + timedelta(hours=1)

    system.answer(410)
    with told_since() as news:
        calling.call_these([gone.pk], now)
    assert sorted(news) == ["webhook.stopped to vera", "webhook.stopped to victor"]
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.stopped_because) == (False, "answered 410: it wants no more calls")
    change = Change.objects.get(kind="webhook.stopped")
    assert (change.actor_kind, in_words(change)) == (
        "system",
        f"The webhooks to {system.url} were switched off: answered 410: it wants no more calls",
    )
    assert calling.call_due(now + timedelta(days=1)) == 0
    with pytest.raises(Late):
        send_again(actor=cast.actor("vera"), delivery_id=gone.pk)
    with pytest.raises(Late):
        send_test(actor=cast.actor("vera"), company_id=cast.globex.pk)

    change_endpoint(
        actor=cast.actor("vera"), company_id=cast.globex.pk, url=system.url, description="", is_active=True, now=now
    )
    assert calling.call_due(now) == 2, "nothing is lost"


def test_one_slow_system_does_not_hold_up_the_calls_to_others(cast, system, endpoint):
    first, second = posted(cast, 1), posted(cast, 2)
    system.answer(500, 500)
    assert calling.call_due(first.created_at) == 0
    assert len(system.calls) == 1, "the other one waits for the next sweep"
    assert not second.attempts.exists()


@pytest.mark.parametrize("begun", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"])
def test_no_answer_in_time_is_no_answer(cast, system, endpoint, monkeypatch, begun):
    monkeypatch.setattr(sending, "ALL_SECONDS", 0.15)
    done = threading.Event()

    def drip(handler):
        handler.wfile.write(begun)
        for _ in range(30):
            if done.wait(0.1):
                break
            handler.wfile.write(b"X-More: and more\r\n")

    system.answers.append(drip)
    delivery = posted(cast)
    started = time.monotonic()
    calling.call_due()
    done.set()
    assert time.monotonic() - started < 2
    assert delivery.attempts.get().error == sending.TOO_LATE


def test_a_name_that_nobody_resolves_holds_up_no_worker(monkeypatch):
    monkeypatch.setattr(sending, "ALL_SECONDS", 0.1)
    done = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: done.wait(30))
    with pytest.raises(sending.NotReached, match="not found in time"):
        sending.send("https://vendor.example/hooks", b"{}", {}, Rules())
    done.set()


def test_nobody_there(cast, system, endpoint):
    free = socket.socket()
    free.bind(("127.0.0.1", 0))
    WebhookEndpoint.objects.update(url=f"http://127.0.0.1:{free.getsockname()[1]}/")
    delivery = posted(cast)
    calling.call_due()
    free.close()
    attempt = delivery.attempts.get()
    assert (attempt.status_code, attempt.error) == (None, "the connection was refused")


@pytest.mark.parametrize(
    "found", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["169.254.169.254"], ["::ffff:127.0.0.1"]]
)
def test_a_name_that_leads_inside_is_not_called(system, monkeypatch, found):
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in found]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("it was called"))
    with pytest.raises(sending.NotReached, match="inside a network"):
        sending.send("https://vendor.example/hooks", b"{}", {}, Rules())
    assert system.calls == []


def test_a_name_is_asked_for_once_and_the_address_looked_at_is_the_one_called(system, monkeypatch):
    """A name that leads elsewhere a moment later gains nothing."""
    port = int(system.url.rsplit(":", 1)[1].split("/")[0])
    asked = []

    def resolve(host, *_, **__):
        asked.append(host)
        assert len(asked) == 1, "asked again"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port))]

    called, really = [], socket.create_connection

    def connect(address, *rest):
        called.append(address)
        monkeypatch.undo()
        return really(("127.0.0.1", port), *rest)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    answer = sending.send(f"http://vendor.example:{port}/x", b"{}", {}, Rules(http=True, ports=(port,)))
    assert answer.status == 204
    assert called == [("93.184.216.34", port)]
    assert system.calls[0][1]["Host"] == f"vendor.example:{port}"


def test_tls_asks_for_the_name_and_trusts_no_stranger(settings, monkeypatch, tmp_path):
    certificate, context = certificate_for("vendor.example", tmp_path)
    it = System()
    server = serve(it, wrap=lambda sock: context.wrap_socket(sock, server_side=True))
    port = server.server_port
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: real("127.0.0.1", *rest, **more))
    rules = Rules(private=True, ports=(port,))
    try:
        with pytest.raises(sending.NotReached, match="certificate is not trusted"):
            sending.send(f"https://vendor.example:{port}/", b"{}", {}, rules)
        trusting = ssl.create_default_context(cadata=certificate)
        monkeypatch.setattr(sending, "tls_context", lambda: trusting)
        assert sending.send(f"https://vendor.example:{port}/", b"{}", {}, rules).status == 204
        with pytest.raises(sending.NotReached, match="certificate is not trusted"):
            sending.send(f"https://other.example:{port}/", b"{}", {}, rules)
    finally:
        server.shutdown()
        server.server_close()
    assert len(it.calls) == 1


def certificate_for(name, folder):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    text = made.public_bytes(serialization.Encoding.PEM)
    place = folder / "both.pem"
    plain = serialization.NoEncryption()
    place.write_bytes(text + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place)
    return text.decode(), context


def test_a_secret_is_in_no_column_and_the_former_one_signs_for_a_day(cast, system, endpoint, settings):
    former = secret_of(endpoint)
    now = datetime.now(UTC)
    renewed = renew_secret(actor=cast.actor("vera"), company_id=cast.globex.pk, now=now)
    secret = secret_of(renewed)
    assert former.startswith("whsec_")
    assert former != secret
    columns = str(WebhookEndpoint.objects.values().get()) + str(list(Change.objects.values()))
    assert former.removeprefix("whsec_") not in columns
    assert secret.removeprefix("whsec_") not in columns

    posted(cast)
    calling.call_due()
    _, headers, body = system.calls[0]
    assert Webhook(former).verify(body, headers) == Webhook(secret).verify(body, headers)
    assert calling.headers_of(posted(cast, 2), renewed, now + timedelta(days=1))["webhook-signature"].count("v1,") == 1

    settings.WEBHOOK_KEYS = {"new": b"n" * 40, **settings.WEBHOOK_KEYS}
    assert secret_of(renewed) == secret, "a new key of the server changes no secret"
    settings.WEBHOOK_KEYS = {"new": b"n" * 40}
    with pytest.raises(KeyGone):
        secret_of(renewed)
    calling.call_due()
    assert "renew the secret" in WebhookAttempt.objects.latest("pk").error
    settings.WEBHOOK_KEYS = {}
    with pytest.raises(Late, match="WEBHOOK_KEYS"):
        renew_secret(actor=cast.actor("vera"), company_id=cast.globex.pk)


def test_managers_alone_set_it_up_and_every_change_is_in_the_history(cast, system):
    vera, globex = cast.actor("vera"), cast.globex.pk
    for who, refused in {"victor": NotYours, "sam": NotYours, "ines": Missing, "mies": Missing, "bea": Missing}.items():
        with pytest.raises(refused):
            add_endpoint(actor=cast.actor(who), company_id=globex, url=system.url)
    with pytest.raises(Invalid):
        add_endpoint(actor=cast.actor("mies"), company_id=cast.resellobv.pk, url=system.url)
    with pytest.raises(Invalid):
        add_endpoint(actor=vera, company_id=globex, url="ftp://vendor.example")
    with pytest.raises(Missing):
        renew_secret(actor=vera, company_id=globex)
    assert not WebhookEndpoint.objects.exists()
    assert not Change.objects.exists()

    waited = posted(cast)
    assert calling.call_due() == 0, "nowhere to call yet"
    register(cast, system, description="Provisioner")
    assert calling.call_due() == 1
    waited.refresh_from_db()
    assert waited.state == CallState.SENT
    with pytest.raises(Late):
        register(cast, system)
    other = system.url + "?b"
    for is_active in (True, False, False):
        change_endpoint(actor=vera, company_id=globex, url=other, description="Provisioner", is_active=is_active)
    renew_secret(actor=vera, company_id=globex)
    assert [in_words(change) for change in Change.objects.order_by("pk")] == [
        f"Webhooks go to {system.url} now",
        f"Webhooks go to {other} now, no longer to {system.url}",
        f"The webhooks to {other} were switched off",
        f"The webhooks to {other} got a new secret",
    ]
    assert {change.actor_name for change in Change.objects.all()} == {"Vera Moss"}


def test_a_test_goes_the_way_of_every_other_call(cast, system, endpoint):
    delivery = send_test(actor=cast.actor("vera"), company_id=cast.globex.pk)
    tasks.sweep()
    event = json.loads(system.calls[0][2])
    check_documented(event)
    assert event["type"] == "webhook.test"
    delivery.refresh_from_db()
    assert delivery.state == CallState.SENT


def test_calls_are_rows_of_the_transaction_they_tell_of(cast, endpoint, django_capture_on_commit_callbacks):
    with transaction.atomic():
        posted(cast)
        transaction.set_rollback(True)
    assert not WebhookDelivery.objects.exists()
    with django_capture_on_commit_callbacks() as nudges:
        posted(cast)
        posted(cast)
    assert len(nudges) == 2
    assert WebhookDelivery.objects.count() == 1, "the same event is told once"
    assert drop_calls("order.to_deliver", ("order", "CS1001")) == 1
    assert calling.call_due() == 0
    with pytest.raises(Late):
        send_again(actor=cast.actor("vera"), delivery_id=WebhookDelivery.objects.get().pk)


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_each_call_is_made_by_one_worker(system):
    from tests.services.test_outbox_races import at_once

    cast = make_cast()
    register(cast, system)
    for number in range(40):
        posted(cast, number)

    taken = at_once(calling.call_due)

    assert sum(taken) == WebhookAttempt.objects.count() == 40
    assert len(system.ids()) == len(set(system.ids())) == 40


def test_what_was_told_long_ago_is_forgotten_and_that_it_was_taken_is_kept(cast, system, endpoint, settings):
    taken, dropped, given_up, waiting, of_late, undelivered = (posted(cast, number) for number in range(6))
    system.answer(500)
    calling.call_these([taken.pk])
    for each in (taken, of_late, undelivered):
        WebhookDelivery.objects.filter(pk=each.pk).update(next_attempt_at=each.created_at)
        calling.call_these([each.pk])
    WebhookDelivery.objects.filter(pk=dropped.pk).update(state=CallState.DROPPED)
    WebhookDelivery.objects.filter(pk=given_up.pk).update(state=CallState.FAILED)
    WebhookDelivery.objects.filter(pk=undelivered.pk).update(about_key="CS1002")
    test = send_test(actor=cast.actor("vera"), company_id=cast.globex.pk)
    calling.call_these([test.pk])
    WebhookDelivery.objects.filter(pk=of_late.pk).update(sent_at=datetime.now(UTC) + timedelta(days=2))

    now = datetime.now(UTC) + timedelta(days=181)
    settings.WEBHOOK_KEPT_DAYS = 0
    assert forget_old_calls(now, set) == 0
    settings.WEBHOOK_KEPT_DAYS = 180
    with CaptureQueriesContext(connection) as statements:
        assert forget_old_calls(now, lambda keys: keys & {"CS1002"}) == 3
    assert len(statements) < 15
    assert forget_old_calls(now, lambda keys: keys & {"CS1002"}) == 0

    assert not WebhookDelivery.objects.filter(pk__in=(dropped.pk, test.pk)).exists()
    kept = WebhookDelivery.objects.exclude(body="")
    assert {each.pk for each in kept} == {given_up.pk, waiting.pk, of_late.pk, undelivered.pk}
    taken.refresh_from_db()
    assert (taken.state, taken.attempt_count, taken.last_said) == (CallState.SENT, 2, "answered 204")
    assert [each.number for each in taken.attempts.all()] == [2]
    with pytest.raises(Late, match="no longer kept"):
        send_again(actor=cast.actor("victor"), delivery_id=taken.pk)
