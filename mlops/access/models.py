"""A project is the fence around people's work; its roles are sets of actions, kept as guardian grants on its row."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from mlops.access.catalogue import ACTIONS, ALL, IMPLIED, complete


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    CONTRIBUTOR = "contributor", _("Contributor")
    OPERATOR = "operator", _("Operator")
    READER = "reader", _("Reader")


CUSTOM = "custom"
"""In the column `role` where the row names a role of people's own."""
BUILT_IN: dict[str, frozenset[str]] = {
    Role.OWNER: ALL,
    Role.CONTRIBUTOR: IMPLIED["contribute"],
    Role.OPERATOR: frozenset(one.name for one in ACTIONS if one.by_operator),
    Role.READER: frozenset(one.name for one in ACTIONS if one.by_reader),
}


FIRST_NAME = gettext_noop("Getting started")
"""Of the project that the first start makes."""


class Project(models.Model):
    """Permissions: `read_project` (see all of it), `contribute_project` (change), `own_project` (people, deletion)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    description = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name"]
        default_permissions = ()
        permissions = [
            ("read_project", "See everything in the project"),
            ("contribute_project", "Create and change things in the project"),
            ("own_project", "Manage people and delete the project"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """As people read it: the name of the first project is ours, and in their language until somebody changes it."""
        return gettext(FIRST_NAME) if self.name == FIRST_NAME else self.name


class CustomRole(models.Model):
    """A name for a set of actions, made by people: for one project, or for all of the server (no project)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, null=True, on_delete=models.CASCADE, related_name="+")
    name = models.SlugField(max_length=60)
    description = models.TextField(blank=True)
    actions = models.JSONField(default=list)
    """Sorted names from access.catalogue; `project.read` is always among them."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="one_role_name_per_project"),
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(project=None), name="one_role_name_on_the_server"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Holding(models.Model):
    """The role that somebody holds in a project: a built-in one, or `custom` and which."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, choices=[*Role.choices, (CUSTOM, _("Custom"))])
    custom = models.ForeignKey(CustomRole, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    @property
    def role_name(self) -> str:
        return self.custom.name if self.custom else self.role

    @property
    def role_title(self) -> str:
        return self.custom.name if self.custom else str(Role(self.role).label)

    @property
    def actions(self) -> frozenset[str]:
        return actions_of_role(self.role, self.custom.actions if self.custom else None)


class Membership(Holding):
    """The role that a person holds in a project; kept in step with the guardian grants by access.grants."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="one_role_per_person_and_project")]


class GroupRole(Holding):
    """The role that everybody in a group holds in a project, beside what they hold themselves."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "group"], name="one_role_per_group_and_project")]


class ServiceAccount(models.Model):
    """A program that works in one project: an account without a password, which tokens alone speak for."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.SlugField(max_length=60)
    description = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"],
                condition=models.Q(removed_at=None),
                name="one_service_account_name_per_project",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """One thing of a project, shown to a person, a program or a group that need hold no role there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    noun = models.CharField(max_length=30)
    """The kind, from access.shareable."""
    thing_id = models.UUIDField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    group = models.ForeignKey(Group, null=True, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=20)
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user=None) ^ models.Q(group=None), name="a_grant_is_of_a_person_or_a_group"
            ),
            models.UniqueConstraint(
                fields=["noun", "thing_id", "user"], condition=~models.Q(user=None), name="one_grant_per_person"
            ),
            models.UniqueConstraint(
                fields=["noun", "thing_id", "group"], condition=~models.Q(group=None), name="one_grant_per_group"
            ),
        ]

    @property
    def holder(self) -> str:
        return self.group.name if self.group else self.user.get_username() if self.user else ""


class Offer(models.Model):
    """One thing of a project that another project, or every one, may use by reference."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    noun = models.CharField(max_length=30)
    """The kind, from access.shareable."""
    thing_id = models.UUIDField()
    to = models.ForeignKey(Project, null=True, on_delete=models.CASCADE, related_name="+")
    """None: every project of the server."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["noun", "thing_id", "to"], condition=~models.Q(to=None), name="one_offer_per_project"
            ),
            models.UniqueConstraint(
                fields=["noun", "thing_id"], condition=models.Q(to=None), name="one_offer_to_every_project"
            ),
        ]


def actions_of_role(role: str, custom: list[str] | None) -> frozenset[str]:
    """Names that the catalogue does not know any more mean nothing."""
    if role == CUSTOM:
        return complete(custom or ()) & ALL
    return BUILT_IN.get(role, frozenset())


class Spoken(models.Model):
    """The language that a person chose. No row: as their browser asks."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=10)


class ServerFact(models.Model):
    """What is true of the server as a whole, on however many machines its processes run."""

    name = models.CharField(primary_key=True, max_length=60)
    value = models.JSONField(null=True)
    changed_at = models.DateTimeField(auto_now=True)
