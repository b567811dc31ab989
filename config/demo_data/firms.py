"""Which companies play in the demo, and where are they? Plain data."""

from __future__ import annotations

from dataclasses import dataclass

from companies.roles import CompanyKind

APPROVAL_GROUP = ("contoso", ("grace", "hugo"))


@dataclass(frozen=True, slots=True)
class Place:
    """A location of a company; the first one of a company is where it is delivered."""

    key: str
    type: str
    name: str
    contact: str
    street: str
    number: str
    zip_code: str
    city: str
    country: str
    phone: str


@dataclass(frozen=True, slots=True)
class Firm:
    """A company. `limit` is gross, in EUR; None: no limit."""

    key: str
    kind: CompanyKind
    name: str
    email: str
    country: str
    limit: int | None = None
    places: tuple[Place, ...] = ()
    registration: str = ""
    tax_number: str = ""


HEADQUARTER, WAREHOUSE, OFFICE = "HEADQUARTER", "WAREHOUSE", "OFFICE"

FIRMS = (
    Firm(
        "northwind",
        CompanyKind.CUSTOMER,
        "Northwind GmbH",
        "einkauf@northwind.example",
        "DE",
        limit=5000,
        registration="HRB 90210",
        tax_number="DE811907980",
        places=(
            Place(
                "northwind-hq",
                HEADQUARTER,
                "Hamburg headquarters",
                "Rita Okafor",
                "Am Sandtorkai",
                "48",
                "20457",
                "Hamburg",
                "DE",
                "+49 40 5550 100",
            ),
            Place(
                "northwind-warehouse",
                WAREHOUSE,
                "Hamburg warehouse",
                "Goods inwards, ramp 2",
                "Veddeler Damm",
                "21",
                "20457",
                "Hamburg",
                "DE",
                "+49 40 5550 180",
            ),
        ),
    ),
    Firm(
        "contoso",
        CompanyKind.CUSTOMER,
        "Contoso Ltd",
        "purchasing@contoso.example",
        "GB",
        limit=2000,
        registration="04812345",
        tax_number="GB123456789",
        places=(
            Place(
                "contoso-cologne",
                OFFICE,
                "Cologne office",
                "Ravi Rao",
                "Im Mediapark",
                "5a",
                "50670",
                "Köln",
                "DE",
                "+49 221 5550 200",
            ),
            Place(
                "contoso-warehouse",
                WAREHOUSE,
                "Cologne warehouse",
                "Jens Brandt",
                "Geestemünder Straße",
                "38",
                "50735",
                "Köln",
                "DE",
                "+49 221 5550 260",
            ),
            Place(
                "contoso-hq",
                HEADQUARTER,
                "London headquarters",
                "Alice Moreau",
                "Finsbury Square",
                "20",
                "EC2A 1AF",
                "London",
                "GB",
                "+44 20 5550 2000",
            ),
        ),
    ),
    Firm(
        "tailspin",
        CompanyKind.CUSTOMER,
        "Tailspin SARL",
        "achats@tailspin.example",
        "FR",
        limit=1000,
        registration="RCS Lyon 552 100 554",
        tax_number="FR40552100554",
        places=(
            Place(
                "tailspin-breda",
                OFFICE,
                "Breda office",
                "Theo Petit",
                "Stationsplein",
                "9",
                "4811 BB",
                "Breda",
                "NL",
                "+31 76 555 0300",
            ),
            Place(
                "tailspin-warehouse",
                WAREHOUSE,
                "Breda warehouse",
                "Joost Maas",
                "Konijnenberg",
                "74",
                "4825 BD",
                "Breda",
                "NL",
                "+31 76 555 0310",
            ),
            Place(
                "tailspin-hq",
                HEADQUARTER,
                "Lyon headquarters",
                "Tess Laurent",
                "Rue de la République",
                "31",
                "69002",
                "Lyon",
                "FR",
                "+33 4 55 50 30 00",
            ),
        ),
    ),
    Firm(
        "globex",
        CompanyKind.VENDOR,
        "Globex Systems",
        "orders@globex.example",
        "DE",
        places=(
            Place(
                "globex-hq",
                HEADQUARTER,
                "Berlin headquarters",
                "Vera Moss",
                "Ohlauer Straße",
                "43",
                "10999",
                "Berlin",
                "DE",
                "+49 30 5550 400",
            ),
            Place(
                "globex-warehouse",
                WAREHOUSE,
                "Großbeeren warehouse",
                "Dispatch",
                "Märkische Allee",
                "3",
                "14979",
                "Großbeeren",
                "DE",
                "+49 33701 5550",
            ),
        ),
    ),
    Firm(
        "initech",
        CompanyKind.VENDOR,
        "Initech Supplies",
        "service@initech.example",
        "DE",
        places=(
            Place(
                "initech-hq",
                HEADQUARTER,
                "Leipzig headquarters",
                "Ines Duarte",
                "Karl-Heine-Straße",
                "12",
                "04229",
                "Leipzig",
                "DE",
                "+49 341 5550 500",
            ),
            Place(
                "initech-warehouse",
                WAREHOUSE,
                "Halle warehouse",
                "Dispatch",
                "Delitzscher Straße",
                "65",
                "06112",
                "Halle",
                "DE",
                "+49 345 5550 520",
            ),
        ),
    ),
    Firm(
        "resello",
        CompanyKind.RESELLER,
        "Resello BV",
        "bestellingen@resello.example",
        "NL",
        places=(
            Place(
                "resello-hq",
                HEADQUARTER,
                "Utrecht headquarters",
                "Mies Kok",
                "Croeselaan",
                "18",
                "3521 CB",
                "Utrecht",
                "NL",
                "+31 30 555 0600",
            ),
            Place(
                "resello-warehouse",
                WAREHOUSE,
                "Nieuwegein warehouse",
                "Magazijn",
                "Ravenswade",
                "54",
                "3439 LD",
                "Nieuwegein",
                "NL",
                "+31 30 555 0640",
            ),
        ),
    ),
)


def firm(key: str) -> Firm:
    """A company by its key."""
    return next(one for one in FIRMS if one.key == key)
