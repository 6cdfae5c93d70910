from __future__ import annotations

import pytest

from mlops.execution import engine_outlook
from mlops.execution.engine_outlook import foretold
from mlops.formats.component import Component
from mlops.formats.definition import Command, Definition, Function, Requirements


@pytest.fixture(autouse=True)
def without_an_engine(monkeypatch: pytest.MonkeyPatch):
    engine_outlook._known.clear()
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    yield
    engine_outlook._known.clear()


def definition(how: Command | Function) -> Definition:
    return Definition(component=Component(name="a", version="1", title="A", group="", help=""), how=how)


def command(**requirements: str) -> Definition:
    return definition(Command(command="true", requirements=Requirements(**requirements)))


def test_an_image_that_cannot_be_had_is_foretold_with_the_remedy():
    said = foretold(command(image="example.org/own:3"), step="train")
    assert "“train”: its environment is example.org/own:3, which cannot be had here (No Docker engine answers" in said
    assert "DOCKER_HOST" in said
    assert "its Dockerfile" in foretold(command(build="a" * 64), step="train")


def test_a_plain_image_is_done_without_and_that_is_said():
    assert "is not used" in foretold(command(image="python:3.12"), step="train")


def test_nothing_is_said_of_packages():
    assert foretold(command(python="3.12"), step="train") == ""


def test_a_function_gets_no_container_whatever_engine_there_is():
    how = Function(code="", file="a.py", name="a", requirements=Requirements(image="python:3.12"))
    assert "only commands run in containers" in foretold(definition(how), step="train")


def test_a_cluster_that_cannot_be_used_is_foretold_and_that_it_builds_nothing(settings):
    settings.STEP_CONTAINERS = "kubernetes"
    own = command(image="example.org/own:3")
    assert "MLOPS_STEP_CLAIM names no claim" in foretold(own, step="train")
    assert "it will fail: a cluster builds no images" in foretold(command(build="a" * 64), step="train")
    assert "is not used (a cluster builds no images)" in foretold(
        definition(Command(command="true", requirements=Requirements(image="python:3.12", packages=("six",)))), step="a"
    )
    engine_outlook._known.clear()
    settings.STEP_CLAIM = "data"  # this process is in no cluster, its workers may be
    assert foretold(own, step="train") == ""
