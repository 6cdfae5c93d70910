"""The sample pipelines: tiles on the designer's home page. Opening one makes a copy and brings its data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from designer import actions
from designer.models import Draft
from designer.samples import classification, credit, others, regression
from mlops.access.models import Project
from mlops.blocks.catalogue import component
from mlops.blocks.extras import missing_extra
from mlops.datasets.samples import load_named
from mlops.formats.document import Document
from mlops.formats.pipeline import DATASET_COMPONENT
from mlops.formats.refusal import Refusal, nearest


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    name: Any
    description: Any
    draw: Callable[[], Document]

    def datasets(self) -> frozenset[str]:
        nodes = self.draw().nodes.values()
        return frozenset(str(one.parameters["dataset"]) for one in nodes if one.component == DATASET_COMPONENT)

    def lacks(self) -> tuple[str, ...]:
        """What this installation lacks to run it, one sentence each with the remedy."""
        names = {one.component for one in self.draw().nodes.values()}
        found = (missing_extra(component(name)) for name in sorted(names))
        return tuple(dict.fromkeys(f"{one.message} {one.hint}" for one in found if one is not None))


SAMPLES = (
    Sample(
        key="automobile-basic",
        name=_("Regression: Automobile Price (Basic)"),
        description=_("Clean the data, split it, and learn the price of a car with a linear regression."),
        draw=regression.automobile_basic,
    ),
    Sample(
        key="automobile-compared",
        name=_("Regression: Automobile Price (Compare algorithms)"),
        description=_("The same preparation for boosted trees and a forest, compared side by side in one evaluation."),
        draw=regression.automobile_compared,
    ),
    Sample(
        key="income",
        name=_("Classification with feature selection: Income"),
        description=_("Who earns more than 50,000 a year? From the five columns that say most about it."),
        draw=classification.income,
    ),
    Sample(
        key="penguins",
        name=_("Multiclass: Penguin species"),
        description=_("Tell three species apart by a few measurements."),
        draw=classification.penguins,
    ),
    Sample(
        key="credit-risk",
        name=_("Classification: Credit risk, cost sensitive (Python)"),
        description=_("A bad credit taken for a good one is five times as dear: two learners, with and without that."),
        draw=credit.credit_risk,
    ),
    Sample(
        key="churn",
        name=_("Classification: Customer relationship (churn)"),
        description=_("230 columns without a meaning, and 7 of 100 customers leave: with SMOTE and without."),
        draw=classification.churn,
    ),
    Sample(
        key="flight-delay",
        name=_("Classification: Flight delay (R)"),
        description=_("Late or not, from the plan and the weather of the hour before; two steps are written in R."),
        draw=classification.flight_delay,
    ),
    Sample(
        key="companies",
        name=_("Text classification: Wikipedia SP 500"),
        description=_("In which sector is a company? Its text as hashed word pairs, and as weighted words."),
        draw=others.companies,
    ),
    Sample(
        key="letters",
        name=_("Multiclass: Letter recognition"),
        description=_("26 letters by an ensemble of two-class models, one against all others."),
        draw=classification.letters,
    ),
    Sample(
        key="animals",
        name=_("Image classification with DenseNet"),
        description=_("Cat, dog or fish? A network learns from small pictures."),
        draw=others.animals,
    ),
    Sample(
        key="restaurants",
        name=_("Wide & Deep: Restaurant rating prediction"),
        description=_("Which rating will a diner give? From earlier ratings and what is known of both sides."),
        draw=others.restaurants,
    ),
    Sample(
        key="restaurants-svd",
        name=_("Recommendation: Restaurant ratings (SVD)"),
        description=_("Tastes learned from ratings alone."),
        draw=others.restaurants_svd,
    ),
    Sample(
        key="cross-validation",
        name=_("Cross validation: Adult income"),
        description=_("How good is a learner on rows that it has not seen?"),
        draw=classification.cross_validated,
    ),
    Sample(
        key="importance",
        name=_("Permutation feature importance"),
        description=_("Which columns make the price of a car? Shuffle each, and see how much worse the model gets."),
        draw=regression.importance,
    ),
    Sample(
        key="tuning",
        name=_("Tune parameters: Adult income"),
        description=_("Several settings of a learner are tried, and the best model is kept."),
        draw=classification.tuned,
    ),
    Sample(
        key="vowpal-wabbit",
        name=_("Vowpal Wabbit: Adult income"),
        description=_("Online learning: a linear model that sees each row once and needs little memory."),
        draw=others.vowpal_wabbit,
    ),
    Sample(
        key="flights",
        name=_("Regression: Flight delay in minutes"),
        description=_("336,776 flights: learn from nine months, test on three."),
        draw=regression.flights,
    ),
)


def sample(key: str) -> Sample:
    """Raises Refusal `sample_unknown`."""
    for one in SAMPLES:
        if one.key == key:
            return one
    known = [one.key for one in SAMPLES]
    hint = nearest(key, known) or _("The samples are on the designer's home page.")
    raise Refusal("sample_unknown", _("There is no sample “%(key)s”.") % {"key": key}, hint=str(hint), status=404)


def open_sample(actor: Any, project: Project, *, key: str) -> Draft:
    """A draft of the sample; sample datasets that the project lacks are imported in the background."""
    chosen = sample(key)
    draft = actions.create_draft(
        actor, project, name=str(chosen.name), description=str(chosen.description), document=chosen.draw()
    )
    load_named(actor, project, chosen.datasets())
    return draft
