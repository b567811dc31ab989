"""What did Contoso order in the last weeks? A limit of 2,000 EUR; Grace and Hugo, its approval group, decide."""

from __future__ import annotations

from config.demo_data.stage import Scene, Stage


def two_chairs(stage: Stage) -> Scene:
    """A member of the group says yes, and the requester orders."""
    yield stage.day(40, "10:04")
    request = stage.ask(
        "ravi", {"CHAIR-ERG": 2, "LAMP-LED": 2}, of="grace", comment="The support desk has had stools for half a year."
    )
    yield stage.day(40, "16:37")
    stage.approve("grace", request, "High time.")
    yield stage.day(39, "08:59")
    [chairs] = stage.order_approved("ravi", request)
    yield stage.day(37, "14:25")
    stage.deliver("ines", chairs, "Set up next to the window, packaging taken back.")


def two_parts(stage: Stage) -> Scene:
    """One checkout, two orders: the flagged line is reviewed, the other goes on."""
    yield stage.day(38, "10:41")
    care, switch = stage.order("alice", {"SRV-MGMT": 2, "SW-24": 1}, to=1, ref="PO-118")
    yield stage.day(37, "09:24")
    stage.accept("victor", care, "Two current systems, restore test planned with R. Rao.")
    yield stage.day(36, "11:20")
    stage.deliver("vera", switch, "Parcel, signed for by J. Brandt.")
    yield stage.day(36, "13:00")
    stage.start("victor", care)
    yield stage.day(32, "16:30")
    stage.deliver(
        "victor",
        care,
        "Both servers are watched from today on. Call +49 30 5550 450 from eight to six; outside of that an e-mail is "
        "answered the next working day.",
        [
            ("Monitoring", "https://watch.globex.example/contoso"),
            ("How to reach us", "https://help.globex.example/care/contacts"),
        ],
    )


def passed_on(stage: Stage) -> Scene:
    """Hugo does not find the time; Ben puts it to Grace."""
    yield stage.day(34, "12:06")
    request = stage.ask(
        "ben",
        {"NB-16W": 1, "SCREEN-34": 1},
        of="hugo",
        comment="For the new CAD licence in Cologne. The dealer holds this price until the end of next week.",
        window=stage.window(8, "morning"),
    )
    yield stage.day(31, "09:30")
    stage.reassign("ben", request, to="grace", reason="Hugo is on site all week.")
    yield stage.day(31, "10:12")
    stage.approve("grace", request, "Budgeted under tools.")
    yield stage.day(30, "09:01")
    [computer] = stage.order_approved("ben", request)
    yield stage.day(26, "10:44")
    stage.deliver(
        "victor",
        computer,
        "Handed to R. Rao. The workstation is enrolled in your device management.",
        [("Warranty portal", "https://care.globex.example/register")],
    )


def found_in_the_store_room(stage: Stage) -> Scene:
    """The requester takes it back."""
    yield stage.day(31, "11:55")
    request = stage.ask("ravi", {"DOCK-TB": 3, "HEAD-BT": 3}, of="grace", comment="For the flexible desks.")
    yield stage.day(30, "10:20")
    stage.close("ravi", request, "Found four docks in the store room; I ask again for the headsets only.")
    yield stage.day(30, "10:31")
    again = stage.ask("ravi", {"HEAD-BT": 3}, of="hugo", comment="For the flexible desks, headsets only.")
    yield stage.day(29, "17:48")
    [headsets] = stage.approve_and_order("hugo", again)
    yield stage.day(28, "12:00")
    stage.deliver("victor", headsets)


def without_consent(stage: Stage) -> Scene:
    """An order that the vendor may not accept."""
    yield stage.day(30, "15:27")
    [test] = stage.order("alice", {"PENTEST": 1}, ref="PO-131")
    yield stage.day(28, "10:03")
    stage.reject(
        "vera",
        test,
        "Part of the systems belongs to your hosting provider, and we may test them only with its written consent. "
        "Please send it to consent@globex.example and order again; we keep the week for you until then.",
        note="Spoke to A. Moreau. Kept a week in two months.",
    )


def postponed(stage: Stage) -> Scene:
    """Approved, then given up by the one who asked."""
    yield stage.day(27, "09:58")
    request = stage.ask(
        "hugo",
        {"TRAIN-SEC": 2},
        of="grace",
        comment="Security training for both shifts in Cologne.",
        window=stage.window(6, "morning"),
    )
    yield stage.day(26, "16:10")
    stage.approve("grace", request, "Good idea. Make it two mornings.")
    yield stage.day(24, "13:13")
    stage.give_up("hugo", request, "The works council asks for it after the new shift schedule. I ask again then.")


def relocation_fails(stage: Stage) -> Scene:
    """Accepted, then impossible: cancelled by the seller with a reason."""
    yield stage.day(24, "09:36")
    [move] = stage.order("alice", {"MOVE-DAY": 1}, ref="PO-140")
    yield stage.day(23, "10:30")
    stage.accept("ines", move, "Rooms seen on video.")
    yield stage.day(19, "15:02")
    stage.cancel(
        "ines",
        move,
        "The house allows no lorries over 7.5 t for the next two months, and our small one is booked until then. "
        "Nothing is charged. We have put you on the list for the first free day after that.",
    )


def better_window(stage: Stage) -> Scene:
    """The requester changes a waiting request, the approver decides on what it is now."""
    yield stage.day(15, "10:16")
    request = stage.ask(
        "ravi",
        {"SW-24": 2, "AP-6E": 6},
        of="hugo",
        comment="Wi-Fi for the new floor.",
        to=1,
        window=stage.window(3, "morning"),
    )
    yield stage.day(14, "09:10")
    stage.amend(
        "ravi",
        request,
        comment="Wi-Fi for the new floor. To the office instead of the warehouse: the electrician mounts it at once.",
        details=stage.details("ravi", to=0, window=stage.window(4, "afternoon")),
    )
    yield stage.day(14, "14:33")
    [network] = stage.approve_and_order("hugo", request, "Electrician is booked for that day.")
    yield stage.day(10, "15:50")
    stage.deliver("vera", network, "Handed to the electrician. Configuration follows your template.")


def desktops(stage: Stage) -> Scene:
    """Grace, although a Buyer, asks above the limit; Hugo, although a Requester, decides."""
    yield stage.day(13, "11:22")
    request = stage.ask(
        "grace",
        {"VDI-01": 5},
        of="hugo",
        comment="For the temporary team of the audit.",
        ref="PO-155",
    )
    yield stage.day(12, "09:44")
    stage.approve("hugo", request)
    yield stage.day(12, "10:05")
    [seats] = stage.order_approved("grace", request)
    yield stage.day(9, "08:20")
    stage.start("vera", seats)


def no_longer_made(stage: Stage) -> Scene:
    """Within the limit a Buyer asks nobody; the seller has to cancel."""
    yield stage.day(21, "14:50")
    [cabinets] = stage.order("ben", {"CAB-02": 3, "BOARD-180": 1}, to=1, ship="pallet")
    yield stage.day(20, "10:48")
    stage.cancel(
        "ines", cabinets, "The cabinet is not made in grey any more. White is in stock; please order that one instead."
    )
    yield stage.day(20, "15:35")
    [white] = stage.order("ben", {"CAB-02": 3, "BOARD-180": 1}, to=1, ship="pallet", ref="White cabinets")
    yield stage.day(16, "09:27")
    stage.deliver("ines", white, "Three white cabinets, one board, ramp.")


def no_loading_ramp(stage: Stage) -> Scene:
    """A delivery that failed, and what to do about it is open."""
    yield stage.day(8, "12:48")
    [printer] = stage.order("alice", {"MFP-A3": 1, "TONER-BK": 4}, ship="pallet", ref="PO-161")
    yield stage.day(2, "13:55")
    stage.fail(
        "ines",
        printer,
        "The lorry could not stop in front of the house, and 96 kg cannot be carried. We ask for a parking permit or "
        "deliver to your warehouse: please call +49 341 5550 501.",
    )


def training(stage: Stage) -> Scene:
    """Begun, not done."""
    yield stage.day(7, "09:08")
    course, handbooks = stage.order("ben", {"TRAIN-SEC": 1, "BOOK-SEC": 2}, window=stage.window(9, "afternoon"))
    yield stage.day(6, "10:02")
    stage.deliver("ines", handbooks)
    yield stage.day(6, "11:25")
    stage.start("vera", course)


SCENES = (
    two_chairs,
    two_parts,
    passed_on,
    found_in_the_store_room,
    without_consent,
    postponed,
    relocation_fails,
    better_window,
    desktops,
    no_longer_made,
    no_loading_ramp,
    training,
)
