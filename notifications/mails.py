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

from companies.passwords import new_password_path
from notifications.attachments import attachment_of
from notifications.branding import LOGO_HEIGHT, LOGO_ID, Brand, brand_of, picture_of
from notifications.models import Notice
from notifications.texts import PASSWORD_RESET
from notifications.wording import Wording, one_line, wording_of

# Styles must go into the elements for mail programs that drop <style>; the rules for narrow and dark
# screens cannot, and stay for those that read them. A mail is never a reason to fetch something.
INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
LONGEST_FILE_NAME = 100
LONGEST_SENDER = 60
WEB_ADDRESS = re.compile(r"https?://[^\s]+\Z", re.IGNORECASE)


def mail_of(notice: Notice) -> EmailMultiAlternatives:
    """The mail as text and as HTML, in the recipient's time zone; `notice` comes with recipient and tenant.

    It has the same Message-ID each time. The sender is the installation's address under the name of
    the marketplace or tenant, whom the reader knows; a customer's mail looks like their marketplace. Raises
    `NotMade` where the file that goes with it cannot be made.
    """
    words = wording_of(notice, notice.recipient.time_zone)
    brand = brand_of(notice, words.facts)
    values = _values(notice, words, brand)
    _, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    mail = EmailMultiAlternatives(
        subject=words.subject,
        body=render_to_string("notifications/layout.txt", values).strip() + "\n",
        from_email=formataddr((one_line(brand.sender, LONGEST_SENDER), address)),
        reply_to=[brand.reply_to] if brand.reply_to else None,
        to=[notice.recipient.email],
        headers={
            "Message-ID": f"<{notice.message_id}@{address.rpartition('@')[2]}>",
            "Auto-Submitted": "auto-generated",  # no out-of-office answers, please
        },
    )
    mail.attach_alternative(INLINER.inline(render_to_string("notifications/layout.html", values)), "text/html")
    if brand.logo is not None:
        mail.attach(picture_of(brand.logo))
        mail.mixed_subtype = "related"
    file = attachment_of(notice)
    if file is not None:
        mail.mixed_subtype = "mixed"
        mail.attach(one_line(file.name, LONGEST_FILE_NAME), file.content, file.type)
    return mail


def _values(notice: Notice, words: Wording, brand: Brand) -> dict[str, Any]:
    """What both layouts show."""
    path = new_password_path(notice.recipient) if notice.topic == PASSWORD_RESET else notice.url
    return {
        "words": words,
        "sender": one_line(brand.name, LONGEST_SENDER),
        "brand": brand,
        "logo_id": LOGO_ID,
        "logo_height": LOGO_HEIGHT,
        "recipient": one_line(notice.recipient.name),
        "url": f"{brand.base_url}{path}" if path else "",
        "site_url": brand.base_url,
        "sections": [_section(name, notice.topic, words.facts) for name in words.sections],
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


# What the lines of a mail are, by its topic, else by the topic's family.
LINES = {
    "approval": "What is asked for",
    "order": "What is ordered",
    "quote": "What is offered",
    "quote.asked": "What is asked for",
    "quote.asked_sent": "What is asked for",
    "quote.accepted": "What is ordered",
}


def _section(name: str, topic: str, facts: Mapping[str, Any]) -> Section:
    content, family = facts[name], topic.partition(".")[0]
    if name == "lines":
        # An approval is about the lines, as its limit is; the total of all else is what is paid.
        label = "Total, tax included" if family == "approval" else "Total, tax and shipping included"
        title = LINES.get(topic) or LINES[family]
        return Section(title=title, lines=content, total=facts["total"], total_label=label)
    title = one_line(_title(name, family, facts))
    if name == "instructions":
        return Section(title=title, instructions=[_with_safe_links(instruction) for instruction in content])
    if name in ("reasons", "differences"):
        return Section(title=title, points=content)
    return Section(title=title, quote=content.strip(), quoted=_quoted(content))


def _title(name: str, family: str, facts: Mapping[str, Any]) -> str:
    actor = facts.get("actor", "")
    match name:
        case "comment":
            return _comment_title(facts)
        case "answer":
            return f"{actor or facts.get('approver') or 'Your approver'} wrote"
        case "reason":
            # A quote's reason is chosen from a list, and what was written stands beside it.
            return f"{actor} wrote" if actor and family != "quote" else "The reason"
    return {
        "review_note": "Note of the review",
        "reasons": "Why it needs approval",
        "differences": "What changed",
        "instructions": "Instructions",
    }[name]


def _comment_title(facts: Mapping[str, Any]) -> str:
    """Whose comment it is: the requester's of an approval, else that of who made the move."""
    if "requester" in facts:
        return "You wrote" if facts["reader"] == "requester" else f"{facts['requester']} wrote"
    actor = facts["actor"]
    if actor and actor == facts["customer"] and facts["reader"] == "customer":
        return "You wrote"
    return f"{actor} wrote" if actor else "Comment"


def _quoted(text: str) -> tuple[str, ...]:
    # An empty line has no parts to wrap, but stays a line of the quote.
    parts = [textwrap.wrap(line, 74, break_long_words=False) or [""] for line in text.strip().splitlines()]
    return tuple(f"> {line}".rstrip() for lines in parts for line in lines)


def _with_safe_links(instruction: Mapping[str, Any]) -> dict[str, Any]:
    """The instruction with only those links that lead to a web page: others could run a script at the reader's."""
    links = [link for link in instruction.get("links") or () if WEB_ADDRESS.match(link.get("url", ""))]
    return {**instruction, "links": links}
