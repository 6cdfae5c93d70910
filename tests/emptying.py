"""What a test left in the database behind real commits goes in one transaction.

Django's own way makes all content types and permissions anew as well, which takes longer than most tests."""

from __future__ import annotations

from django.apps import apps
from django.db import connection, transaction
from django.test import TransactionTestCase

KEPT = {"django_content_type", "auth_permission", "django_migrations"}
"""Made from the code, the same for all tests."""


def empty_quickly() -> None:
    TransactionTestCase._fixture_teardown = _empty  # type: ignore[method-assign]


def _empty(_self: TransactionTestCase) -> None:
    with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")  # no look at foreign keys
        for table in sorted({model._meta.db_table for model in _models()} - KEPT):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


def _models() -> list[type]:
    return [one for one in apps.get_models(include_auto_created=True) if one._meta.managed and not one._meta.proxy]
