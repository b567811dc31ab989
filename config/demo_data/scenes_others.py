"""What did the others order in the last weeks? Tailspin on the reseller's marketplace, and a private customer."""

from __future__ import annotations

from config.demo_data.stage import Scene, Stage


def home_office(stage: Stage) -> Scene:
    """A private customer orders without any approval."""
    yield stage.day(35, "20:14")
    headset, book = stage.order("paula", {"HEAD-BT": 1, "BOOK-SEC": 1})
    yield stage.day(34, "11:05")
    stage.deliver(
        "victor", headset, "Parcel, tracking below.", [("Tracking", "https://track.parcel.example/0034117702")]
    )
    yield stage.day(34, "14:20")
    stage.deliver("ines", book)


def ordered_twice(stage: Stage) -> Scene:
    """A customer cancels before delivery begins."""
    yield stage.day(20, "19:02")
    [lamp] = stage.order("paula", {"LAMP-LED": 2})
    yield stage.day(20, "19:40")
    stage.cancel("paula", lamp, "I have ordered two, one is enough.")
    yield stage.day(20, "19:46")
    [one] = stage.order("paula", {"LAMP-LED": 1})
    yield stage.day(18, "12:35")
    stage.deliver("ines", one, "Left with the neighbours on the ground floor, as agreed.")


def a_safe_branch(stage: Stage) -> Scene:
    """Resold: the reseller reviews, the vendor delivers."""
    yield stage.day(33, "10:28")
    request = stage.ask(
        "theo",
        {"FW-MAN": 1, "AP-6E": 2},
        of="tess",
        comment="La box de l'opérateur ne suffit plus: for the Breda office, with two access points.",
        site="resello",
        ref="PO TS-088",
    )
    yield stage.day(32, "09:17")
    firewall, wireless = stage.approve_and_order("tess", request, "D'accord.")
    yield stage.day(32, "14:08")
    stage.accept("roos", firewall, "Line checked with the operator: 500 Mbit/s, fixed address.")
    yield stage.day(30, "10:00")
    stage.deliver("vera", wireless, "Two access points by parcel, adopted by the console.")
    yield stage.day(27, "15:25")
    stage.deliver(
        "vera",
        firewall,
        "The firewall is running since three o'clock. The first monthly report comes on the first. For changes of the "
        "rules write to rules@globex.example.",
        [
            ("Console, read only", "https://fw.globex.example/tailspin"),
            ("Rules as agreed", "https://docs.globex.example/fw/tailspin-1.pdf"),
        ],
    )


def over_the_budget(stage: Stage) -> Scene:
    """Declined; the requester saves the cart for later."""
    yield stage.day(18, "11:34")
    request = stage.ask(
        "theo",
        {"PHONE-5G": 4},
        of="tess",
        comment="The four of us in Breda still use phones that get no updates any more.",
        site="resello",
    )
    yield stage.day(17, "18:05")
    stage.decline(
        "tess",
        request,
        "This quarter's budget is spent. Two in each of the next quarters would work: keep the cart and ask then.",
    )
    yield stage.day(16, "09:20")
    stage.put_aside("theo", stage.cart_of(request))


def backup(stage: Stage) -> Scene:
    """Flagged and instant: ready in the moment it is accepted."""
    yield stage.day(13, "16:44")
    [space] = stage.order("tess", {"BACKUP-1T": 2}, site="resello", ref="PO TS-093")
    yield stage.day(12, "10:29")
    stage.accept("mies", space)


def two_locations(stage: Stage) -> Scene:
    """The reseller rejects, too."""
    yield stage.day(10, "14:18")
    [care] = stage.order("tess", {"SRV-MGMT": 1}, site="resello", ref="PO TS-095")
    yield stage.day(9, "09:49")
    stage.reject(
        "roos",
        care,
        "The server stands in Lyon, and we offer this service in the Netherlands and Belgium only. Our partner in "
        "Lyon would help: ask us for the contact.",
        note="Send them to Rhône IT if they ask.",
    )


def half_an_office(stage: Stage) -> Scene:
    """Bought from the reseller, delivered by the vendor of the furniture."""
    yield stage.day(8, "10:55")
    request = stage.ask(
        "theo",
        {"CHAIR-ERG": 2},
        of="tess",
        comment="Two chairs for the visitors' desks.",
        site="resello",
        window=stage.window(5, "morning"),
    )
    yield stage.day(7, "12:40")
    stage.approve("tess", request)
    yield stage.day(7, "13:02")
    [chairs] = stage.order_approved("theo", request)
    yield stage.day(3, "10:38")
    stage.deliver("ines", chairs, "Two chairs, assembled.")


SCENES = (
    home_office,
    ordered_twice,
    a_safe_branch,
    over_the_budget,
    backup,
    two_locations,
    half_an_office,
)
