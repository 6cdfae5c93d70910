"""What can be asked of models and their versions in a filter. A model is found where one of its versions fits."""

from __future__ import annotations

from datetime import datetime

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from mlops.registry.models import ModelAlias, ModelVersion, RegisteredModel, Stage
from mlops.tags.searching import Column, Facts, Held, Searchable, choices_of, labels_of
from mlops.tags.searching.columns import archived, created, described, identified, in_project, made_by, named


def _is_latest(_now: datetime) -> Combinable:
    newer = ModelVersion.objects.filter(model=OuterRef("model"), number__gt=OuterRef("number"))
    return ExpressionWrapper(~Exists(newer), output_field=BooleanField())


OF_VERSIONS = Held(model=ModelVersion, by="model")

MODELS = Searchable(
    noun="models",
    label=_("Models"),
    columns=(
        named(),
        described(),
        created("registered"),
        made_by("registered_by"),
        Column(name="versions", label=_("Highest version"), path="last_number", kind="number"),
        Column(name="task", label=_("Task"), path="task", of=OF_VERSIONS, facet=True),
        Column(name="framework", label=_("Framework"), path="framework", of=OF_VERSIONS, facet=True),
        Column(name="algorithm", label=_("Algorithm"), path="algorithm", of=OF_VERSIONS),
        Column(
            name="stage",
            label=_("Stage"),
            path="stage",
            of=OF_VERSIONS,
            facet=True,
            kind="choice",
            choices=choices_of(Stage),
            labels=labels_of(Stage),
        ),
        Column(name="alias", label=_("Alias"), path="name", of=Held(model=ModelAlias, by="model"), facet=True),
        Column(
            name="experiment", label=_("Experiment"), path="run__experiment__name", of=OF_VERSIONS, is_nullable=True
        ),
        in_project(),
        archived(),
        identified("model_id"),
    ),
    tags=(Held(model=RegisteredModel), OF_VERSIONS),
    metrics=Facts(model=ModelVersion, holder="model", json="metrics", newest="-number"),
)

VERSIONS = Searchable(
    noun="model-versions",
    label=_("Model versions"),
    words=("model__name", "description"),
    columns=(
        Column(name="name", label=_("Name"), path="model__name", is_searched=True, aliases=("model",)),
        Column(name="version", label=_("Version"), path="number", kind="number",
               aliases=("version_number", "number")),
        described(),
        created("registered"),
        made_by("registered_by"),
        Column(name="task", label=_("Task"), path="task", facet=True),
        Column(name="framework", label=_("Framework"), path="framework", facet=True),
        Column(name="algorithm", label=_("Algorithm"), path="algorithm"),
        Column(name="stage", label=_("Stage"), path="stage", facet=True, kind="choice",
               choices=choices_of(Stage), labels=labels_of(Stage)),
        Column(name="alias", label=_("Alias"), path="name", of=Held(model=ModelAlias, by="version"), facet=True),
        Column(name="latest", label=_("The newest of its model"), kind="flag", expression=_is_latest),
        Column(name="experiment", label=_("Experiment"), path="run__experiment__name", is_nullable=True),
        Column(name="project", label=_("Project"), path="model__project__slug"),
        archived(),
        identified(),
    ),
    tags=(Held(model=ModelVersion),),
    metrics=Facts(model=ModelVersion, holder="pk", json="metrics"),
)  # fmt: skip
