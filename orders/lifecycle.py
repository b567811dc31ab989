"""The life of an order, of a cart and of a line's delivery: which move leads where, and whose it is."""

from __future__ import annotations

from enum import StrEnum

from config.kit.lifecycle import Lifecycle, Transition


class OrderStatus(StrEnum):
    """Where an order stands, in the words of the order review workflow."""

    TO_BE_APPROVED = "to_be_approved"
    PENDING = "pending"
    PROVISIONING = "provisioning"
    COMPLETED = "completed"
    FAILED = "failed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class OrderMove(StrEnum):
    """What can be done with an order."""

    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    START = "start"
    COMPLETE = "complete"
    FAIL = "fail"
    RETRY = "retry"
    CANCEL = "cancel"


class OrderParty(StrEnum):
    """A position towards one order; one person may hold several."""

    AUDITOR = "auditor"
    SELLER = "seller"
    PROVISIONER = "provisioner"
    CUSTOMER = "customer"
    SYSTEM = "system"


def _order(status: OrderStatus, move: OrderMove, to: OrderStatus, *who: OrderParty) -> Transition:
    return Transition(status, move, to, frozenset(who))


_DELIVERING = (OrderParty.SELLER, OrderParty.PROVISIONER, OrderParty.SYSTEM)

ORDER = Lifecycle(
    "order",
    (
        _order(
            OrderStatus.TO_BE_APPROVED,
            OrderMove.APPROVE,
            OrderStatus.PENDING,
            OrderParty.AUDITOR,
            OrderParty.SYSTEM,
        ),
        _order(
            OrderStatus.TO_BE_APPROVED,
            OrderMove.REJECT,
            OrderStatus.REJECTED,
            OrderParty.AUDITOR,
        ),
        _order(
            OrderStatus.TO_BE_APPROVED,
            OrderMove.WITHDRAW,
            OrderStatus.CANCELLED,
            OrderParty.CUSTOMER,
            OrderParty.SYSTEM,
        ),
        _order(OrderStatus.PENDING, OrderMove.START, OrderStatus.PROVISIONING, *_DELIVERING),
        _order(OrderStatus.PENDING, OrderMove.COMPLETE, OrderStatus.COMPLETED, *_DELIVERING),
        _order(OrderStatus.PENDING, OrderMove.FAIL, OrderStatus.FAILED, *_DELIVERING),
        _order(
            OrderStatus.PENDING,
            OrderMove.CANCEL,
            OrderStatus.CANCELLED,
            OrderParty.SELLER,
            OrderParty.CUSTOMER,
            OrderParty.SYSTEM,
        ),
        _order(OrderStatus.PROVISIONING, OrderMove.COMPLETE, OrderStatus.COMPLETED, *_DELIVERING),
        _order(OrderStatus.PROVISIONING, OrderMove.FAIL, OrderStatus.FAILED, *_DELIVERING),
        _order(OrderStatus.FAILED, OrderMove.RETRY, OrderStatus.PENDING, OrderParty.SELLER),
        _order(OrderStatus.FAILED, OrderMove.CANCEL, OrderStatus.CANCELLED, OrderParty.SELLER),
    ),
)


class CartStatus(StrEnum):
    """Where a cart stands: being filled, held for an approval, put aside, or finished."""

    OPEN = "open"
    HELD = "held"
    SAVED = "saved"
    CLOSED = "closed"


# Named rather than all but one, which no index finds.
UNFINISHED = (CartStatus.OPEN, CartStatus.HELD, CartStatus.SAVED)


class CartMove(StrEnum):
    """What can be done with a cart as a whole."""

    HOLD = "hold"
    RELEASE = "release"
    RELEASE_ASIDE = "release_aside"
    SAVE = "save"
    RESTORE = "restore"
    CLOSE = "close"


class CartParty(StrEnum):
    """Who moves a cart: its owner, or the approval and ordering of it."""

    OWNER = "owner"
    SYSTEM = "system"


def _cart(status: CartStatus, move: CartMove, to: CartStatus, *who: CartParty) -> Transition:
    return Transition(status, move, to, frozenset(who))


CART = Lifecycle(
    "cart",
    (
        _cart(CartStatus.OPEN, CartMove.HOLD, CartStatus.HELD, CartParty.SYSTEM),
        _cart(CartStatus.OPEN, CartMove.SAVE, CartStatus.SAVED, CartParty.OWNER, CartParty.SYSTEM),
        _cart(CartStatus.OPEN, CartMove.CLOSE, CartStatus.CLOSED, CartParty.OWNER, CartParty.SYSTEM),
        _cart(CartStatus.HELD, CartMove.RELEASE, CartStatus.OPEN, CartParty.SYSTEM),
        _cart(CartStatus.HELD, CartMove.RELEASE_ASIDE, CartStatus.SAVED, CartParty.SYSTEM),
        _cart(CartStatus.HELD, CartMove.CLOSE, CartStatus.CLOSED, CartParty.SYSTEM),
        _cart(CartStatus.SAVED, CartMove.RESTORE, CartStatus.OPEN, CartParty.OWNER),
        _cart(CartStatus.SAVED, CartMove.CLOSE, CartStatus.CLOSED, CartParty.OWNER),
    ),
)


class DeliveryState(StrEnum):
    """Where the delivery of one order line stands."""

    WAITING = "waiting"
    OPEN = "open"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


def outcome_of(states: list[DeliveryState]) -> OrderMove | None:
    """The order's move that its deliveries call for, or None where nothing has been delivered yet.

    Completed when all are; failed when one failed and none is open; started when some are done.
    """
    if DeliveryState.OPEN in states:
        done = DeliveryState.COMPLETED in states or DeliveryState.FAILED in states
        return OrderMove.START if done else None
    if DeliveryState.FAILED in states:
        return OrderMove.FAIL
    return OrderMove.COMPLETE


class OrderKind(StrEnum):
    """What sort of order it is; it decides whether a flagged product makes it wait."""

    PURCHASE = "purchase"
    TRIAL = "trial"
    MODIFICATION = "modification"
    RENEWAL = "renewal"
    TERMINATION = "termination"


REVIEWED_KINDS = (OrderKind.PURCHASE, OrderKind.TRIAL, OrderKind.MODIFICATION)


def review_needed(kind: OrderKind, *switches: str, marketplace_default: bool | None, tenant_default: bool) -> bool:
    """Whether an order of `kind` waits for an auditor, by the review switches of offer and product, in this order.

    Each says `yes`, `no` or `inherit`, and the first that says something counts; where all inherit, it is the
    marketplace's default, else the tenant's. Renewals with identical terms and terminations never wait.
    """
    if kind not in REVIEWED_KINDS:
        return False
    said = next((switch for switch in switches if switch != "inherit"), None)
    if said is not None:
        return said == "yes"
    return tenant_default if marketplace_default is None else marketplace_default
