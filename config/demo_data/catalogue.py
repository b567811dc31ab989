"""What is for sale in the demo? Products with their texts, tax, review switch and prices, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

WORKPLACE, SCREENS, COMPUTERS, NETWORK = "Workplace", "Screens", "Computers", "Network"
CLOUD, SERVICES, SUPPLIES = "Cloud and licences", "Services", "Supplies and books"
STANDARD, REDUCED = "STANDARD", "REDUCED"
YES, NO, INHERIT = "yes", "no", "inherit"
MANUAL, INSTANT, WEBHOOK = "manual", "instant", "webhook"
GLOBEX, INITECH = "globex", "initech"

# Percent, by class and country.
TAX_NAMES = {STANDARD: "Standard rate", REDUCED: "Reduced rate"}
TAX_RATES = {
    STANDARD: {"DE": "19", "NL": "21", "FR": "20"},
    REDUCED: {"DE": "7", "NL": "9", "FR": "5.5"},
}


@dataclass(frozen=True, slots=True)
class Price:
    """An offer on one marketplace, in EUR."""

    amount: Decimal
    gross: bool = False


@dataclass(frozen=True, slots=True)
class Ware:
    """A product, and what it costs on `main` and, where it is sold there, on `resello`."""

    sku: str
    vendor: str
    category: str
    name: tuple[str, str]  # English, German
    text: tuple[str, str]
    main: Price
    resello: Price | None = None
    unit: str = "piece"
    tax: str = STANDARD
    review: str = NO
    delivery: str = MANUAL
    published: bool = True


def net(amount: str) -> Price:
    """A price to which tax is added."""
    return Price(Decimal(amount))


def gross(amount: str) -> Price:
    """A price that includes tax."""
    return Price(Decimal(amount), gross=True)


def _ware(vendor: str, category: str, sku: str, *texts: str, **fields: Any) -> Ware:
    english, german, text, text_german = texts
    return Ware(sku, vendor, category, (english, german), (text, text_german), **fields)


WARES = (
    _ware(
        INITECH, WORKPLACE, "DESK-160", "Standing desk 160 × 80", "Höhenverstellbarer Schreibtisch 160 × 80",
        "Two motors, 62 to 127 cm, four heights remembered. Oak or white.",
        "Zwei Motoren, 62 bis 127 cm, vier gespeicherte Höhen. Eiche oder weiß.",
        main=net("549"), resello=net("589"),
    ),
    _ware(
        INITECH, WORKPLACE, "CHAIR-ERG", "Ergonomic office chair", "Ergonomischer Bürostuhl",
        "Synchronous tilt, adjustable lumbar support, five years of warranty.",
        "Synchronmechanik, verstellbare Lordosenstütze, fünf Jahre Garantie.",
        main=gross("389"), resello=gross("419"),
    ),
    _ware(
        INITECH, WORKPLACE, "LAMP-LED", "Desk lamp LED", "Schreibtischleuchte LED",
        "Dimmable, 3,000 to 5,000 K, with a clamp for desks up to 5 cm.",
        "Dimmbar, 3.000 bis 5.000 K, mit Klemme für Platten bis 5 cm.",
        main=gross("64.90"), resello=gross("69"),
    ),
    _ware(
        INITECH, WORKPLACE, "CAB-02", "Lockable cabinet, two doors", "Abschließbarer Schrank, zweitürig",
        "Steel, 195 cm, four shelves, cylinder lock with three keys.",
        "Stahl, 195 cm, vier Böden, Zylinderschloss mit drei Schlüsseln.",
        main=net("219"),
    ),
    _ware(
        INITECH, WORKPLACE, "BOARD-180", "Whiteboard 180 × 120", "Whiteboard 180 × 120",
        "Enamelled steel, magnetic, with a tray and fixings.",
        "Emaillierter Stahl, magnetisch, mit Ablage und Befestigung.",
        main=net("179"),
    ),
    _ware(
        INITECH, WORKPLACE, "ARM-DUO", "Monitor arm for two screens", "Monitorarm für zwei Bildschirme",
        "Gas springs, 2 × 9 kg, cables inside the arm.",
        "Gasfedern, 2 × 9 kg, Kabelführung im Arm.",
        main=net("79.90"), resello=net("84.50"),
    ),
    _ware(
        INITECH, SERVICES, "MOVE-DAY", "Office relocation, one day", "Büroumzug, ein Tag",
        "Four people, one lorry, assembly on site. We confirm the day after looking at the rooms.",
        "Vier Personen, ein Lkw, Montage vor Ort. Der Tag wird nach einer Besichtigung bestätigt.",
        main=net("1480"), unit="day", review=YES,
    ),
    _ware(
        GLOBEX, SCREENS, "SCREEN-27", "27-inch 4K screen", "27-Zoll-4K-Bildschirm",
        "USB-C with 96 W, daylight sensor, height adjustable.",
        "USB-C mit 96 W, Tageslichtsensor, höhenverstellbar.",
        main=net("329"), resello=net("352"),
    ),
    _ware(
        GLOBEX, SCREENS, "SCREEN-34", "34-inch curved screen", "34-Zoll-Bildschirm, gebogen",
        "3,440 × 1,440, two computers at once, built-in network.",
        "3.440 × 1.440, zwei Rechner gleichzeitig, mit Netzwerkanschluss.",
        main=net("589"), resello=net("615"),
    ),
    _ware(
        GLOBEX, SCREENS, "MEET-86", "Meeting display 86 inch", "Besprechungsdisplay 86 Zoll",
        "Touch display with camera, microphones and a trolley.",
        "Touch-Display mit Kamera, Mikrofonen und Rollwagen.",
        main=net("2890"),
    ),
    _ware(
        GLOBEX, COMPUTERS, "NB-14", "Notebook 14 inch", "Notebook 14 Zoll",
        "16 GB, 512 GB, 1.3 kg, three years of on-site warranty.",
        "16 GB, 512 GB, 1,3 kg, drei Jahre Vor-Ort-Garantie.",
        main=net("1249"), resello=net("1319"),
    ),
    _ware(
        GLOBEX, COMPUTERS, "NB-16W", "Mobile workstation 16 inch", "Mobile Workstation 16 Zoll",
        "64 GB, 2 TB, graphics for CAD, three years of on-site warranty.",
        "64 GB, 2 TB, Grafik für CAD, drei Jahre Vor-Ort-Garantie.",
        main=net("2199"), resello=net("2310"),
    ),
    _ware(
        GLOBEX, COMPUTERS, "DOCK-TB", "Thunderbolt dock", "Thunderbolt-Dock",
        "Two screens, network and charging over one cable.",
        "Zwei Bildschirme, Netzwerk und Laden über ein Kabel.",
        main=net("219"), resello=net("229"),
    ),
    _ware(
        GLOBEX, COMPUTERS, "PHONE-5G", "Business smartphone", "Geschäftliches Smartphone",
        "256 GB, five years of security updates, enrolled before delivery.",
        "256 GB, fünf Jahre Sicherheitsupdates, vor Lieferung eingerichtet.",
        main=net("649"), resello=net("679"),
    ),
    _ware(
        GLOBEX, COMPUTERS, "HEAD-BT", "Wireless headset", "Kabelloses Headset",
        "Noise cancelling, 24 hours, two devices at once.",
        "Geräuschunterdrückung, 24 Stunden, zwei Geräte gleichzeitig.",
        main=gross("139"), resello=gross("145"),
    ),
    _ware(
        GLOBEX, COMPUTERS, "CAM-4K", "Conference camera 4K", "Konferenzkamera 4K",
        "Frames who speaks; USB and network.",
        "Zeigt, wer spricht; USB und Netzwerk.",
        main=gross("459"),
    ),
    _ware(
        INITECH, COMPUTERS, "MFP-A3", "Multifunction printer A3", "Multifunktionsdrucker A3",
        "Colour, 35 pages a minute, prints after a badge was held to it.",
        "Farbe, 35 Seiten je Minute, druckt nach Vorhalten des Ausweises.",
        main=net("1690"),
    ),
    _ware(
        GLOBEX, NETWORK, "SW-24", "24-port switch with PoE", "Switch mit 24 Ports und PoE",
        "Managed, 370 W, four uplinks of 10 Gbit/s.",
        "Verwaltet, 370 W, vier Uplinks mit 10 Gbit/s.",
        main=net("418"), resello=net("439"),
    ),
    _ware(
        GLOBEX, NETWORK, "AP-6E", "Wi-Fi 6E access point", "WLAN-Zugangspunkt Wi-Fi 6E",
        "For ceilings, powered over the network cable.",
        "Für die Decke, Strom über das Netzwerkkabel.",
        main=net("189"), resello=net("199"),
    ),
    _ware(
        GLOBEX, NETWORK, "CABLE-7", "Network cable Cat. 7", "Netzwerkkabel Cat. 7",
        "For laying, cut to length by the half metre.",
        "Verlegekabel, auf halbe Meter zugeschnitten.",
        main=net("1.19"), unit="metre",
    ),
    _ware(
        GLOBEX, NETWORK, "UPS-1500", "Uninterruptible power supply 1,500 VA", "Unterbrechungsfreie Stromversorgung",
        "For a rack, 20 minutes at half load, network card.",
        "Für das Rack, 20 Minuten bei halber Last, Netzwerkkarte.",
        main=net("379"),
    ),
    _ware(
        GLOBEX, NETWORK, "FW-MAN", "Managed firewall, 12 months", "Verwaltete Firewall, 12 Monate",
        "Device, rules and updates by our team, with a monthly report. We check your line before we accept.",
        "Gerät, Regeln und Updates durch unser Team, mit Monatsbericht. Vor Annahme prüfen wir Ihren Anschluss.",
        main=net("1188"), resello=net("1290"), unit="site", review=YES,
    ),
    _ware(
        GLOBEX, CLOUD, "LIC-OFFICE", "Office licence, 12 months", "Office-Lizenz, 12 Monate",
        "Text, tables, mail and meetings for one person. Ready at once.",
        "Text, Tabellen, Mail und Besprechungen für eine Person. Sofort nutzbar.",
        main=net("118.80"), resello=net("124.80"), unit="seat", delivery=INSTANT,
    ),
    _ware(
        GLOBEX, CLOUD, "LIC-GUARD", "Endpoint protection, 12 months", "Endgeräteschutz, 12 Monate",
        "For one computer or phone, with a console for your IT. Ready at once.",
        "Für einen Rechner oder ein Telefon, mit Konsole für Ihre IT. Sofort nutzbar.",
        main=net("34.80"), resello=net("37.20"), unit="device", delivery=INSTANT,
    ),
    _ware(
        GLOBEX, CLOUD, "LIC-PDF", "PDF editor, 12 months", "PDF-Editor, 12 Monate",
        "Edit, sign and redact; for one person. Ready at once.",
        "Bearbeiten, signieren, schwärzen; für eine Person. Sofort nutzbar.",
        main=gross("95.88"), resello=gross("99"), unit="seat", delivery=INSTANT,
    ),
    _ware(
        GLOBEX, CLOUD, "BACKUP-1T", "Cloud backup 1 TB, 12 months", "Cloud-Backup 1 TB, 12 Monate",
        "Encrypted with your key, kept in Frankfurt. Ready as soon as we have accepted the order.",
        "Mit Ihrem Schlüssel verschlüsselt, in Frankfurt gespeichert. Bereit, sobald wir den Auftrag angenommen haben.",
        main=net("228"), resello=net("240"), unit="terabyte", review=YES, delivery=INSTANT,
    ),
    _ware(
        GLOBEX, CLOUD, "VM-STD", "Virtual server, 12 months", "Virtueller Server, 12 Monate",
        "4 cores, 16 GB, 200 GB, patched by you. Made within a working day.",
        "4 Kerne, 16 GB, 200 GB, Updates durch Sie. Binnen eines Werktags angelegt.",
        main=net("564"), resello=net("598"), unit="server", review=YES,
    ),
    _ware(
        GLOBEX, CLOUD, "VDI-01", "Virtual desktop, 12 months", "Virtueller Arbeitsplatz, 12 Monate",
        "A desktop in the browser with your image, for one person.",
        "Ein Arbeitsplatz im Browser mit Ihrem Image, für eine Person.",
        main=net("468"), resello=net("495"), unit="seat", review=INHERIT, delivery=WEBHOOK,
    ),
    _ware(
        GLOBEX, SERVICES, "SRV-MGMT", "Server management, 12 months", "Serverbetreuung, 12 Monate",
        "Monitoring, updates and restore tests for one server, eight to six. We look at the server first.",
        "Überwachung, Updates und Wiederherstellungstests für einen Server, acht bis achtzehn Uhr, nach Prüfung.",
        main=net("1140"), resello=net("1210"), unit="server", review=YES,
    ),
    _ware(
        GLOBEX, SERVICES, "MAIL-MIG", "E-mail migration", "E-Mail-Migration",
        "Up to 50 mailboxes over a weekend, with a rehearsal.",
        "Bis zu 50 Postfächer an einem Wochenende, mit Generalprobe.",
        main=net("1450"), unit="project", review=YES,
    ),
    _ware(
        GLOBEX, SERVICES, "PENTEST", "Penetration test", "Penetrationstest",
        "Five days from outside and inside, with a report and a repeat. Needs the consent of who owns the systems.",
        "Fünf Tage von außen und innen, mit Bericht und Nachtest. Braucht die Zustimmung der Eigentümer der Systeme.",
        main=net("6900"), unit="project", review=YES,
    ),
    _ware(
        GLOBEX, SERVICES, "TECH-HOUR", "Technician on site", "Techniker vor Ort",
        "By the half hour, travel within 50 km included.",
        "Je halbe Stunde abgerechnet, Anfahrt bis 50 km enthalten.",
        main=net("96"), resello=net("104"), unit="hour", review=INHERIT,
    ),
    _ware(
        GLOBEX, SERVICES, "TRAIN-SEC", "Security training, half a day", "Sicherheitsschulung, halber Tag",
        "For up to 16 people, at your place or online.",
        "Für bis zu 16 Personen, bei Ihnen oder online.",
        main=net("780"), resello=net("820"), unit="course",
    ),
    _ware(
        INITECH, SUPPLIES, "PAPER-A4", "Copy paper A4, five reams", "Kopierpapier A4, fünf Pakete",
        "80 g, recycled, 2,500 sheets in a box.",
        "80 g, Recycling, 2.500 Blatt im Karton.",
        main=net("24.90"), unit="box",
    ),
    _ware(
        INITECH, SUPPLIES, "TONER-BK", "Toner black for MFP-A3", "Toner schwarz für MFP-A3",
        "For 18,000 pages; the empty one is taken back.",
        "Für 18.000 Seiten; der leere wird zurückgenommen.",
        main=net("84.50"),
    ),
    _ware(
        INITECH, SUPPLIES, "COFFEE-1K", "Coffee beans, 1 kg", "Kaffeebohnen, 1 kg",
        "Fair trade, medium roast.",
        "Fair gehandelt, mittlere Röstung.",
        main=net("16.80"), resello=net("17.50"), unit="bag", tax=REDUCED,
    ),
    _ware(
        INITECH, SUPPLIES, "BOOK-SEC", "Handbook of IT security", "Handbuch IT-Sicherheit",
        "Fourth edition, hardback, 812 pages.",
        "Vierte Auflage, gebunden, 812 Seiten.",
        main=gross("49.90"), tax=REDUCED,
    ),
    _ware(
        INITECH, SUPPLIES, "BOOK-DP", "Commentary on data protection", "Kommentar zum Datenschutz",
        "Third edition, hardback, 1,940 pages.",
        "Dritte Auflage, gebunden, 1.940 Seiten.",
        main=gross("129"), tax=REDUCED,
    ),
    _ware(
        GLOBEX, NETWORK, "FAX-01", "Fax line", "Faxanschluss",
        "No longer sold.",
        "Wird nicht mehr verkauft.",
        main=net("9.90"), unit="month", published=False,
    ),
)  # fmt: skip

ZONE = "deliveryarea"
USUAL = "4-more_hours_timeframe"
# method: name in English and German, net price on `main`, on `resello`
METHODS = {
    USUAL: ("Delivery in a window of four hours", "Lieferung im Vier-Stunden-Fenster", "9.90", "8.90"),
    "express": ("Express, next working day", "Express, nächster Werktag", "24.50", "22.00"),
    "pallet": ("Pallet, to the kerb", "Palette, bis Bordsteinkante", "79.00", "69.00"),
}
SLOTS = {"morning": "08:00 to 12:00", "afternoon": "13:00 to 17:00"}
