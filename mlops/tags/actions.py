"""The act that changes the tags of any kind of thing. Each package names its things to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, Where
from mlops.tags.filters import remove_tags, tags_of, write_tags

LONGEST_KEY, LONGEST_VALUE, MOST_TAGS = 100, 500, 100


def change_tags(
    actor: Any,
    thing: Model,
    given: Mapping[str, str | None],
    *,
    project: Project,
    type: str,
    subject: str,
    notice: tuple[str, str],
) -> dict[str, str]:
    """Sets the keys that are given; a key whose value is None is taken off. What is not named stays. Answers all tags.

    Nothing is recorded where nothing changes. Raises Refusal `tag_invalid`, `tags_too_many`."""
    require(actor, "tags.change", project)
    asked = {key.strip(): value if value is None else str(value).strip() for key, value in given.items()}
    for key, value in asked.items():
        check_tag(key, value or "")
    with transaction.atomic():
        known = tags_of(thing)
        changed = {key: value for key, value in asked.items() if known.get(key) != value}
        left = {key: value for key, value in (known | changed).items() if value is not None}
        if len(left) > MOST_TAGS and len(left) > len(known):
            message = _("A thing has at most %(most)d tags; this one would have %(count)d.")
            raise Refusal("tags_too_many", message % {"most": MOST_TAGS, "count": len(left)}, hint=_("Take some off."))
        if changed:
            write_tags(thing, {key: value for key, value in changed.items() if value is not None})
            remove_tags(thing, [key for key, value in changed.items() if value is None])
            record(
                actor,
                type,
                subject=subject,
                project=project,
                data={"tags": changed},
                notice=notice,
                before=dict(known),
                after=left,
            )
    return left


def check_tag(key: str, value: str) -> None:
    """Raises Refusal `tag_invalid`."""
    if key and len(key) <= LONGEST_KEY and len(value) <= LONGEST_VALUE:
        return
    hint = _("Write TagName=TagValue: a name of at most %(key)d and a value of at most %(value)d characters.")
    raise Refusal(
        "tag_invalid",
        _("“%(tag)s” is no tag.") % {"tag": f"{key}={value}"[:80]},
        hint=hint % {"key": LONGEST_KEY, "value": LONGEST_VALUE},
        where=Where(parameter="tags", value=key[:100]),
    )
