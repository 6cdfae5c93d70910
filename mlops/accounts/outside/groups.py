"""What groups elsewhere stand for here, by MLOPS_OIDC_GROUPS or MLOPS_LDAP_GROUPS:
`ml-admins=administrator, data-team=churn/contributor`. A project that is named there is governed from there: at each
sign-in the person gets the highest role of their groups in it, and none where no group gives one."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from mlops.access.models import Membership, Project, Role
from mlops.accounts.membership import govern
from mlops.events.chain import record
from mlops.formats.refusal import Refusal

ADMINISTRATOR = "administrator"
ORDER = (Role.READER, Role.OPERATOR, Role.CONTRIBUTOR, Role.OWNER)
Mapping = dict[str, list[str]]


def read(text: str) -> Mapping:
    """Raises Refusal `groups_unreadable`."""
    found: Mapping = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        group, equals, what = (word.strip() for word in part.rpartition("="))
        role = what.rpartition("/")[2]
        if not (equals and group) or (what != ADMINISTRATOR and ("/" not in what or role not in Role.values)):
            hint = _("Write group=administrator or group=project/role, with commas.")
            raise Refusal("groups_unreadable", _("“%(part)s” is no rule for a group.") % {"part": part}, hint=hint)
        found.setdefault(group, []).append(what)
    return found


def apply(person: User, groups: tuple[str, ...], mapping: Mapping) -> None:
    """Nothing happens without a mapping, and nothing is recorded where nothing changes."""
    if not mapping:
        return
    given = {what for group in groups for what in mapping.get(group, ())}
    all_of_them = {what for rules in mapping.values() for what in rules}
    with transaction.atomic():
        if ADMINISTRATOR in all_of_them and person.is_superuser != (ADMINISTRATOR in given):
            person.is_superuser = person.is_staff = ADMINISTRATOR in given
            person.save(update_fields=["is_superuser", "is_staff"])
            data = {"administrator": person.is_superuser}
            was, subject = {"administrator": not person.is_superuser}, f"people/{person.get_username()}"
            record(None, "mlops.account.rank_changed", subject=subject, data=data, before=was, after=data)
        for slug in sorted({what.rpartition("/")[0] for what in all_of_them if "/" in what}):
            _govern(person, slug, [what.rpartition("/")[2] for what in given if what.rpartition("/")[0] == slug])


def _govern(person: User, slug: str, roles: list[str]) -> None:
    project = Project.objects.filter(slug=slug).first()
    if project is None:
        return
    role = max(roles, key=lambda one: ORDER.index(Role(one)), default="")
    held = Membership.objects.filter(project=project, user=person).values_list("role", flat=True).first() or ""
    if role != held:
        govern(project, user=person, role=role)
