"""Whom can a visitor of the demo be? The cast with its logins, without asking a database."""

from __future__ import annotations

from itertools import groupby

from companies.roles import CompanyKind
from config.demo_data.firms import APPROVAL_GROUP, FIRMS, firm
from config.demo_data.people import ADMIN, PASSWORD, PEOPLE, Person

PRIVATE, PLATFORM = "private customer", "Countersign"


def demo_logins() -> list[dict[str, str]]:
    """Everybody who can sign in: `email`, `password`, `who`, `company` (with the group there), `does`."""
    return [
        {
            "email": person.email,
            "password": PASSWORD,
            "who": person.name,
            "company": " · ".join(filter(None, (_company(person), _group(person)))),
            "does": person.does,
        }
        for person in PEOPLE
        if not person.left
    ]


def logins_table() -> str:
    """The same for a terminal."""
    playing = [person for person in PEOPLE if not person.left]
    rows = [(person.name, person.email, _group(person), person.does) for person in playing]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [f"Everybody's password is {PASSWORD}"]
    for company, people in groupby(playing, key=lambda person: person.firm or person.key):
        lines += ["", _heading(company)]
        for person in people:
            words = (person.name, person.email, _group(person))
            cells = [word.ljust(width) for word, width in zip(words, widths, strict=True)]
            lines.append("  " + "  ".join([*cells, person.does]).rstrip())
    return "\n".join(lines)


def _company(person: Person) -> str:
    if person.firm:
        return firm(person.firm).name
    return PLATFORM if person.key == ADMIN else PRIVATE


def _group(person: Person) -> str:
    if person.role is None:
        return "Platform staff" if person.key == ADMIN else ""
    in_group = person.firm == APPROVAL_GROUP[0] and person.key in APPROVAL_GROUP[1]
    return person.role.label + (", approval group" if in_group else "")


def _heading(key: str) -> str:
    company = next((one for one in FIRMS if one.key == key), None)
    if company is None:
        return "The platform" if key == ADMIN else "A private customer"
    if company.kind != CompanyKind.CUSTOMER:
        own = ", its own marketplace" if company.kind == CompanyKind.RESELLER else ""
        return f"{company.name} ({company.kind}{own})"
    approvers = "approval group" if company.key == APPROVAL_GROUP[0] else "no approval group"
    return f"{company.name} (customer, purchase limit {company.limit:,}.00 EUR, {approvers})"
