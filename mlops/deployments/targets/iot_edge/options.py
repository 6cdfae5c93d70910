"""The `target_options` of a deployment on devices."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from mlops.deployments.targets.iot_edge.wanted import Module, Route
from mlops.deployments.targets.options import check_options
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

Platform = Literal["x86_64", "aarch64"]
PYTHONS = ("3.11", "3.12", "3.13")


class AzureOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For Azure's runtime: how the scoring module stands among others."""

    module: str = ""
    """The name of our module; empty: the deployment's."""
    create_options: dict[str, Any] = {}
    startup_order: int | None = None
    restart_policy: Literal["never", "on-failure", "on-unhealthy", "always"] = "always"
    desired: dict[str, Any] = {}
    before: tuple[Module, ...] = ()
    """Modules that hand their messages on to ours, in this order."""
    after: tuple[Module, ...] = ()
    """Modules that get our answers."""
    routes: tuple[Route, ...] = ()
    """Instead of the chain before, ours, after."""


class IotEdgeOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    platforms: tuple[Platform, ...] = ("x86_64", "aarch64")
    """A bundle is made for each."""
    python: str = f"{sys.version_info.major}.{sys.version_info.minor}"
    """Of the devices."""
    azure: AzureOptions = AzureOptions()


def read_options(given: Mapping[str, Any]) -> IotEdgeOptions:
    """Raises Refusal `target_option_unknown` or `target_option_invalid`."""
    check_options(given, IotEdgeOptions.__struct_fields__, target="iot_edge")
    try:
        options = msgspec.convert(given, IotEdgeOptions)
    except msgspec.ValidationError as error:
        place = str(error).partition("`$.")[2].rstrip("`") or "target_options"
        raise _invalid(
            place,
            _("The option “%(place)s” cannot be understood: %(error)s.")
            % {"place": place, "error": str(error).partition(" - at")[0]},
        ) from None
    if not options.platforms:
        raise _invalid(
            "platforms", _("No platform is named, so no bundle would be made."), _("Name x86_64, aarch64 or both.")
        )
    if options.python not in PYTHONS:
        message = _("There are no bundles for Python %(python)s.") % {"python": options.python}
        raise _invalid(
            "python", message, _("Give one of %(names)s, as the devices have it.") % {"names": ", ".join(PYTHONS)}
        )
    return options


def _invalid(name: str, message: str, hint: str = "Correct it, or leave it out for what is usual.") -> Refusal:
    return Refusal("target_option_invalid", message, hint=hint, where=Where(parameter=f"target_options.{name}"))
