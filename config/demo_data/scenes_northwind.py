"""What did Northwind order in the last weeks? A limit of 5,000 EUR, no approval group: Ana and Tom decide."""

from __future__ import annotations

from config.demo_data.stage import Scene, Stage


def new_colleagues(stage: Stage) -> Scene:
    """An Admin orders any amount herself."""
    yield stage.day(42, "09:14")
    [computers] = stage.order(
        "ana", {"NB-14": 4, "DOCK-TB": 4, "HEAD-BT": 4}, to=0, window=stage.window(3, "morning"), ref="PO 4711"
    )
    yield stage.day(40, "08:31")
    stage.start("vera", computers)
    yield stage.day(39, "11:42")
    stage.deliver(
        "vera",
        computers,
        "Handed over at the reception to C. Novak. The serial numbers are in the delivery note; on-site warranty "
        "begins today.",
        [
            ("Delivery note", "https://docs.globex.example/delivery/08841.pdf"),
            ("Warranty portal", "https://care.globex.example/register"),
        ],
    )


def colleague_within_the_limit(stage: Stage) -> Scene:
    """Within the limit a Buyer may say yes to a Requester."""
    yield stage.day(41, "10:32")
    request = stage.ask(
        "rita",
        {"SCREEN-27": 2, "ARM-DUO": 1},
        of="bea",
        comment="For the two working students who start on Monday; their desks have no screens yet.",
        window=stage.window(2, "morning"),
    )
    yield stage.day(41, "13:05")
    screens, arms = stage.approve_and_order("bea", request, "Fine, they are on the list for this quarter.")
    yield stage.day(39, "10:20")
    stage.deliver("victor", screens, "Left with reception, room 1.04.")
    yield stage.day(38, "15:48")
    stage.deliver("ines", arms, "Parcel, signed for by R. Okafor.")


def kitchen_and_paper(stage: Stage) -> Scene:
    """A Buyer within the limit asks nobody; two tax rates in one order."""
    yield stage.day(39, "14:22")
    [supplies] = stage.order("bea", {"COFFEE-1K": 12, "PAPER-A4": 8, "BOOK-SEC": 1}, to=1, ref="Cost centre 300")
    yield stage.day(38, "09:55")
    stage.deliver("ines", supplies, "One pallet box, ramp 2.")


def meeting_rooms(stage: Stage) -> Scene:
    """Declined with a good reason, made smaller, asked again."""
    yield stage.day(37, "11:18")
    request = stage.ask(
        "rita",
        {"MEET-86": 2, "CAM-4K": 1},
        of="tom",
        comment="For the rooms Alster and Bille; both projectors are broken.",
        ship="pallet",
    )
    yield stage.day(36, "09:40")
    stage.decline(
        "tom",
        request,
        "Bille becomes two offices in three months, so a display there would have to move again. Please ask for "
        "Alster only; the display has a camera built in, so leave that out, too.",
    )
    yield stage.day(36, "10:15")
    smaller = stage.ask("rita", {"MEET-86": 1}, of="tom", comment="Only for Alster, without the camera.", ship="pallet")
    yield stage.day(36, "16:02")
    [display] = stage.approve_and_order("tom", smaller, "Thank you.")
    yield stage.day(33, "13:30")
    stage.deliver(
        "vera",
        display,
        "Delivered to the kerb and rolled to Alster by your caretaker. The PIN of the display is on a card in the box.",
        [("Quick start", "https://help.globex.example/meet-86/start")],
    )


def nobody_answers(stage: Stage) -> Scene:
    """Nobody decides in time: reminded after nine days, expired after ten."""
    yield stage.day(33, "15:10")
    stage.ask(
        "bea",
        {"DESK-160": 6, "CHAIR-ERG": 6},
        of="ana",
        comment="Six more places on the second floor. Not urgent, the painters come first.",
        ship="pallet",
        to=1,
    )


def wrong_cost_centre(stage: Stage) -> Scene:
    """The customer takes an order back while it waits for review."""
    yield stage.day(29, "17:12")
    [servers] = stage.order("tom", {"VM-STD": 2}, ref="Cost centre 120")
    yield stage.day(28, "08:25")
    stage.withdraw("tom", servers, "Ordered for the wrong cost centre; it comes again as a project order.")


def price_rises(stage: Stage) -> Scene:
    """Approved, but dearer when it is ordered: given up by itself, asked again."""
    yield stage.day(28, "09:33")
    request = stage.ask(
        "rita",
        {"SCREEN-34": 8, "ARM-DUO": 4},
        of="ana",
        comment="Trading desk, eight places. I order when the room is free, in about a week.",
    )
    yield stage.day(27, "12:14")
    stage.approve("ana", request, "Approved. Order it when the room is free.")
    yield stage.day(24, "07:00")
    stage.reprice("SCREEN-34", "619")
    yield stage.day(23, "10:45")
    stage.order_in_vain("rita", request)
    yield stage.day(23, "10:58")
    again = stage.ask(
        "rita",
        stage.cart_of(request),
        of="ana",
        comment="The same again: the screens cost 30 EUR more each since last week.",
        window=stage.window(2, "afternoon"),
    )
    yield stage.day(22, "09:05")
    screens, arms = stage.approve_and_order("ana", again, "Then at the new price.")
    yield stage.day(20, "16:20")
    stage.deliver("victor", screens, "Eight boxes, brought to the third floor.")
    yield stage.day(19, "11:11")
    stage.deliver("ines", arms)


def licences(stage: Stage) -> Scene:
    """What is delivered at once, beside what is not."""
    yield stage.day(26, "09:02")
    [mixed] = stage.order("bea", {"LIC-OFFICE": 6, "LIC-GUARD": 6, "TECH-HOUR": "2.5"}, ref="Cost centre 300")
    yield stage.day(25, "14:40")
    stage.deliver("victor", mixed, "Six computers enrolled on site; console access was sent to T. Weber.")


def damaged_on_the_way(stage: Stage) -> Scene:
    """A delivery fails, and works at the second try."""
    yield stage.day(25, "10:10")
    [power] = stage.order("tom", {"UPS-1500": 2, "SW-24": 1}, to=1, window=stage.window(3, "morning"), ref="PO 4758")
    yield stage.day(22, "10:52")
    stage.fail("vera", power, "Both units were damaged on the way; the driver took everything back.")
    yield stage.day(22, "13:20")
    stage.retry("vera", power)
    yield stage.day(19, "09:31")
    stage.deliver(
        "vera",
        power,
        "Second delivery, checked together with your warehouse. Please charge the batteries for eight hours first.",
        [("Manual", "https://help.globex.example/ups-1500/manual.pdf")],
    )


def moving_the_mail(stage: Stage) -> Scene:
    """A flagged service: reviewed, begun, done a week later."""
    yield stage.day(19, "11:05")
    [migration] = stage.order("ana", {"MAIL-MIG": 1}, ref="PO 4790")
    yield stage.day(18, "09:15")
    stage.accept("victor", migration, "Looked at the domain with T. Weber: 38 mailboxes, no public folders.")
    yield stage.day(15, "08:00")
    stage.start("vera", migration)
    yield stage.day(10, "17:45")
    stage.deliver(
        "vera",
        migration,
        "All 38 mailboxes are moved. The old server forwards for 30 days; switch it off after that. Everybody signs "
        "in with the e-mail address and the password of the computer.",
        [
            ("Webmail", "https://mail.globex.example/northwind"),
            ("Protocol of the migration", "https://docs.globex.example/reports/0412.pdf"),
        ],
    )


def coffee_again(stage: Stage) -> Scene:
    """A small request, answered at once."""
    yield stage.day(17, "08:48")
    request = stage.ask("rita", {"COFFEE-1K": 8}, of="bea", comment="We are out of coffee.", to=1)
    yield stage.day(17, "08:53")
    [coffee] = stage.approve_and_order("bea", request, "An emergency indeed.")
    yield stage.day(16, "10:30")
    stage.deliver("ines", coffee)


def other_window(stage: Stage) -> Scene:
    """The approver changes the delivery window before saying yes."""
    yield stage.day(12, "09:26")
    request = stage.ask(
        "bea",
        {"DESK-160": 6, "CHAIR-ERG": 6},
        of="tom",
        comment="The painters are done: the six places on the second floor that expired last month.",
        ship="pallet",
        to=1,
        window=stage.window(3, "morning"),
    )
    yield stage.day(11, "15:31")
    stage.amend("tom", request, delivery_window=stage.window(4, "afternoon"))
    yield stage.day(11, "15:36")
    [furniture] = stage.approve_and_order(
        "tom", request, "In the afternoon, please: the lift is serviced in the morning."
    )
    yield stage.day(7, "16:05")
    stage.deliver("ines", furniture, "Six desks and six chairs, set up; packaging taken back.")


def too_old_a_server(stage: Stage) -> Scene:
    """Two flagged products in one order, rejected with a reason; the unflagged line goes on."""
    yield stage.day(9, "10:07")
    care, switch = stage.order("ana", {"SRV-MGMT": 1, "BACKUP-1T": 2, "SW-24": 1}, ref="PO 4822")
    yield stage.day(8, "11:50")
    stage.reject(
        "victor",
        care,
        "The server you named runs a system without updates for months, which we may not look after. Please move it "
        "to a current one, or order a virtual server with it; then we gladly accept both.",
        note="WS2012 on bare metal, asset 0034. Offer VM-STD plus migration.",
    )
    yield stage.day(7, "12:15")
    stage.deliver("vera", switch, "Parcel, tracking below.", [("Tracking", "https://track.parcel.example/0034119921")])


def approved_and_waiting(stage: Stage) -> Scene:
    """Approved, not ordered yet: Rita (or Tom) can place the order now."""
    yield stage.day(5, "14:12")
    request = stage.ask(
        "rita",
        {"NB-14": 2, "DOCK-TB": 2, "LIC-OFFICE": 2},
        of="tom",
        comment="For the two who start on the first. I order as soon as HR has their names.",
        ref="Cost centre 120",
    )
    yield stage.day(3, "10:27")
    stage.approve("tom", request, "Yes. Please take the English keyboards for both.")


def cabling(stage: Stage) -> Scene:
    """Half delivered: one line is done, the others are open."""
    yield stage.day(6, "13:40")
    [network] = stage.order(
        "bea",
        {"AP-6E": 6, "CABLE-7": "152.5", "TECH-HOUR": "7.5"},
        to=1,
        window=stage.window(2, "afternoon"),
        ref="PO 4840",
    )
    yield stage.day(4, "15:15")
    stage.deliver("victor", network, "Cable on one drum, access points at ramp 2.", skus=("AP-6E", "CABLE-7"))


SCENES = (
    new_colleagues,
    colleague_within_the_limit,
    kitchen_and_paper,
    meeting_rooms,
    nobody_answers,
    wrong_cost_centre,
    price_rises,
    licences,
    damaged_on_the_way,
    moving_the_mail,
    coffee_again,
    other_window,
    too_old_a_server,
    approved_and_waiting,
    cabling,
)
