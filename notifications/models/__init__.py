"""What was told: notices to people, and calls to the systems of vendors."""

from notifications.models.notice import Attempt, MailState, Notice, NoticeQuerySet, new_message_id
from notifications.models.webhook import (
    CallState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookDeliveryQuerySet,
    WebhookEndpoint,
    WebhookEndpointQuerySet,
    new_call_id,
)

__all__ = [
    "Attempt",
    "CallState",
    "MailState",
    "Notice",
    "NoticeQuerySet",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookDeliveryQuerySet",
    "WebhookEndpoint",
    "WebhookEndpointQuerySet",
    "new_call_id",
    "new_message_id",
]
