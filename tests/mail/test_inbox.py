"""What does a person find in the list of notices, and what happens on reading one?"""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from notifications.inbox import told_about
from notifications.models import MailState, Notice
from notifications.outbox import Letter, post
from notifications.texts import Side
from tests.factories import NoticeFactory
from tests.mail.facts import APPROVAL, ORDER

pytestmark = pytest.mark.django_db

EVIL = "<script>alert(1)</script>"


def told(cast, name, topic="approval.requested", *, event="1", facts=APPROVAL, reader="", tenant=None, ago=0, **more):
    post(
        [Letter(cast.user(name).pk, topic, {**facts, "reader": reader}, "/dashboard/approvals/k1/")],
        event=f"event:{event}",
        tenant_id=(tenant or cast.acme).pk,
        about=("approval", "k1"),
        now=timezone.now() - timedelta(minutes=ago),
        **more,
    )
    return Notice.objects.get(key=f"event:{event}:{cast.user(name).pk}:{topic}")


def unread(cast, name):
    return Notice.objects.visible_to(cast.actor(name)).unread().count()


def test_the_newest_notice_comes_first_with_its_sentence(client, cast):
    told(cast, "ana", event="1", ago=5)
    told(cast, "ana", "approval.expired", event="2", reader="approver")
    client.force_login(cast.ana)

    page = client.get(reverse("dashboard:notices"))

    rows = page.context["page"].object_list
    assert [row.sentence.split(" ")[:3] for row in rows] == [["The", "request", "of"], ["Rita", "Okafor", "asks"]]
    assert "Rita Okafor asks you to approve 5,812.40 EUR (2 lines) for Northwind GmbH." in page.content.decode()
    assert all(row.unread for row in rows)


def test_times_in_a_sentence_are_those_of_the_readers_clock(client, cast):
    told(cast, "ana", "approval.expired", reader="approver")
    client.force_login(cast.ana)

    assert "(Tue 1 Dec 14:05 CET)" in client.get(reverse("dashboard:notices")).content.decode()


def test_opening_marks_as_read_and_leads_to_the_thing(client, cast):
    notice = told(cast, "ana")
    client.force_login(cast.ana)

    answer = client.post(reverse("dashboard:notice_open", args=[notice.pk]))

    assert (answer.status_code, answer["Location"]) == (302, "/dashboard/approvals/k1/")
    notice.refresh_from_db()
    first_read = notice.read_at
    assert first_read
    client.post(reverse("dashboard:notice_open", args=[notice.pk]))
    notice.refresh_from_db()
    assert notice.read_at == first_read


def test_looking_reads_nothing(client, cast):
    notice = told(cast, "ana")
    client.force_login(cast.ana)

    client.get(reverse("dashboard:notices"))
    assert client.get(reverse("dashboard:notice_open", args=[notice.pk])).status_code == 405
    assert client.get(reverse("dashboard:notices_read_all")).status_code == 405
    assert unread(cast, "ana") == 1


def test_all_can_be_marked_as_read_but_only_ones_own(client, cast):
    told(cast, "ana", event="1"), told(cast, "ana", event="2"), told(cast, "tom", event="3")
    client.force_login(cast.ana)

    client.post(reverse("dashboard:notices_read_all"))

    assert unread(cast, "ana") == 0
    assert unread(cast, "tom") == 1


def test_somebody_elses_notice_is_not_there(client, cast):
    notice = told(cast, "tom")
    client.force_login(cast.ana)

    assert client.post(reverse("dashboard:notice_open", args=[notice.pk])).status_code == 404
    assert client.get(reverse("dashboard:notices")).context["page"].object_list == []
    notice.refresh_from_db()
    assert notice.read_at is None


def test_nothing_crosses_tenants(cast):
    told(cast, "ana", tenant=cast.other)

    assert unread(cast, "ana") == 0
    assert told_about("approval", "k1", tenant_id=cast.acme.pk) == []


def test_the_unread_can_be_picked(client, cast):
    told(cast, "ana", event="1")
    read = told(cast, "ana", "approval.closed", event="2", reader="approver")
    client.force_login(cast.ana)
    client.post(reverse("dashboard:notice_open", args=[read.pk]))

    page = client.get(reverse("dashboard:notices"), {"show": "unread"})

    assert [row.label for row in page.context["page"].object_list] == ["To decide"]


def test_a_long_list_has_pages_and_costs_the_same(client, cast, django_assert_max_num_queries):
    for number in range(30):
        told(cast, "ana", event=str(number))
    client.force_login(cast.ana)
    client.get(reverse("dashboard:notices"))

    with django_assert_max_num_queries(8):
        page = client.get(reverse("dashboard:notices"))
    assert len(page.context["page"].object_list) == 25
    assert len(client.get(reverse("dashboard:notices"), {"page": 2}).context["page"].object_list) == 5
    assert client.get(reverse("dashboard:notices"), {"page": 9}).status_code == 404


def test_an_empty_list_says_what_will_be_there(client, cast):
    client.force_login(cast.ana)

    assert "No notices yet" in client.get(reverse("dashboard:notices")).content.decode()
    assert "Nothing new" in client.get(reverse("dashboard:notices"), {"show": "unread"}).content.decode()


def test_sellers_have_their_list_in_the_control_panel(client, cast):
    notice = told(cast, "vera", "order.review_requested", facts=ORDER)
    client.force_login(cast.vera)

    page = client.get(reverse("control_panel:notices")).content.decode()
    assert "needs to be reviewed and accepted or rejected" in page
    assert reverse("control_panel:notice_open", args=[notice.pk]) in page
    assert client.post(reverse("control_panel:notice_open", args=[notice.pk])).status_code == 302


def test_a_notice_whose_topic_is_gone_does_not_break_the_list(client, cast):
    NoticeFactory(tenant=cast.acme, recipient=cast.ana, topic="cart.emptied")
    client.force_login(cast.ana)

    assert "cart.emptied" in client.get(reverse("dashboard:notices")).content.decode()


def test_a_notice_without_a_page_leads_back_to_the_list(client, cast):
    notice = NoticeFactory(tenant=cast.acme, recipient=cast.ana, facts={"reader": "approver"})
    client.force_login(cast.ana)

    answer = client.post(reverse("dashboard:notice_open", args=[notice.pk]))
    assert answer["Location"] == reverse("dashboard:notices")


def test_what_people_typed_is_not_markup(client, cast):
    told(cast, "ana", facts={**APPROVAL, "requester": EVIL, "company": EVIL})
    client.force_login(cast.ana)

    page = client.get(reverse("dashboard:notices")).content.decode()
    assert EVIL not in page
    assert "&lt;script&gt;" in page


def test_who_was_told_and_where_the_mails_stand(cast):
    sent_at = timezone.now() - timedelta(hours=1)
    told(cast, "ana", event="1", ago=9, mailed_at=sent_at)
    failed = told(cast, "tom", event="2", ago=8)
    again = told(cast, "bea", event="3", ago=7)
    told(cast, "rita", "approval.request_sent", event="4", ago=6)
    Notice.objects.filter(pk=failed.pk).update(mail_state=MailState.FAILED, attempt_count=24)
    Notice.objects.filter(pk=again.pk).update(attempt_count=2)

    rows = told_about("approval", "k1", tenant_id=cast.acme.pk)

    assert [(row.who, row.what, row.mail, row.attempts) for row in rows] == [
        ("Ana Diaz", "To decide", MailState.SENT, 0),
        ("Tom Weber", "To decide", MailState.FAILED, 24),
        ("Bea Lindt", "To decide", MailState.WAITING, 2),
        ("Rita Okafor", "Asked", MailState.WAITING, 0),
    ]
    assert rows[0].sent_at == sent_at
    assert [row.next_attempt_at is not None for row in rows] == [False, False, True, False]
    html = render_to_string("notifications/told.html", {"told": rows})
    for said in ("Mail sent", "given up after 24 attempts", "not sent yet after 2 attempts", "waits to be sent"):
        assert said in html


def test_each_side_reads_of_its_own_people(cast):
    told(cast, "vera", "order.cancelled", event="1", facts=ORDER, reader="seller")
    told(cast, "rita", "order.cancelled", event="1", facts=ORDER, reader="customer")

    both = told_about("approval", "k1", tenant_id=cast.acme.pk)
    customers = told_about("approval", "k1", tenant_id=cast.acme.pk, side=Side.CUSTOMER)
    sellers = told_about("approval", "k1", tenant_id=cast.acme.pk, side=Side.SELLER)

    assert len(both) == 2
    assert [row.who for row in customers] == ["Rita Okafor"]
    assert [row.who for row in sellers] == ["Vera Moss"]
