"""API clients: programs that call the storefront API in their own name, and the tokens they were given.

The OAuth library asks for an application and an access token model; ours keep what client
credentials need and nothing else. Neither a secret nor a token can be stored: there are only columns
for their digests.
"""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from oauth2_provider.models import AbstractAccessToken, AbstractApplication

from companies.models.company import Company
from companies.models.tenant import Tenant
from config.kit.records import new_key


class ApiClient(AbstractApplication):
    """A program that may get service tokens of one tenant with these scopes.

    With a `company` it is that vendor's system: it sees and delivers what is the vendor's, nothing else.
    `client_secret` is the digest of a long random secret; the secret itself was shown once.
    """

    # What the library knows beyond client credentials: the same for all, so no columns.
    user = None
    redirect_uris = ""
    post_logout_redirect_uris = ""
    client_type = AbstractApplication.CLIENT_CONFIDENTIAL
    authorization_grant_type = AbstractApplication.GRANT_CLIENT_CREDENTIALS
    hash_client_secret = False  # it is a digest already
    skip_authorization = False
    algorithm = AbstractApplication.NO_ALGORITHM
    allowed_origins = ""
    registration_source = AbstractApplication.RegistrationSource.MANUAL
    cimd_expires_at = None

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="api_clients")
    company = models.ForeignKey(
        Company,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="api_clients",
        help_text="The vendor whose system this is; it then delivers the vendor's orders and sees nothing else. "
        "Empty: it works for the whole tenant.",
    )
    name = models.CharField(max_length=100, help_text="What the program is, such as ERP connector.")
    client_id = models.CharField(
        "client id",
        max_length=64,
        unique=True,
        default=new_key,
        validators=[
            RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$", "Use 3 to 64 letters, digits, dots or dashes.")
        ],
    )
    client_secret = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(default=list)
    is_active = models.BooleanField(
        "active", default=True, help_text="Switched off, it gets no tokens and those it has end."
    )

    class Meta:
        verbose_name = "API client"

    def __str__(self) -> str:
        return self.name

    def is_usable(self, request: object) -> bool:
        """The library asks before it gives a token."""
        return self.is_active


class ServiceToken(AbstractAccessToken):
    """A token that an API client was given; only its digest is kept (`token_checksum`)."""

    user = None
    token = None
    id_token = None
    source_refresh_token = None
    resource = None

    class Meta:
        indexes = [models.Index(fields=["expires"], name="service_token_by_expiry")]
