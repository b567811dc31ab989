"""What do sellers order for their customers? Accepted by itself, waiting for a review, asked for, being prepared."""

from __future__ import annotations

from config.demo_data.stage import Scene, Stage


def by_phone(stage: Stage) -> Scene:
    """Rik orders for Tess what Resello reviews: accepted by itself, and delivered since."""
    yield stage.day(8, "10:34")
    cart = stage.prepare("rik", "tess", {"SRV-MGMT": 1, "SCREEN-27": 2}, site="resello")
    yield stage.day(8, "10:52")
    server, screens = stage.place_for("rik", cart, whose="tess", site="resello", ref="Call of this morning")
    yield stage.day(6, "15:10")
    stage.deliver("victor", screens, "Two screens by parcel, with the longer cables that you asked Rik for.")
    yield stage.day(5, "11:41")
    stage.deliver(
        "vera",
        server,
        "The server in Lyon is looked after as of today, like the one in Breda. For anything urgent: +49 30 5550 499.",
        [("Status of your servers", "https://status.globex.example/tailspin")],
    )


def at_the_fair(stage: Stage) -> Scene:
    """Sam, of the vendor, orders for Ana: that always waits for a review of Globex."""
    yield stage.day(1, "14:26")
    cart = stage.prepare("sam", "ana", {"PENTEST": 1})
    yield stage.day(1, "14:31")
    stage.place_for("sam", cart, whose="ana", ref="Agreed at the fair")


def in_the_name_of_theo(stage: Stage) -> Scene:
    """Theo may order nothing alone: Rik sends it as his request to Tess."""
    yield stage.ago(hours=1, minutes=35)
    cart = stage.prepare("rik", "theo", {"NB-14": 1, "DOCK-TB": 1}, site="resello")
    yield stage.ago(hours=1, minutes=20)
    stage.ask_in_name(
        "rik",
        cart,
        of="tess",
        whose="theo",
        site="resello",
        comment="The computer for the colleague who begins in Breda on Monday, as Theo and I discussed by phone.",
    )


def half_done(stage: Stage) -> Scene:
    """A cart that Rik is still preparing for Tess; only Resello sees it."""
    yield stage.ago(minutes=48)
    stage.prepare("rik", "tess", {"FW-MAN": 1, "AP-6E": 3}, site="resello")


SCENES = (by_phone, at_the_fair, in_the_name_of_theo, half_done)
