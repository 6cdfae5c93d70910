"""What people change about a run that exists: its name, notes and tags, and whether it is put away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, Where
from mlops.runs.models import Run
from mlops.tags.filters import remove_tag, write_tags

LONGEST_NAME = 200
LONGEST_NOTES = 100_000
LONGEST_TAG_KEY = 100
LONGEST_TAG_VALUE = 500


def rename(actor: Any, run: Run, *, display_name: str) -> None:
    """Raises Refusal `run_name_invalid`."""
    require(actor, "runs.track", run.project)
    name = display_name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Refusal(
            "run_name_invalid",
            _("A run's name has 1 to %(most)d characters.") % {"most": LONGEST_NAME},
            where=Where(parameter="display_name", value=name[:80]),
        )
    _change(actor, run, "mlops.run.renamed", data={"name": name}, display_name=name)


def describe(actor: Any, run: Run, *, description: str) -> None:
    """Its notes: Markdown. Raises Refusal `notes_too_long`."""
    require(actor, "runs.track", run.project)
    if len(description) > LONGEST_NOTES:
        raise Refusal(
            "notes_too_long",
            _("The notes have %(count)d characters.") % {"count": len(description)},
            hint=_("They may have %(most)d. Log longer texts as a file of the run.") % {"most": LONGEST_NOTES},
        )
    _change(actor, run, "mlops.run.described", description=description.replace("\r\n", "\n"))


def set_tags(actor: Any, run: Run, *, tags: Mapping[str, str]) -> None:
    """Raises Refusal `tag_invalid`."""
    require(actor, "runs.track", run.project)
    checked = {key.strip(): value.strip() for key, value in tags.items()}
    for key, value in checked.items():
        if not key or len(key) > LONGEST_TAG_KEY or len(value) > LONGEST_TAG_VALUE:
            raise Refusal(
                "tag_invalid",
                _("“%(tag)s” is no tag.") % {"tag": f"{key}={value}"[:80]},
                hint=_("Write TagName=TagValue: a name of at most %(key)d and a value of at most %(value)d characters.")
                % {"key": LONGEST_TAG_KEY, "value": LONGEST_TAG_VALUE},
            )
    with transaction.atomic():
        write_tags(run, checked)
        _change(actor, run, "mlops.run.tagged", data={"tags": checked})


def take_tag_off(actor: Any, run: Run, *, key: str) -> None:
    require(actor, "runs.track", run.project)
    with transaction.atomic():
        remove_tag(run, key)
        _change(actor, run, "mlops.run.untagged", data={"key": key})


def archive(actor: Any, run: Run) -> None:
    """Out of the lists, where they do not ask for it. Twice is no fault."""
    require(actor, "runs.track", run.project)
    if run.archived_at is None:
        _change(actor, run, "mlops.run.archived", archived_at=timezone.now())


def bring_back(actor: Any, run: Run) -> None:
    """From the archive."""
    require(actor, "runs.track", run.project)
    if run.archived_at is not None:
        _change(actor, run, "mlops.run.unarchived", archived_at=None)


def _change(actor: Any, run: Run, type: str, *, data: dict[str, Any] | None = None, **fields: Any) -> None:
    with transaction.atomic():
        was = {name: getattr(run, name) for name in fields}
        if fields:
            Run.objects.filter(pk=run.pk).update(**fields)
        record(
            actor,
            type,
            subject=f"runs/{run.pk}",
            project=run.project,
            data={"run_id": str(run.pk), "number": run.number, **(data or {})},
            notice=("run", str(run.pk)),
            before=was,
            after=fields,
        )
    for name, value in fields.items():
        setattr(run, name, value)
