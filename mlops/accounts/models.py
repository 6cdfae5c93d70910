"""Tokens and sign-in links. Only SHA-256 digests are kept, never the secret itself."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ApiToken(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.TextField(default="all")
    """`all`, `read` (safe methods only), or names of actions with commas between them."""
    project = models.ForeignKey("access.Project", null=True, on_delete=models.CASCADE, related_name="+")
    """The only one in which the token is good; None: all of the person's."""
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_token_name_per_person")]


class SignInLink(models.Model):
    """A link that signs its person in once, until it expires."""

    digest = models.CharField(primary_key=True, max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class SignedIn(models.Model):
    """One session of a person, as the list of sessions shows it. Django's own row holds the session itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session_key = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    began_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(auto_now_add=True)
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=300, blank=True)
    """As the browser calls itself."""
    by = models.CharField(max_length=20, blank=True)
    """How the person signed in: password, link, oidc and so on."""
    outside_name = models.CharField(max_length=300, blank=True, default="")
    """What the SAML provider calls the person, and below the session: who signs out there loses it."""
    outside_session = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-seen_at"]


class FactorRule(models.Model):
    """One row: whom this server requires a second factor of."""

    whom = models.CharField(max_length=20)
    """optional, administrators, owners or everybody."""
    grace_days = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField()
    is_fixed = models.BooleanField(default=False)
    """By MLOPS_SECOND_FACTOR: `since` is when a process saw it first."""


class Invitation(models.Model):
    """An invitation to this server and, where it names one, to a project with a role. The link is kept as digest."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(blank=True)
    project = models.ForeignKey("access.Project", null=True, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=60, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)
    """When the link was sent by mail: whoever follows it has shown that the address is theirs."""
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]


class NewsState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


class SecurityNews(models.Model):
    """An event of which a person is told by mail, once."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seq = models.BigIntegerField()
    """Of the event."""
    is_urgent = models.BooleanField()
    """Done by the person's own session: told at once. What others and programs do is gathered for an hour."""
    state = models.CharField(max_length=10, choices=NewsState.choices, default=NewsState.WAITING)
    reason = models.CharField(max_length=500, blank=True)
    """Why it was not sent."""
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    at = models.DateTimeField(auto_now_add=True)
    """Since when it is in this state."""

    class Meta:
        verbose_name = _("mail about an account")
        verbose_name_plural = _("mails about accounts")
        ordering = ["-seq"]
        constraints = [models.UniqueConstraint(fields=["person", "seq"], name="one_news_per_person_and_event")]
        indexes = [models.Index(fields=["state", "next_at"], name="news_state_next")]


class NewsMark(models.Model):
    """One row: up to which event the mails about accounts have looked."""

    seq = models.BigIntegerField()
