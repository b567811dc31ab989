"""Who plays in the demo? Companies, people and their addresses, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from companies.roles import CompanyKind, Role

PASSWORD = "countersign-demo"  # noqa: S105 - invented people; everybody may know it
TENANT, TENANT_NAME = "acme", "Acme Markets"
BERLIN, LONDON, PARIS, AMSTERDAM = "Europe/Berlin", "Europe/London", "Europe/Paris", "Europe/Amsterdam"


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


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in. `does` is what a visitor can try as this person."""

    first: str
    last: str
    firm: str
    role: Role | None
    zone: str
    does: str
    title: str = ""
    phone: str = ""
    domain: str = ""
    alias: str = ""
    left: bool = False

    @property
    def key(self) -> str:
        """How the scenes call them."""
        return self.alias or self.first.lower()

    @property
    def name(self) -> str:
        """How everybody else does."""
        return f"{self.first} {self.last}"

    @property
    def email(self) -> str:
        """What they sign in with."""
        return f"{self.key}@{self.domain or self.firm}.example"


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

PEOPLE = (
    Person("Ana", "Diaz", "northwind", Role.ADMIN, BERLIN, "Decides what Rita and Bea ask; orders any amount herself",
           "Head of purchasing", "+49 40 5550 101"),
    Person("Tom", "Weber", "northwind", Role.ADMIN, BERLIN, "The other Admin: decides, takes over from Ana",
           "Head of IT", "+49 40 5550 102"),
    Person("Bea", "Lindt", "northwind", Role.BUYER, BERLIN, "Orders up to 5,000 EUR alone; her cart is above it",
           "Office manager", "+49 40 5550 111"),
    Person("Rita", "Okafor", "northwind", Role.REQUESTER, BERLIN, "Asks for every order; one of her carts is approved",
           "Workplace IT", "+49 40 5550 112"),
    Person("Carl", "Novak", "northwind", Role.CONTACT, BERLIN, "Looks around, may neither order nor ask",
           "Reception", "+49 40 5550 100"),
    Person("Dora", "Past", "northwind", Role.ADMIN, BERLIN, "", "Head of purchasing", left=True),
    Person("Alice", "Moreau", "contoso", Role.ADMIN, LONDON, "Orders freely, but the approval group decides for others",
           "Managing director", "+44 20 5550 2001"),
    Person("Ben", "Ito", "contoso", Role.BUYER, LONDON, "Orders up to 2,000 EUR alone, asks the group above it",
           "Purchasing", "+44 20 5550 2010"),
    Person("Grace", "Hall", "contoso", Role.BUYER, LONDON, "In the approval group: decides what Ravi and Ben ask",
           "Finance", "+44 20 5550 2020"),
    Person("Hugo", "Stern", "contoso", Role.REQUESTER, BERLIN, "In the approval group too, although a Requester",
           "Head of operations, Cologne", "+49 221 5550 210"),
    Person("Ravi", "Rao", "contoso", Role.REQUESTER, BERLIN, "Asks for every order; Grace or Hugo decide",
           "IT support, Cologne", "+49 221 5550 211"),
    Person("Tess", "Laurent", "tailspin", Role.ADMIN, PARIS, "Decides what Theo asks; orders on Resello, like him",
           "Directrice administrative", "+33 4 55 50 30 01"),
    Person("Theo", "Petit", "tailspin", Role.REQUESTER, AMSTERDAM, "Asks Tess; has a cart on Resello (see the shop)",
           "Office coordinator, Breda", "+31 76 555 0301"),
    Person("Paula", "Privat", "", None, BERLIN, "Orders for herself, without a company or an approval",
           phone="+49 30 5550 777", domain="private"),
    Person("Victor", "Lang", "globex", Role.AUDITOR, BERLIN, "Reviews flagged orders; delivers, or says what failed",
           "Order desk", "+49 30 5550 410"),
    Person("Vera", "Moss", "globex", Role.MANAGER, BERLIN, "Reviews and delivers like Victor: whoever is first decides",
           "Head of services", "+49 30 5550 401"),
    Person("Sam", "Reed", "globex", Role.SALES, LONDON, "Sees the orders of Globex, decides none",
           "Account manager", "+49 30 5550 420"),
    Person("Ines", "Duarte", "initech", Role.AUDITOR, BERLIN, "Reviews relocations, delivers furniture and supplies",
           "Order desk", "+49 341 5550 501"),
    Person("Roos", "de Vries", "resello", Role.AUDITOR, AMSTERDAM, "Reviews orders on Resello; vendors deliver them",
           "Order desk", "+31 30 555 0610"),
    Person("Mies", "Kok", "resello", Role.MANAGER, AMSTERDAM, "Reviews like Roos: whoever is first decides",
           "Managing director", "+31 30 555 0601"),
    Person("Rik", "Bakker", "resello", Role.SALES, AMSTERDAM, "Sees the orders of Resello, decides none",
           "Account manager", "+31 30 555 0620"),
    Person("Adele", "Admin", "", None, BERLIN, "Configures limits, groups, preferences and products; sees all orders",
           "Platform operations", domain="countersign", alias="admin"),
)  # fmt: skip

ADMIN = "admin"
APPROVAL_GROUP = ("contoso", ("grace", "hugo"))

# Where somebody without a company lives.
HOME_ADDRESS = {
    "contactName": "Paula Privat",
    "street": "Oderberger Straße",
    "streetNumber": "7",
    "zipCode": "10435",
    "city": "Berlin",
    "country": "DE",
    "contactPhone": "+49 30 5550 777",
}


def person(key: str) -> Person:
    """Somebody by their first name."""
    return next(one for one in PEOPLE if one.key == key)


def firm(key: str) -> Firm:
    """A company by its key."""
    return next(one for one in FIRMS if one.key == key)
