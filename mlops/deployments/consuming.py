"""What a caller of an endpoint needs: an example body, the call as a program, and the OpenAPI description."""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.access.granted import require_with
from mlops.deployments.invoking import ask
from mlops.deployments.models import Deployment, Endpoint
from mlops.deployments.queries import scoring_uri
from mlops.deployments.snippets import LANGUAGES, Call, Language
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.registry.queries import signature_of


def example_body(deployment: Deployment | None) -> dict[str, Any]:
    """One row of the signature's typical values, which are no row of anybody's data. A script's is empty."""
    if deployment is None or deployment.entry == "script":
        return {"data": []}
    signature = signature_of(deployment.version)
    return {"data": [{field.name: field.example for field in signature.inputs}] if signature else []}


def language(name: str) -> Language:
    """Raises Refusal `language_unknown`."""
    found = next((one for one in LANGUAGES if one.name == name), None)
    if found is None:
        names = [one.name for one in LANGUAGES]
        hint = nearest(name, names) or _("There are: %(names)s.") % {"names": ", ".join(names)}
        message = _("There is no program in “%(name)s”.") % {"name": name}
        raise Refusal("language_unknown", message, hint=hint, where=Where(parameter="language", value=name))
    return found


def program(endpoint: Endpoint, deployment: Deployment | None, *, language_name: str) -> str:
    return language(language_name).program(Call(uri=scoring_uri(endpoint), body=example_body(deployment)))


def openapi(actor: Any, endpoint: Endpoint, *, deployment: str = "") -> Any:
    """As the endpoint itself tells it at /swagger.json. Raises Refusal `openapi_missing` where it does not."""
    require_with(actor, "read", endpoint)
    told = ask(endpoint, "GET", scoring_uri(endpoint).removesuffix("score") + "swagger.json", deployment=deployment)
    if told.status != 200:
        why = told.answer.get("detail", "") if isinstance(told.answer, dict) else str(told.answer)
        raise Refusal(
            "openapi_missing",
            _("“%(name)s” does not describe itself: %(why)s") % {"name": endpoint.name, "why": why},
            hint=_("Look at the state of its deployments."),
            status=502,
        )
    return msgspec.to_builtins(told.answer)
