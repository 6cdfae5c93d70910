"""Where the files of runs lie, as `places.root_of` says it, for conditions of the database."""

from __future__ import annotations

from django.db.models import Case, Expression, Func, TextField, Value, When
from django.db.models.functions import Concat

from mlops.access.models import Project
from mlops.mlflow_api.finding import DEFAULT_ID, default_key
from mlops.mlflow_api.places import ARTIFACTS, SCHEME


class AsHex(Func):
    """Of a key: its 32 digits, however the database writes it."""

    output_field = TextField()
    template = "REPLACE(CAST(%(expressions)s AS text), '-', '')"


class WithoutLastSlash(Func):
    output_field = TextField()
    template = "RTRIM(%(expressions)s, '/')"


def artifact_uri() -> Expression:
    """Of a run."""
    first = [default_key(project) for project in Project.objects.values_list("pk", flat=True)]
    experiment = Case(
        When(experiment__in=first, then=Value(DEFAULT_ID, output_field=TextField())),
        default=AsHex("experiment_id"),
        output_field=TextField(),
    )
    here = Concat(Value(f"{SCHEME}:/"), experiment, output_field=TextField())
    outside = WithoutLastSlash("experiment__artifact_location")
    begin = Case(When(experiment__artifact_location="", then=here), default=outside, output_field=TextField())
    return Concat(
        begin, Value("/", output_field=TextField()), AsHex("pk"), Value(f"/{ARTIFACTS}"), output_field=TextField()
    )
