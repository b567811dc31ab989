"""The moves of an approval: each public function owns one transaction and is called by edges only."""

from approvals.services.amend import UNCHANGED, amend
from approvals.services.ask import preview, request_approval
from approvals.services.change import change
from approvals.services.close import close, delete, give_up
from approvals.services.decide import approve, decline
from approvals.services.decide_many import approve_many, decline_many
from approvals.services.expire import expire_overdue, remind, remind_waiting
from approvals.services.permit import outlook, permission
from approvals.services.reassign import candidates, reassign

__all__ = [
    "UNCHANGED",
    "amend",
    "approve",
    "approve_many",
    "candidates",
    "change",
    "close",
    "decline",
    "decline_many",
    "delete",
    "expire_overdue",
    "give_up",
    "outlook",
    "permission",
    "preview",
    "reassign",
    "remind",
    "remind_waiting",
    "request_approval",
]
