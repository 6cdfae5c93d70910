"""What people and programs are answered while the database takes nothing."""

from __future__ import annotations

import sqlite3

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as own
from django.db import OperationalError
from django.test import AsyncClient

from mlops.access.databases import is_passing

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.failing")]


@pytest.fixture
def bold(client):
    client.raise_request_exception = False
    return client


@pytest.fixture
def all_in_use(settings):
    settings.MIDDLEWARE = [*own.MIDDLEWARE[:6], "tests.web.failing.AllInUse"]


def test_a_page_says_when_to_try_again(bold):
    answer = bold.get("/away/?tab=a")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "The database is too busy to take this" in answer.content.decode()
    assert 'href="/away/?tab=a"' in answer.content.decode()


def test_rest_says_so_as_a_problem(bold):
    answer = bold.get("/api/v1/away/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()["code"] == "database_away"


@pytest.mark.parametrize("address", ["/full/", "/api/v1/full/"], ids=["of the database", "of files"])
def test_a_full_disk_is_told_as_such(bold, address):
    answer = bold.get(address)
    assert answer.status_code == 503
    assert "The disk of this server is full" in answer.content.decode()


def test_a_log_that_too_many_read_at_once_is_a_matter_of_waiting():
    error, cause = OperationalError("locking protocol"), sqlite3.OperationalError("locking protocol")
    cause.sqlite_errorcode = sqlite3.SQLITE_PROTOCOL
    error.__cause__ = cause
    assert is_passing(error)


def test_a_fault_of_ours_stays_one(bold):
    assert bold.get("/unknown/").status_code == 500


@pytest.mark.parametrize("address", ["/runs/", "/api/v1/runs/"])
def test_also_before_any_view(bold, all_in_use, address):
    answer = bold.get(address)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "All 30 connections of this process" in answer.content.decode()


def test_also_in_the_process_that_serves(all_in_use):
    answer = async_to_sync(AsyncClient(raise_request_exception=False).get)("/runs/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
