"""The pages about retraining, as a person uses them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from mlops.deployments.models import Deployment
from mlops.retraining import actions
from mlops.retraining.checking import read_settings
from mlops.retraining.models import Attempt, Policy
from mlops.web.pages.retraining_form import settings_of, typed_of
from tests.retraining.conftest import led
from tests.retraining.test_attempts import ON_CARS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(contributor) -> Client:
    client = Client()
    client.force_login(contributor)
    return client


def typed(**more: Any) -> dict[str, Any]:
    return {
        "name": "prices",
        "model": "prices",
        "pipeline": "train prices",
        "parameter-data": "${{newest.Cars}}",
        **more,
    }


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_policy_is_made_with_what_is_usual_and_one_metric(page, project, pipeline):
    assert "Show its parameters" in page.get("/retraining/new/").content.decode()
    answer = page.post("/retraining/new/", typed(metric_0="auc", margin_0="0.01", proof_0="on"), follow=True)
    assert answer.status_code == 200
    policy = Policy.objects.get()
    assert policy.wanted.what.parameters == {"data": "${{newest.Cars}}"}
    assert [(one.metric, one.margin) for one in policy.wanted.compare.criteria] == [("auc", 0.01)]
    assert "auc must be better by more than 0.01" in text_of(answer)


def test_what_cannot_work_is_said_above_the_form_and_nothing_typed_is_lost(page, pipeline):
    answer = page.post("/retraining/new/", typed(metric_0="acuracy", tags="Area=Cars", cron="0 3 * * 1"))
    text = answer.content.decode()
    assert (answer.status_code, Policy.objects.count()) == (400, 0)
    assert "Did you mean &#x27;accuracy&#x27;?" in text
    assert all(f'value="{one}"' in text for one in ("acuracy", "Area=Cars", "0 3 * * 1", "${{newest.Cars}}"))


def test_a_window_of_no_days_is_not_taken_for_the_usual_one(page, pipeline, endpoint):
    answer = page.post("/retraining/new/", typed(endpoint="shop", held_kind="collected", held_days="0"))
    assert (answer.status_code, Policy.objects.count()) == (400, 0)
    assert "A window of no length" in text_of(answer)


def test_another_pipeline_shows_its_parameters_and_keeps_what_was_typed(page, pipeline):
    answer = page.post("/retraining/new/", typed(act="pipeline", model="half typed"))
    assert (answer.status_code, 'value="half typed"' in answer.content.decode()) == (200, True)
    assert not Policy.objects.exists()


def test_the_alias_and_the_stage_that_move_are_typed_and_shown(page, project, pipeline):
    chosen = typed(metric_0="auc", margin_0="0.01", proof_0="on", alias="champion", stage="Production")
    answer = page.post("/retraining/new/", chosen, follow=True)
    then = Policy.objects.get().wanted.then
    assert (then.alias, then.stage) == ("champion", "Production")
    assert "<b>Alias</b> champion" in answer.content.decode()
    refused = page.post("/retraining/new/", chosen | {"name": "other", "alias": "v1"})
    assert (refused.status_code, "cannot be an alias" in refused.content.decode()) == (400, True)


def test_settings_that_the_form_shows_come_back_as_they_were(make_policy, endpoint):
    policy = make_policy(
        endpoint="shop",
        when={
            "schedule": {"type": "recurrence", "frequency": "week", "week_days": ["monday"], "hours": [3]},
            "monitors": [{"monitor": "a", "least_magnitude": 0.3}, {"monitor": "b", "kinds": ["quality"]}],
            "cool_down_seconds": 7200,
        },
        compare={
            "criteria": [{"metric": "auc", "margin": 0.01}, {"metric": "accuracy", "must_be": "not_worse"}],
            "slices": [{"column": "make", "tolerance": 2.0, "least_rows": 7}],
            "limits": {"most_milliseconds": 5.0, "most_bytes": 2_000_000},
        },
        approval={"is_needed": True},
        then={
            "do": "rollout", "plan": {"steps": [10, 100], "gates": []}, "alias": "champion", "stage": "Production",
        },
    )  # fmt: skip
    wanted = policy.wanted
    given = settings_of({**typed_of(wanted), "reason": ""}, wanted.what.parameters, base=wanted)
    assert read_settings(given) == wanted


def test_a_policy_is_edited_as_yaml_with_the_line_of_what_is_wrong(page, make_policy):
    place = f"/retraining/{make_policy().pk}/edit/?as=yaml"
    shown = page.get(place).context["text"]
    wrong = page.post(place, {"text": shown.replace("criteria:", "criterias:")})
    assert (wrong.status_code, "line " in text_of(wrong), "criterias" in text_of(wrong)) == (422, True, True)
    page.post(place, {"text": shown + "approval:\n  is_needed: true\n", "reason": "Audit"})
    assert Policy.objects.get().wanted.approval.is_needed


def test_the_decision_is_shown_with_its_numbers_conditions_and_origin(page, contributor, in_use, make_policy, add_cars):
    in_use()
    policy = make_policy(compare={"held_out": ON_CARS, "slices": [{"column": "make"}]})
    add_cars(2, shift=3000.0)
    led(actions.start(contributor, policy, reason="The prices have risen"))
    text = text_of(page.get(f"/retraining/{policy.pk}/attempts/1/"))
    for said in ("Rejected", "worse", "root_mean_squared_error", "make = audi", "Cars:1", "Cars:2", "prices:1"):
        assert said in text
    assert "The prices have risen" in text
    policy_page = text_of(page.get(f"/retraining/{policy.pk}/"))
    assert "prices:1 is in use" in policy_page


def test_what_todays_policy_would_have_decided_is_told(page, contributor, in_use, make_policy):
    in_use()
    policy = make_policy()
    led(actions.start(contributor, policy))
    actions.change_policy(contributor, policy, settings={**policy.settings, "compare": {"on_tie": "newer"}})
    assert "It would decide otherwise today" in text_of(page.get(f"/retraining/{policy.pk}/"))
    assert "The policy as it is now would say: a tie." in text_of(page.get(f"/retraining/{policy.pk}/attempts/1/"))


def test_an_owner_approves_on_the_page_and_others_have_no_button(page, owner, make_policy):
    policy = make_policy(approval={"is_needed": True}, then={"do": "tag"})
    attempt = led(actions.start(owner, policy))
    place = f"/retraining/{policy.pk}/attempts/1/"
    assert "Let it take over" not in text_of(page.get(place))
    page.force_login(owner)
    assert "Let it take over" in text_of(page.get(place))
    page.post(place, {"act": "approve", "reason": "Looks good"})
    assert led(attempt).stage == "promoted"
    assert "olga let it take over. Looks good" in text_of(page.get(place))


def test_two_versions_are_compared_from_the_page_without_effect(page, in_use, make_policy):
    in_use()
    in_use(shift=5000.0)
    policy = make_policy(compare={"held_out": ON_CARS})
    answer = page.post(f"/retraining/{policy.pk}/", {"act": "compare", "challenger": "prices:2", "champion": "1"})
    assert answer.status_code == 302
    led(Attempt.objects.get())
    assert "The old one would be kept." in text_of(page.get(answer["Location"]))
    assert not Deployment.objects.exists()
    missing = page.post(f"/retraining/{policy.pk}/", {"act": "compare", "challenger": "prices:9"})
    assert (missing.status_code, "There are: prices:2, prices:1." in text_of(missing)) == (404, True)


def test_an_endpoint_leads_to_a_form_that_knows_its_model(page, endpoint, pipeline):
    place = re.search(r'href="(/retraining/new/[^"]+)"', page.get(f"/endpoints/{endpoint.pk}/").content.decode())
    text = page.get(place[1].replace("&amp;", "&")).content.decode()
    assert 'name="model" value="prices"' in text
    assert '<option value="rollout" selected>' in text
