"""Which quotes were asked for, offered and answered? Every status on both marketplaces."""

from __future__ import annotations

from config.demo_data.quote_moves import (
    accept,
    ask_quote,
    ask_to_accept,
    decline,
    draft_quote,
    in_days,
    offer,
    refuse,
    revise,
    send_back,
)
from config.demo_data.stage import Scene, Stage


# --- Globex on Acme Main ----------------------------------------------------------------------------------------------
def field_team(stage: Stage) -> Scene:
    """Negotiated twice, approved, ordered at the offered prices; the flagged line is still reviewed."""
    yield stage.day(24, "09:41")
    quote = ask_quote(
        stage,
        "rita",
        {"NB-14": 12, "DOCK-TB": 12, "SRV-MGMT": 1},
        "Twelve places for the field team, and care for the server they work on. What is possible at this quantity?",
        reference="Project 2207",
    )
    yield stage.day(23, "14:22")
    offer(
        stage,
        "sam",
        quote,
        {"NB-14": "1179", "DOCK-TB": "205"},
        stage.day(12, "18:00"),
        "Almost six per cent on the computers, delivered in one go.",
    )
    yield stage.day(22, "10:06")
    send_back(
        stage,
        "rita",
        quote,
        "PROVIDED_PRICE_TO_HIGH",
        "Another house offers the same computer at 1,120 EUR. We would rather stay with you.",
    )
    yield stage.day(21, "11:33")
    offer(
        stage,
        "sam",
        quote,
        {"NB-14": "1119", "DOCK-TB": "199", "SRV-MGMT": "=990"},
        stage.day(12, "18:00"),
        "Then at 1,119 EUR, and we bring them ourselves at no charge.",
        shipping="0",
    )
    yield stage.day(20, "09:17")
    request = ask_to_accept(
        stage, "rita", quote, of="ana", comment="1,950 EUR net less than by the price list; Sam came down twice."
    )
    yield stage.day(20, "15:44")
    [computers, care] = stage.approve_and_order("ana", request, "Well negotiated.")
    yield stage.day(19, "10:12")
    stage.accept("victor", care, "Same server as in the offer; looked at it with T. Weber.")
    yield stage.day(17, "13:05")
    stage.deliver("vera", computers, "Twelve computers with docks, handed over to R. Okafor.")
    yield stage.day(14, "16:30")
    stage.deliver("vera", care, "Monitoring runs since noon. Ring +49 30 5550 480 between eight and six.")


def nobody_accepts(stage: Stage) -> Scene:
    """Offered, and never answered: expired."""
    yield stage.day(18, "11:20")
    quote = ask_quote(
        stage, "bea", {"MEET-86": 2, "CAM-4K": 2}, "For two rooms, if it fits this year's budget.", ship="pallet"
    )
    yield stage.day(17, "09:52")
    offer(stage, "sam", quote, {"MEET-86": "2740"}, stage.day(9, "18:00"), "Five per cent for two.")


def not_this_year(stage: Stage) -> Scene:
    """Declined by the customer."""
    yield stage.day(15, "13:31")
    quote = ask_quote(stage, "tom", {"PENTEST": 1}, "From outside only, three days. What would that cost?")
    yield stage.day(14, "10:08")
    offer(stage, "sam", quote, {"PENTEST": "=5200"}, stage.day(2, "18:00"), "Three days from outside, with the report.")
    yield stage.day(13, "16:15")
    decline(
        stage,
        "tom",
        quote,
        "NO_LONGER_NEEDED",
        "The insurer sends its own testers this year. Thank you for the quick answer.",
    )


def too_much_cable(stage: Stage) -> Scene:
    """The seller makes no offer."""
    yield stage.day(12, "15:02")
    quote = ask_quote(
        stage,
        "ravi",
        {"CABLE-7": "4200", "TECH-HOUR": "160"},
        "All of Cologne, laid by the end of the month.",
    )
    yield stage.day(11, "11:47")
    refuse(
        stage,
        "sam",
        quote,
        "DELIVERY_TIME_LATE",
        "Our technicians are booked until the summer, and half-done cabling helps nobody. Ask us again for July.",
    )


def training(stage: Stage) -> Scene:
    """Changes wanted: in Sam's queue."""
    yield stage.day(6, "10:35")
    quote = ask_quote(stage, "rita", {"TRAIN-SEC": 4}, "For everybody, in four groups.")
    yield stage.day(5, "14:18")
    offer(stage, "sam", quote, {"TRAIN-SEC": "720"}, in_days(stage, 12), "Four half days in one week.")
    yield stage.day(2, "09:26")
    send_back(
        stage,
        "rita",
        quote,
        "WRONG_MATERIAL",
        "Three groups are enough after all, and one of them speaks English only. Can you price it for three?",
    )


def screens_for_bea(stage: Stage) -> Scene:
    """Open: by the price list above Bea's limit, as offered within it, so that she can accept it alone."""
    yield stage.day(4, "11:09")
    quote = ask_quote(
        stage, "bea", {"SCREEN-27": 14}, "We replace all screens on the second floor.", reference="Cost centre 300"
    )
    yield stage.day(2, "15:21")
    offer(stage, "sam", quote, {"SCREEN-27": "299"}, in_days(stage, 9), "Nine per cent for fourteen.")
    yield stage.day(1, "16:24")
    revise(stage, "sam", quote, {"SCREEN-27": "289"}, "Twelve per cent, since you take the ones in white.")


def drawing_office(stage: Stage) -> Scene:
    """Open, and its approval waits for Ana."""
    yield stage.day(5, "09:58")
    quote = ask_quote(
        stage,
        "rita",
        {"NB-16W": 4, "LIC-GUARD": 4},
        "Four more CAD places for the drawing office.",
        reference="Project 2214",
    )
    yield stage.day(3, "13:36")
    offer(stage, "sam", quote, {"NB-16W": "2049", "LIC-GUARD": "0"}, in_days(stage, 14), "Protection comes with it.")
    yield stage.ago(hours=6, minutes=50)
    ask_to_accept(
        stage, "rita", quote, of="ana", comment="150 EUR less for each than in the shop, and the protection is free."
    )


def new_hall(stage: Stage) -> Scene:
    """Asked, and not answered yet: in Sam's queue."""
    yield stage.ago(hours=3, minutes=15)
    ask_quote(
        stage,
        "tom",
        {"FW-MAN": 2, "SW-24": 4, "AP-6E": 10},
        "Network for the new hall. We can take it in two deliveries if that helps the price.",
        reference="Project 2219",
    )


def of_two_sellers(stage: Stage) -> Scene:
    """Asked for goods of Globex and Initech together: the platform's staff answer."""
    yield stage.ago(hours=4, minutes=45)
    ask_quote(
        stage,
        "ben",
        {"DESK-160": 10, "SCREEN-34": 10, "ARM-DUO": 10},
        "Ten complete places, please as one offer.",
        reference="PO-174",
        ship="pallet",
    )


def renewal(stage: Stage) -> Scene:
    """A draft of Sam's that Contoso does not see yet."""
    yield stage.day(1, "14:11")
    draft_quote(stage, "sam", "alice", {"LIC-OFFICE": 25, "LIC-GUARD": 25}, {"LIC-OFFICE": "109", "LIC-GUARD": "29.90"})


# --- Resello ----------------------------------------------------------------------------------------------------------
def three_places(stage: Stage) -> Scene:
    """Accepted by an Admin, who needs nobody's yes."""
    yield stage.day(19, "10:47")
    quote = ask_quote(
        stage, "tess", {"NB-14": 3, "LIC-OFFICE": 3}, "Trois postes pour Breda.", reference="PO TS-090", site="resello"
    )
    yield stage.day(18, "11:02")
    prices = {"NB-14": "1259", "LIC-OFFICE": "=350"}
    offer(stage, "rik", quote, prices, stage.day(11, "18:00"), "The licences at a round price.")
    yield stage.day(17, "09:34")
    computers, *_ = accept(stage, "tess", quote, "Merci, we take it.")
    yield stage.day(15, "14:55")
    stage.deliver("vera", computers, "Three parcels to Breda.")


def too_dear(stage: Stage) -> Scene:
    """Declined by the customer."""
    yield stage.day(15, "10:20")
    quote = ask_quote(stage, "theo", {"SCREEN-34": 2}, "Is there room in the price?", site="resello")
    yield stage.day(14, "12:13")
    offer(stage, "rik", quote, {"SCREEN-34": "605"}, stage.day(4, "18:00"), "Ten euros each is what we can do for two.")
    yield stage.day(12, "17:08")
    decline(stage, "theo", quote, "PRICE_TOO_HIGH", "We stay with the small screens then.")


def forgotten(stage: Stage) -> Scene:
    """Expired."""
    yield stage.day(14, "16:40")
    quote = ask_quote(stage, "theo", {"HEAD-BT": 8}, "Eight headsets, for everybody in Breda.", site="resello")
    yield stage.day(13, "09:45")
    offer(stage, "rik", quote, {"HEAD-BT": "130.50"}, stage.day(6, "18:00"), "A tenth off for eight.")


def in_lyon(stage: Stage) -> Scene:
    """The seller makes no offer."""
    yield stage.day(8, "15:50")
    quote = ask_quote(stage, "tess", {"SRV-MGMT": 2}, "Both servers in Lyon, again. Is there a way?", site="resello")
    yield stage.day(7, "10:41")
    refuse(
        stage,
        "rik",
        quote,
        "OTHER",
        "We look after servers in the Netherlands and Belgium only; Roos has sent you the address of our partner.",
    )


def phones(stage: Stage) -> Scene:
    """Changes wanted: in Rik's queue."""
    yield stage.day(5, "13:12")
    quote = ask_quote(stage, "theo", {"PHONE-5G": 4}, "Tess would agree below 2,500 EUR.", site="resello")
    yield stage.day(4, "11:55")
    offer(stage, "rik", quote, {"PHONE-5G": "649"}, in_days(stage, 10), "Our best price for four.")
    yield stage.day(1, "12:16")
    send_back(stage, "theo", quote, "OTHER", "Could two of them come in January, on an invoice of their own?")


def wireless(stage: Stage) -> Scene:
    """Open: Tess can accept it."""
    yield stage.day(3, "14:27")
    quote = ask_quote(stage, "tess", {"AP-6E": 6, "TECH-HOUR": 4}, "Mounted, please.", site="resello")
    yield stage.day(1, "09:39")
    offer(
        stage,
        "rik",
        quote,
        {"AP-6E": "179", "TECH-HOUR": "=350"},
        in_days(stage, 7),
        "Mounting at a flat rate, whatever the ceiling.",
    )


def one_more_place(stage: Stage) -> Scene:
    """Open, and its approval waits for Tess."""
    yield stage.day(4, "09:05")
    quote = ask_quote(stage, "theo", {"NB-14": 1, "DOCK-TB": 1}, "For the trainee.", site="resello")
    yield stage.day(2, "10:30")
    offer(stage, "rik", quote, {"NB-14": "1279", "DOCK-TB": "215"}, in_days(stage, 6), "As for the three in Breda.")
    yield stage.ago(hours=5, minutes=5)
    ask_to_accept(stage, "theo", quote, of="tess", comment="The same computer as ours; she starts in two weeks.")


def more_space(stage: Stage) -> Scene:
    """Asked, and not answered yet: in Rik's queue."""
    yield stage.ago(hours=2, minutes=35)
    ask_quote(stage, "theo", {"BACKUP-1T": 6}, "Is it cheaper by the half dozen?", site="resello")


def courses(stage: Stage) -> Scene:
    """A draft of Rik's, whom nobody asked; Tailspin does not see it yet."""
    yield stage.ago(hours=1, minutes=45)
    draft_quote(stage, "rik", "tess", {"TRAIN-SEC": 2}, {"TRAIN-SEC": "=1450"}, site="resello")


SCENES = (
    field_team,
    nobody_accepts,
    not_this_year,
    too_much_cable,
    training,
    screens_for_bea,
    drawing_office,
    new_hall,
    of_two_sellers,
    renewal,
    three_places,
    too_dear,
    forgotten,
    in_lyon,
    phones,
    wireless,
    one_more_place,
    more_space,
    courses,
)
