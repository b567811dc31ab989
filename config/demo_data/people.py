"""Who plays in the demo, and which programs? Plain data."""

from __future__ import annotations

from dataclasses import dataclass

from companies.roles import Role

PASSWORD = "countersign-demo"  # noqa: S105 - invented people; everybody may know it
TENANT, TENANT_NAME = "acme", "Acme Markets"
BERLIN, LONDON, PARIS, AMSTERDAM = "Europe/Berlin", "Europe/London", "Europe/Paris", "Europe/Amsterdam"


@dataclass(frozen=True, slots=True)
class Program:
    """An API client; its secret is as public as the password. `reads_only`: only scopes to read and view.

    With a `vendor` it is that vendor's system.
    """

    id: str
    name: str
    secret: str
    reads_only: bool
    vendor: str = ""


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


PEOPLE = (
    Person("Ana", "Diaz", "northwind", Role.ADMIN, BERLIN, "Decides what Rita and Bea ask; orders any amount herself",
           "Head of purchasing", "+49 40 5550 101"),
    Person("Tom", "Weber", "northwind", Role.ADMIN, BERLIN, "The other Admin: decides, takes over from Ana",
           "Head of IT", "+49 40 5550 102"),
    Person("Bea", "Lindt", "northwind", Role.BUYER, BERLIN,
           "Orders up to 5,000 EUR alone: her quote is below it, her cart above",
           "Office manager", "+49 40 5550 111"),
    Person("Rita", "Okafor", "northwind", Role.REQUESTER, BERLIN,
           "Asks for every order, negotiates quotes; one of her carts is approved",
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
    Person("Sam", "Reed", "globex", Role.SALES, LONDON, "Prices quotes: some wait; orders for customers",
           "Account manager", "+49 30 5550 420"),
    Person("Ines", "Duarte", "initech", Role.AUDITOR, BERLIN, "Reviews relocations, delivers furniture and supplies",
           "Order desk", "+49 341 5550 501"),
    Person("Roos", "de Vries", "resello", Role.AUDITOR, AMSTERDAM, "Reviews orders on Resello; vendors deliver them",
           "Order desk", "+31 30 555 0610"),
    Person("Mies", "Kok", "resello", Role.MANAGER, AMSTERDAM, "Reviews like Roos: whoever is first decides",
           "Managing director", "+31 30 555 0601"),
    Person("Rik", "Bakker", "resello", Role.SALES, AMSTERDAM, "Prices quotes on Resello; orders for its customers",
           "Account manager", "+31 30 555 0620"),
    Person("Adele", "Admin", "", None, BERLIN, "Configures everything, sees all orders, prices mixed quotes",
           "Platform operations", domain="countersign", alias="admin"),
)  # fmt: skip

PROGRAMS = (
    Program("demo-storefront", "Storefront", "countersign-demo-storefront-secret", reads_only=True),
    Program("demo-erp", "ERP connector", "countersign-demo-erp-secret", reads_only=False),
    Program("demo-globex", "Provisioner", "countersign-demo-globex-secret", reads_only=False, vendor="globex"),
)

# What storefronts and programs keep with the tenant for themselves.
SETTINGS: dict[str, object] = {
    "companyContactPropagation": "DISABLED",
    "enableOrderAddressPropagation": False,
    "project_country": "DE",
    "project_curr": '[{"id":"EUR","label":"Euro","default":true,"required":true}]',
    "project_lang": '[{"id":"en","label":"English","default":true,"required":true},'
    '{"id":"de","label":"German","default":false,"required":false}]',
}

ADMIN = "admin"

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
