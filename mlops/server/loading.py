"""Django for a process of the server. Apart, so that what only supervises need not load it."""

from __future__ import annotations

import gc
import os

from mlops.formats.refusal import Refusal


def load_django() -> None:
    """With the settings, which make the data directory where it is missing. Raises Refusal `driver_missing`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlops.settings")
    gc.set_threshold(20_000, 20, 20)  # what is loaded stays: looking through it each time takes a quarter of the start
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        if "psycopg" not in str(error):
            raise
        raise Refusal(
            "driver_missing",
            "MLOPS_DATABASE_URL names a PostgreSQL database, and its driver, psycopg, is not installed.",
            hint="Install it: pip install 'mlops-studio[postgres]'.",
        ) from error
