from mlops.access.management.same_name import SameName


class Command(SameName):
    help = "Start everything: pages, API, worker, router (as `mlops up`)."
