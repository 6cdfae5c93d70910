from __future__ import annotations

import pytest

from mlops.lineage.timeline import timeline_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_loop_is_one_story(retrained, client, reader, stranger):
    story = timeline_of(retrained.challenger.model)
    told = [(entry.stage, entry.title) for entry in story]
    wanted = [
        ("training", "prices:1 was registered"),
        ("deployment", "shop/blue was deployed"),
        ("data", "Data: Cars:1"),
        ("retraining", "Retraining began: prices #1, by hand"),
        ("comparison", "train of run #1 was compared with prices:1: better"),
        ("training", "prices:2 was registered"),
        ("deployment", "shop/v2 was deployed"),
        ("rollout", "Rollout of v2 began: blue 80 %, v2 20 %"),
        ("rollout", "Rollout of v2 is finished: v2 100 %"),
        ("comparison", "prices:2 takes over from prices:1"),
    ]
    assert [entry for entry in told if entry in wanted] == wanted, "\n".join(map(str, told))
    url = f"/api/v1/models/{retrained.challenger.model_id}/timeline/"
    client.force_login(reader)
    assert client.get(url).json()["results"][-1]["tone"] == "good"
    page = client.get(f"/models/{retrained.challenger.model_id}/timeline/")
    assert page.status_code == 200
    assert " UTC</h2>" in page.content.decode()
    client.force_login(stranger)
    assert client.get(url).status_code == 404
