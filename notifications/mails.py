"""What mail does a notice become?"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from typing import Any

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from notifications.models import Notice
from notifications.wording import Wording, one_line, wording_of

# Styles must go into the elements for mail programs that drop <style>; the rules for narrow and dark
# screens cannot, and stay for those that read them. A mail is never a reason to fetch something.
INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
WEB_ADDRESS = re.compile(r"https?://[^\s]+\Z", re.IGNORECASE)


def mail_of(notice: Notice) -> EmailMultiAlternatives:
    """The mail as text and as HTML, in the recipient's time zone; `notice` comes with recipient and tenant.

    It has the same Message-ID each time. The sender is the installation's address under the name of
    the marketplace or tenant, whom the reader knows.
    """
    words = wording_of(notice, notice.recipient.time_zone)
    values = _values(notice, words)
    _, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    mail = EmailMultiAlternatives(
        subject=words.subject,
        body=render_to_string("notifications/layout.txt", values).strip() + "\n",
        from_email=formataddr((values["sender"], address)),
        to=[notice.recipient.email],
        headers={
            "Message-ID": f"<{notice.message_id}@{address.rpartition('@')[2]}>",
            "Auto-Submitted": "auto-generated",  # no out-of-office answers, please
        },
    )
    mail.attach_alternative(INLINER.inline(render_to_string("notifications/layout.html", values)), "text/html")
    return mail


def _values(notice: Notice, words: Wording) -> dict[str, Any]:
    """What both layouts show."""
    return {
        "words": words,
        "sender": one_line(words.facts.get("marketplace") or notice.tenant.name, 60),
        "recipient": one_line(notice.recipient.name),
        "url": f"{settings.SITE_URL}{notice.url}" if notice.url else "",
        "site_url": settings.SITE_URL,
        "sections": [_section(name, words.facts) for name in words.sections],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of a mail below its sentences; it has one of the kinds of content."""

    title: str
    quote: str = ""
    quoted: tuple[str, ...] = ()  # the quote for text mails: narrow lines, each marked
    points: Sequence[str] = ()
    lines: Sequence[Mapping[str, str]] = ()
    total: str = ""
    total_label: str = ""
    instructions: Sequence[Mapping[str, Any]] = ()


def _section(name: str, facts: Mapping[str, Any]) -> Section:
    actor = facts.get("actor", "")
    titles = {
        "comment": "You wrote" if facts["reader"] == "requester" else f"{facts.get('requester')} wrote",
        "answer": f"{actor or facts.get('approver') or 'Your approver'} wrote",
        "reason": f"{actor} wrote" if actor else "The reason",
        "review_note": "Note of the review",
        "reasons": "Why it needs approval",
        "differences": "What changed",
        "lines": "What is asked for" if "requester" in facts else "What is ordered",
        "instructions": "Instructions",
    }
    title, content = one_line(titles[name]), facts[name]
    if name == "lines":
        # An approval is about the lines, as its limit is; an order's total is what is paid.
        label = "Total, tax included" if "requester" in facts else "Total, tax and shipping included"
        return Section(title=title, lines=content, total=facts["total"], total_label=label)
    if name == "instructions":
        return Section(title=title, instructions=[_with_safe_links(instruction) for instruction in content])
    if name in ("reasons", "differences"):
        return Section(title=title, points=content)
    return Section(title=title, quote=content.strip(), quoted=_quoted(content))


def _quoted(text: str) -> tuple[str, ...]:
    # An empty line has no parts to wrap, but stays a line of the quote.
    parts = [textwrap.wrap(line, 74, break_long_words=False) or [""] for line in text.strip().splitlines()]
    return tuple(f"> {line}".rstrip() for lines in parts for line in lines)


def _with_safe_links(instruction: Mapping[str, Any]) -> dict[str, Any]:
    """The instruction with only those links that lead to a web page: others could run a script at the reader's."""
    links = [link for link in instruction.get("links") or () if WEB_ADDRESS.match(link.get("url", ""))]
    return {**instruction, "links": links}
