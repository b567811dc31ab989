"""Which requests does somebody find where, and at what price in queries?"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from approvals.lifecycle import Status
from tests.factories import ApprovalFactory

TO_DECIDE = reverse("dashboard:approvals")
ASKED = reverse("dashboard:approvals_asked")
HISTORY = reverse("dashboard:approvals_history")
COMPANY = reverse("dashboard:approvals_company")


@pytest.fixture
def request_of(cast):
    """A request within Northwind, as a row: request_of("rita", "tom", label="Desk")."""

    def made(requester: str, approver: str, *, label: str = "Desk", company: str = "northwind", **fields):
        return ApprovalFactory(
            tenant=cast.acme,
            company=getattr(cast, company),
            requester=cast.user(requester),
            approver=cast.user(approver),
            subject_label=label,
            reasons=[{"code": "requester", "text": "Requesters need approval for every order.", "figures": {}}],
            **fields,
        )

    return made


def test_an_approver_sees_what_waits_with_the_soonest_deadline_first(request_of, sign_in, words):
    now = timezone.now()
    request_of("rita", "tom", label="Later", expires_at=now + timedelta(days=9))
    request_of("bea", "tom", label="Sooner", expires_at=now + timedelta(hours=5))
    request_of("rita", "ana", label="Of another")
    text = words(sign_in("tom").get(TO_DECIDE))
    assert text.index("Sooner") < text.index("Later")
    assert "Of another" not in text
    assert "Rita Okafor · asked" in text
    assert "expires in 4 hours" in text
    assert "5,812.40 EUR gross" in text
    assert "Requesters need approval for every order" in text


def test_an_empty_list_says_what_would_be_there(sign_in, words):
    text = words(sign_in("tom").get(TO_DECIDE))
    assert "Nothing to decide" in text


def test_an_overdue_request_waits_for_nobody_and_reads_expired_in_the_history(request_of, sign_in, words):
    overdue = request_of("rita", "tom", label="Too late", expires_at=timezone.now() - timedelta(minutes=1))
    tom = sign_in("tom")
    assert "Too late" not in words(tom.get(TO_DECIDE))
    assert "Too late" in words(tom.get(HISTORY, {"status": "EXPIRED"}))
    assert "Too late" not in words(sign_in("rita").get(ASKED))
    overdue.refresh_from_db()
    assert overdue.status == Status.PENDING  # reading wrote nothing


def test_a_requester_follows_what_is_open_until_it_is_ordered(request_of, sign_in, words):
    request_of("rita", "tom", label="Waiting")
    request_of("rita", "tom", label="Approved", status=Status.APPROVED)
    request_of("rita", "tom", label="Bought", status=Status.APPROVED, created_resource="CS1001")
    request_of("rita", "tom", label="Refused", status=Status.DECLINED)
    text = words(sign_in("rita").get(ASKED))
    assert "Waiting" in text
    assert "Approved, not ordered yet" in text
    assert "Bought" not in text
    assert "Refused" not in text


def test_history_is_filtered_by_how_it_ended_and_by_ones_part(request_of, sign_in, words):
    request_of("rita", "tom", label="Yes", status=Status.APPROVED)
    request_of("rita", "tom", label="Nope", status=Status.DECLINED)
    request_of("tom", "ana", label="Mine", status=Status.CLOSED)
    tom = sign_in("tom")
    assert all(label in words(tom.get(HISTORY)) for label in ("Yes", "Nope", "Mine"))
    declined = words(tom.get(HISTORY, {"status": "DECLINED"}))
    assert "Nope" in declined
    assert "Mine" not in declined
    mine = words(tom.get(HISTORY, {"part": "asked"}))
    assert "Mine" in mine
    assert "Nope" not in mine
    assert "Nothing like that" in words(tom.get(HISTORY, {"status": "EXPIRED"}))


@pytest.mark.parametrize("wrong", [{"status": "NONSENSE"}, {"part": "'"}, {"page": ""}])
def test_a_filter_that_makes_no_sense_is_no_filter(wrong, request_of, sign_in, words):
    request_of("rita", "tom", label="Yes", status=Status.APPROVED)
    response = sign_in("tom").get(HISTORY, wrong)
    assert response.status_code == 200
    assert "Yes" in words(response)


def test_a_page_that_is_not_there_is_not_found(sign_in):
    answer = sign_in("tom").get(HISTORY, {"page": "7"})
    assert answer.status_code == 404
    assert b'<nav aria-label="Main">' in answer.content  # one is lost inside the portal, not outside of it


def test_an_admin_reads_all_approvals_of_the_company_and_searches_them(request_of, sign_in, words):
    request_of("bea", "tom", label="Desk of Bea")
    request_of("rita", "tom", label="Chair of Rita")
    request_of("ravi", "grace", label="Of another company", company="contoso")
    ana = sign_in("ana")
    text = words(ana.get(COMPANY))
    assert "Desk of Bea" in text
    assert "Chair of Rita" in text
    assert "Of another company" not in text
    found = words(ana.get(COMPANY, {"search": "okafor"}))
    assert "Chair of Rita" in found
    assert "Desk of Bea" not in found


@pytest.mark.parametrize("name", ["bea", "rita", "carl", "paula"])
def test_nobody_but_an_admin_sees_all_approvals_of_a_company(name, sign_in, words):
    response = sign_in(name).get(COMPANY)
    assert response.status_code == 403
    assert "All approvals of the company" not in words(sign_in(name).get(TO_DECIDE))


@pytest.mark.parametrize("url", [TO_DECIDE, ASKED, HISTORY, COMPANY])
def test_who_is_not_signed_in_signs_in_first(url, client, db):
    response = client.get(url)
    assert response.status_code == 302
    assert response.url.startswith(reverse("sign_in"))


@pytest.mark.parametrize(
    ("url", "status"),
    [(TO_DECIDE, Status.PENDING), (HISTORY, Status.DECLINED), (COMPANY, Status.PENDING)],
)
@pytest.mark.parametrize("count", [3, 30])
def test_a_list_costs_the_same_for_any_length(url, status, count, request_of, sign_in, django_assert_max_num_queries):
    for number in range(count):
        request_of("rita", "tom", label=f"Row {number}", status=status)
    tom = sign_in("tom")
    with django_assert_max_num_queries(8):
        assert tom.get(url).status_code == 200


@pytest.mark.parametrize("count", [3, 30])
def test_what_one_asked_for_costs_the_same_for_any_length(count, request_of, sign_in, django_assert_max_num_queries):
    for number in range(count):
        request_of("rita", "tom", label=f"Row {number}")
    rita = sign_in("rita")
    with django_assert_max_num_queries(8):
        assert rita.get(ASKED).status_code == 200
