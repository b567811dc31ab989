"""Which word and tone a status has on every page; statuses are spelled as the lifecycles spell them."""

from __future__ import annotations

# Approvals and quotes are upper case, orders and their lines lower case: `PENDING` waits for an
# approver, `pending` is an accepted order that waits for its provisioner.
STATUS_WORDS: dict[str, tuple[str, str]] = {
    # approvals
    "PENDING": ("Waiting for an answer", "waiting"),
    "APPROVED": ("Approved", "good"),
    "DECLINED": ("Declined", "refused"),
    "CLOSED": ("Closed", "closed"),
    "EXPIRED": ("Expired", "closed"),
    # quotes
    "CREATING": ("Being drafted", "closed"),
    "AWAITING": ("Awaiting an offer", "waiting"),
    "IN_PROGRESS": ("Change asked for", "waiting"),
    "OPEN": ("Open", "waiting"),
    "ACCEPTED": ("Accepted", "good"),
    "DECLINED_BY_MERCHANT": ("Declined by the seller", "refused"),
    # orders and the delivery of their lines
    "to_be_approved": ("To be approved", "waiting"),
    "pending": ("Being prepared", "waiting"),
    "provisioning": ("Provisioning", "waiting"),
    "completed": ("Completed", "good"),
    "failed": ("Failed", "refused"),
    "rejected": ("Rejected", "refused"),
    "cancelled": ("Cancelled", "closed"),
}
