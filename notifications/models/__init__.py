"""What was told: notices, and each attempt to deliver them."""

from notifications.models.notice import Attempt, MailState, Notice, NoticeQuerySet, new_message_id

__all__ = ["Attempt", "MailState", "Notice", "NoticeQuerySet", "new_message_id"]
