"""What waits now? Requests to decide, orders to review and to deliver, carts to go on with."""

from __future__ import annotations

from config.demo_data.stage import Scene, Stage


# --- To decide --------------------------------------------------------------------------------------------------------
def apprentices(stage: Stage) -> Scene:
    """Fresh, over the limit, in three parts once it is ordered: for Ana."""
    yield stage.ago(hours=2, minutes=10)
    stage.ask(
        "rita",
        {"NB-16W": 2, "DOCK-TB": 2, "LIC-GUARD": 2, "ARM-DUO": 2, "BACKUP-1T": 1},
        of="ana",
        comment="Two CAD places for the apprentices who come back from school on the first. Their old computers take "
        "eleven minutes to open the hall. Docks and arms because they share the room with the drawing table.",
        window=stage.window(4, "afternoon"),
        ref="PO 4866",
    )


def reception(stage: Stage) -> Scene:
    """Waiting, changed once since it was asked: for Ana."""
    yield stage.day(3, "11:37")
    request = stage.ask(
        "bea",
        {"MEET-86": 1, "NB-14": 1, "CHAIR-ERG": 3},
        of="ana",
        comment="The new reception: display for visitors, a computer, three chairs.",
        ship="pallet",
        to=1,
        ref="Cost centre 300",
    )
    yield stage.day(2, "09:51")
    stage.amend(
        "bea",
        request,
        comment="The new reception: display for visitors, a computer, three chairs. Now straight to the headquarters: "
        "the caretaker has found room for it behind the counter.",
        details=stage.details("bea", ship="pallet", to=0, window=stage.window(7, "morning"), ref="Cost centre 300"),
    )


def last_chance(stage: Stage) -> Scene:
    """About to expire, the reminder is out: for Tom."""
    yield stage.last_call()
    stage.ask(
        "bea",
        {"PHONE-5G": 7},
        of="tom",
        comment="Phones for the field team, before the contract of the old ones ends this month.",
        ref="Cost centre 410",
    )


def for_the_group(stage: Stage) -> Scene:
    """Reassigned by an Admin with a reason: for Grace."""
    yield stage.day(4, "09:19")
    request = stage.ask(
        "ravi",
        {"SCREEN-27": 4, "ARM-DUO": 2},
        of="hugo",
        comment="Four screens for the night shift, so that they need not share with the day shift.",
        to=0,
    )
    yield stage.day(1, "10:06")
    stage.reassign(
        "alice", request, to="grace", reason="Hugo is at the trade fair all week, and the night shift waits."
    )


def above_two_thousand(stage: Stage) -> Scene:
    """A Buyer above the limit asks the group: for Hugo."""
    yield stage.ago(hours=5, minutes=25)
    stage.ask(
        "ben",
        {"UPS-1500": 2, "SW-24": 3, "AP-6E": 2},
        of="hugo",
        comment="Spare parts for the server room. Last month a single broken switch cost us a morning.",
        to=1,
        window=stage.window(6, "afternoon"),
        ref="PO-170",
    )


def small_things(stage: Stage) -> Scene:
    """Within the limit, so Bea could have been asked as well as the Admins: for Bea."""
    yield stage.day(1, "15:24")
    stage.ask(
        "rita",
        {"BOOK-DP": 2, "BOOK-SEC": 1},
        of="bea",
        comment="The data protection officer needs the new edition; the old one knows nothing of the AI Act.",
    )


def breda(stage: Stage) -> Scene:
    """On the reseller's marketplace: for Tess."""
    yield stage.ago(hours=3, minutes=40)
    stage.ask(
        "theo",
        {"SRV-MGMT": 1, "LIC-GUARD": 5},
        of="tess",
        comment="The server in Breda, this time; Roos says that they look after it there.",
        site="resello",
    )


# --- To review --------------------------------------------------------------------------------------------------------
def new_site(stage: Stage) -> Scene:
    """The flagged line waits for Globex, the others are being prepared; a delivery window is full with it."""
    yield stage.day(1, "11:13")
    full = stage.narrow_window()
    stage.order("ana", {"FW-MAN": 1, "SW-24": 2, "LIC-GUARD": 10}, to=1, window=full, ref="PO 4861")


def own_servers(stage: Stage) -> Scene:
    """Waits for Globex since days."""
    yield stage.day(3, "16:09")
    stage.order("alice", {"VM-STD": 3, "BACKUP-1T": 2}, ref="PO-166")


def two_floors(stage: Stage) -> Scene:
    """Waits for Initech."""
    yield stage.day(2, "12:30")
    stage.order("tom", {"MOVE-DAY": 2}, ref="PO 4859")


def second_branch(stage: Stage) -> Scene:
    """Waits for Resello; what is not flagged goes on."""
    yield stage.day(1, "16:20")
    stage.order("tess", {"FW-MAN": 1, "TECH-HOUR": "3.5", "NB-14": 1}, site="resello", ref="PO TS-101")


# --- To deliver -------------------------------------------------------------------------------------------------------
def accepted(stage: Stage) -> Scene:
    """Reviewed, not begun."""
    yield stage.day(4, "10:52")
    [care] = stage.order("ana", {"VM-STD": 1, "SRV-MGMT": 1}, ref="PO 4851")
    yield stage.day(2, "15:18")
    stage.accept("vera", care, "The virtual server we proposed in place of the old one.")


def at_home(stage: Stage) -> Scene:
    """A private customer's order, not begun."""
    yield stage.ago(hours=4, minutes=5)
    stage.order("paula", {"DESK-160": 1}, ship="pallet")


# --- Carts ------------------------------------------------------------------------------------------------------------
def carts_of_northwind(stage: Stage) -> Scene:
    """Bea's is above the limit by one line, Rita has one put aside and one open."""
    yield stage.day(2, "16:47")
    workshop = stage.fill("rita", {"BOARD-180": 2, "CAM-4K": 1, "CHAIR-ERG": 6})
    stage.put_aside("rita", workshop)
    yield stage.ago(hours=1, minutes=30)
    stage.fill("rita", {"HEAD-BT": 3, "LIC-PDF": 3})
    stage.fill("bea", {"NB-14": 3, "SCREEN-27": 2, "DOCK-TB": 1})
    stage.fill("tom", {"VDI-01": 2, "TECH-HOUR": "1.5"})


def carts_of_the_others(stage: Stage) -> Scene:
    """Ben's is above the limit, too."""
    yield stage.ago(hours=1)
    stage.fill("ben", {"SCREEN-34": 3, "ARM-DUO": 3})
    stage.fill("ravi", {"TONER-BK": 2, "PAPER-A4": 4})
    stage.fill("theo", {"HEAD-BT": 2, "LIC-OFFICE": 2}, site="resello")
    stage.fill("paula", {"LIC-PDF": 1, "BOOK-SEC": 1})


SCENES = (
    apprentices,
    reception,
    last_chance,
    for_the_group,
    above_two_thousand,
    small_things,
    breda,
    new_site,
    own_servers,
    two_floors,
    second_branch,
    accepted,
    at_home,
    carts_of_northwind,
    carts_of_the_others,
)
