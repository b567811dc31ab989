"""The questions put to approvers, what they saw, and what they answered."""

from approvals.models.approval import Approval, SubjectKind
from approvals.models.parts import Answer, ApprovalEvent, Snapshot, Step

__all__ = ["Answer", "Approval", "ApprovalEvent", "Snapshot", "Step", "SubjectKind"]
