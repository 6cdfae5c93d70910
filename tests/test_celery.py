"""A job that no worker knows is never done."""

from __future__ import annotations

from importlib.util import find_spec

from django.apps import apps

from mlops.celery import LOADED


def test_workers_load_the_jobs_of_every_application():
    ours = [one.name for one in apps.get_app_configs() if one.name.startswith("mlops.")]
    assert [name for name in ours if find_spec(f"{name}.tasks") and name not in LOADED] == []
