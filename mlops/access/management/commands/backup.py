from mlops.access.management.same_name import SameName


class Command(SameName):
    help = "Database and files together in one file, also while running (as `mlops backup`)."
