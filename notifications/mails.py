"""What mail does a notice become?"""

from __future__ import annotations

import textwrap
from email.utils import formataddr, parseaddr
from typing import Any
from urllib.parse import urlsplit

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from notifications.models import Notice
from notifications.wording import Wording, one_line, wording_of

# Styles must go into the elements for mail programs that drop <style>; the rules for narrow and dark
# screens cannot, and stay for those that read them. A mail is never a reason to fetch something.
INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


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
    facts = words.facts
    return {
        "words": words,
        "sender": one_line(facts.get("marketplace") or notice.tenant.name, 60),
        "recipient": one_line(notice.recipient.name),
        "url": f"{settings.SITE_URL}{notice.url}" if notice.url else "",
        "site_url": settings.SITE_URL,
        "sections": [_section(name, facts) for name in words.sections],
        "reference": facts.get("number") or facts.get("label"),
    }


def _section(name: str, facts: dict[str, Any]) -> dict[str, Any]:
    """One part below the sentences: its heading and one of quote, items, lines or instructions."""
    titles = {
        "comment": f"{facts.get('requester')} wrote",
        "answer": f"{facts.get('actor') or facts.get('approver')} wrote",
        "reason": f"{facts['actor']} wrote" if facts.get("actor") else "The reason",
        "review_note": "Note of the review",
        "reasons": "Why it needs approval",
        "differences": "What changed",
        "lines": "What is ordered",
        "instructions": "Instructions",
    }
    section: dict[str, Any] = {"title": titles[name]}
    if name in ("comment", "answer", "reason", "review_note"):
        quoted = [textwrap.wrap(line, 74, break_long_words=False) or [""] for line in facts[name].strip().splitlines()]
        return section | {"quote": facts[name], "quoted": [f"> {part}".rstrip() for line in quoted for part in line]}
    if name == "lines":
        return section | {"lines": facts["lines"], "total": facts["total"]}
    if name == "instructions":
        return section | {"instructions": [_safe_links(instruction) for instruction in facts["instructions"]]}
    return section | {"items": facts[name]}


def _safe_links(instruction: dict[str, Any]) -> dict[str, Any]:
    """The instruction with such links only as lead to a web page: others could run a script in the reader's mail."""
    links = [link for link in instruction.get("links") or () if urlsplit(link["url"]).scheme in ("http", "https")]
    return {**instruction, "links": links}
