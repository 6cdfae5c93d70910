from mlops.access.management.same_name import SameName


class Command(SameName):
    help = "Every setting with its origin, every part with its state (as `mlops doctor`)."
