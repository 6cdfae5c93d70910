from typing import Any

from django.core.management.base import BaseCommand

from mlops.access.same_key import use_this_key


class Command(BaseCommand):
    help = "Uses the present MLOPS_SECRET_KEY with this database from now on: where the one before is lost."

    def handle(self, *args: Any, **options: Any) -> None:
        use_this_key()
        self.stdout.write("From now on processes start with this MLOPS_SECRET_KEY alone.")
