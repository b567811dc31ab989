"""What does one read first about an approval: the one sentence that tells it all, and its shorter forms?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from approvals.dashboard.things import said, thing_of
from approvals.lifecycle import Status
from approvals.models import Approval
from companies.actors import Actor
from config.kit.wording import against_list_text, ago_text, day_text, moment_text

SHORT_REASONS = {
    "limit_in_other_currency": "The limit is in another currency",
    "requester": "Requesters need approval for every order",
    "approval_group": "The approval group decides",
}


@dataclass(frozen=True, slots=True)
class About:
    """What is asked for, besides what the approval says itself: `shown` are the texts of its content.

    `ends_at` is until when it can be ordered at all, `ended_because` what the system wrote when it ended the request.
    """

    line_count: int = 0
    orders: Sequence[str] = ()
    shown: Mapping[str, Any] = field(default_factory=dict)
    ends_at: datetime | None = None
    ended_because: str = ""


def lead(approval: Approval, actor: Actor, now: datetime, about: About) -> str:
    """How it stands, for this reader: who asks whom for what, why, and what there is to do or to expect."""
    tellers = {
        Status.PENDING: _waiting,
        Status.APPROVED: _approved,
        Status.DECLINED: _declined,
        Status.CLOSED: _closed,
        Status.EXPIRED: _expired,
    }
    told = tellers[approval.status_at(now)](approval, actor, now, about)
    return _joined(told, f"It was ordered as {_listed(about.orders)}." if about.orders else "")


def why(approval: Approval) -> str:
    """The weightiest reason in a few words, without a full stop: `Over the limit by 812.40 EUR`."""
    for reason in approval.reasons:
        if reason["code"] == "over_limit":
            return f"Over the limit by {reason['figures']['excess']}"
        return SHORT_REASONS.get(reason["code"], reason["text"].removesuffix("."))
    return ""


def day_of(moment: datetime, now: datetime) -> str:
    """The day in the reader's zone."""
    return day_text(timezone.localtime(moment), timezone.localtime(now))


def what_is_back(approval: Approval, actor: Actor, now: datetime) -> str:
    """What is free again, and whose; the sweep gives back what is overdue within a minute."""
    thing, mine = thing_of(approval), actor.user_id == approval.requester_id
    if approval.is_overdue(now):
        return thing.back_soon if mine else ""
    return said(thing.back if mine else thing.back_of_other, approval)


def ends(approval: Approval, about: About, now: datetime) -> str:
    """Until when it can be ordered; nothing where only the request has an end."""
    if about.ends_at is None:
        return ""
    thing, until = thing_of(approval), moment_text(timezone.localtime(about.ends_at), timezone.localtime(now))
    return (thing.holds if about.ends_at > now else thing.held).format(until=until)


def _what(approval: Approval, about: About) -> str:
    count = about.line_count
    lines = f" ({count} line{'' if count == 1 else 's'})" if count else ""
    company = f" for {approval.company.name}" if approval.company else ""
    number, seller = about.shown.get("quote"), about.shown.get("seller")
    quote = f"quote {number}{f' of {seller}' if seller else ''}: " if number else ""
    return f"{quote}{approval.amount}{lines}{company}"


def _against_list(about: About) -> str:
    """How an offer compares with the price list, as a sentence."""
    percent = about.shown.get("discount")
    return f"That is {against_list_text(Decimal(percent))}." if percent else ""


def _waiting(approval: Approval, actor: Actor, now: datetime, about: About) -> str:
    approver, requester, what = approval.approver_name, approval.requester_name, _what(approval, about)
    by = day_of(approval.expires_at, now) if approval.expires_at else ""
    if actor.user_id == approval.approver_id:
        asked, until = f"{requester} asks you to approve {what}.", f"Answer by {by}."
    elif actor.user_id == approval.requester_id:
        asked, until = f"You asked {approver} to approve {what}.", f"{approver} can answer until {by}."
    else:
        asked, until = f"{requester} asks {approver} to approve {what}.", f"{approver} can answer until {by}."
    behalf = about.shown.get("asked_by")
    whom = "you" if actor.user_id == approval.requester_id else requester
    return _joined(
        f"{behalf} asked {approver} for {whom} to approve {what}." if behalf and whom == "you" else asked,
        f"It was asked for {whom} by {behalf}." if behalf and whom != "you" else "",
        _against_list(about),
        _stopped(why(approval)),
        until if by else "",
        ends(approval, about, now),
    )


def _approved(approval: Approval, actor: Actor, now: datetime, about: About) -> str:
    told = f"{_decider(approval, actor)} approved {_what(approval, about)} {_ago(approval, now)}."
    if approval.is_used:
        return told
    if approval.released_at is not None:
        given_up = f"This was given up on {day_of(approval.released_at, now)}."
        return _joined(told, given_up, about.ended_because, what_is_back(approval, actor, now))
    if actor.user_id == approval.requester_id:
        who = f"You or {approval.approver_name}"
    elif actor.user_id == approval.approver_id:
        who = f"You or {approval.requester_name}"
    else:
        who = f"{approval.requester_name} or {approval.approver_name}"
    return _joined(told, f"Nothing is ordered yet. {who} can place the order.", ends(approval, about, now))


def _declined(approval: Approval, actor: Actor, now: datetime, about: About) -> str:
    told = f"{_decider(approval, actor)} declined {_what(approval, about)} {_ago(approval, now)}."
    return _joined(told, what_is_back(approval, actor, now))


def _closed(approval: Approval, actor: Actor, now: datetime, about: About) -> str:
    what = _what(approval, about)
    if about.ended_because:
        told = f"{about.ended_because} So the request for {what} ended {_ago(approval, now)}."
    else:
        told = f"{_decider(approval, actor)} took the request for {what} back {_ago(approval, now)}."
    return _joined(told, what_is_back(approval, actor, now))


def _expired(approval: Approval, actor: Actor, now: datetime, about: About) -> str:
    mine = actor.user_id == approval.approver_id
    who = "You did" if mine else f"{approval.approver_name} did"
    ended = day_of(approval.expires_at, now) if approval.expires_at else ""
    told = f"{who} not answer in time: the request for {_what(approval, about)} expired on {ended}."
    return _joined(told, what_is_back(approval, actor, now))


def _decider(approval: Approval, actor: Actor) -> str:
    """The name of who ended it; `You` where the reader is the one it can only have been."""
    you = {approval.approver_id: approval.approver_name, approval.requester_id: approval.requester_name}
    if actor.user_id in you and approval.decided_by_name == you[actor.user_id]:
        return "You"
    return approval.decided_by_name or approval.approver_name


def _ago(approval: Approval, now: datetime) -> str:
    return ago_text(approval.decided_at, now) if approval.decided_at else ""


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def _stopped(text: str) -> str:
    return f"{text}." if text else ""


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)
