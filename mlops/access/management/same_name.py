"""A command of manage.py that is the command `mlops` of the same name."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand


class SameName(BaseCommand):
    """Becomes `mlops NAME …`: the process that has loaded Django is replaced, since supervising needs none of it."""

    def run_from_argv(self, argv: list[str]) -> None:
        os.execv(sys.executable, [sys.executable, "-m", "mlops.client.main", *argv[1:]])

    def handle(self, *args: Any, **options: Any) -> None:
        name = type(self).__module__.rpartition(".")[2]
        self.run_from_argv(["manage.py", name, *args])
