"""Django for a process of the server. Apart, so that what only supervises need not load it."""

from __future__ import annotations

import os


def load_django() -> None:
    """With the settings, which make the data directory where it is missing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlops.settings")
    import django

    django.setup()
