"""The form by which roles are made, changed and deleted, on the page of a project and on that of the server."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.accounts import roles
from mlops.formats.refusal import Refusal


def change_role(request: HttpRequest, project: Project | None) -> str:
    """POST: `act` = create, edit or delete; `name`, `actions`, `description`, `reason`; `role` is the id. What is said
    of it afterwards. `project` None: of the whole server. Raises Refusal."""
    typed, act = request.POST, request.POST.get("act", "")
    values: dict[str, Any] = {"actions": typed.getlist("actions"), "description": typed.get("description", "")}
    values["reason"] = typed.get("reason", "")
    if act == "create":
        made = roles.create_role(request.user, project, name=typed.get("name", ""), **values)
        return _("The role “%(name)s” can be given now.") % {"name": made.name}
    try:
        role = roles.role_by_id(request.user, uuid.UUID(typed.get("role", "")))
    except ValueError:
        raise Refusal("not_found", _("There is no such role, or you may not see it."), status=404) from None
    if act == "delete":
        roles.delete_role(request.user, role, reason=values["reason"])
        return _("The role “%(name)s” is deleted.") % {"name": role.name}
    if act != "edit":
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    roles.edit_role(request.user, role, **values)
    return _("The role “%(name)s” is changed, for everybody who holds it.") % {"name": role.name}
