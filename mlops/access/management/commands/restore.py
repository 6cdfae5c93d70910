from mlops.access.management.same_name import SameName


class Command(SameName):
    help = "A backup put back (as `mlops restore`)."
