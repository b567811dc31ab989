"""What does a notice say, in the words and the time zone of its reader?

The words come from `templates/notifications/<topic>.txt`, blocks of plain text: `subject`, `first`
(the sentence that also stands in the portal), `next` (paragraphs divided by empty lines) and
`button`. Mail and page take the same words; only the layouts differ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.template import Context, Template
from django.template.loader import get_template
from django.template.loader_tags import BlockNode

from config.kit.wording import moment_text
from notifications.models import Notice
from notifications.texts import TIMES, TOPICS

LONGEST_SUBJECT = 150
# What `Actor.system` calls itself; a sentence about it leaves the actor out.
INSTALLATION = "Countersign"


@dataclass(frozen=True, slots=True)
class Wording:
    """A notice in words; nothing in it is escaped yet."""

    label: str
    tone: str
    subject: str  # one line
    first: str  # one line
    paragraphs: tuple[str, ...]
    button: str
    facts: Mapping[str, Any]
    sections: tuple[str, ...]


def wording_of(notice: Notice, zone_name: str) -> Wording:
    """The notice's words for a reader in this time zone, as true as when it was posted."""
    topic = TOPICS[notice.topic]
    facts = _for_reading(notice, zone_name)
    blocks = _blocks(f"notifications/{topic.name}.txt", facts)
    return Wording(
        label=topic.label,
        tone=topic.tone,
        subject=one_line(blocks["subject"], LONGEST_SUBJECT),
        first=one_line(blocks["first"]),
        paragraphs=tuple(filter(None, (one_line(part) for part in re.split(r"\n\s*\n", blocks.get("next", ""))))),
        button=one_line(blocks["button"]),
        facts=facts,
        sections=tuple(name for name in topic.sections if facts[name]),
    )


def headline(notice: Notice, zone_name: str) -> str:
    """The notice in one sentence, the first one of its mail."""
    if notice.topic not in TOPICS:
        return notice.topic  # posted by an older version; the list must still open
    return one_line(_blocks(f"notifications/{notice.topic}.txt", _for_reading(notice, zone_name))["first"])


def one_line(text: str, longest: int = 0) -> str:
    """The text without line breaks or control characters, cut at `longest` (0: not cut).

    This is what keeps a name with a line break from becoming a header of the mail.
    """
    line = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text).split())
    if longest and len(line) > longest:
        return line[: longest - 1].rstrip() + "…"
    return line


def _for_reading(notice: Notice, zone_name: str) -> dict[str, Any]:
    """The facts with times as the reader's clock shows them, and the few words derived from them."""
    # A notice may have been posted before a fact was added: what it lacks is empty.
    empty = dict.fromkeys(TOPICS[notice.topic].facts.__dataclass_fields__, "")
    facts: dict[str, Any] = {**empty, **notice.facts}
    for name in TIMES:
        if facts.get(name):
            zone = _zone(zone_name)
            at = datetime.fromisoformat(facts[name]).astimezone(zone)
            facts[name] = moment_text(at, notice.created_at.astimezone(zone))
    if facts.get("actor") == INSTALLATION:
        facts["actor"] = ""
    if "customer" in facts:
        facts["buyer"] = facts["company"] or facts["customer"]
    return facts


def _zone(name: str) -> ZoneInfo:
    # A zone can vanish with an update of the zone database; the mail must not wait for that.
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _blocks(name: str, facts: Mapping[str, Any]) -> dict[str, str]:
    """Each block of the template as plain text."""
    template: Template = get_template(name).template
    context = Context(dict(facts), autoescape=False)
    with context.bind_template(template), context.render_context.push_state(template):
        return {
            block.name: block.nodelist.render(context)
            for block in template.nodelist.get_nodes_by_type(BlockNode)
            if isinstance(block, BlockNode)
        }
