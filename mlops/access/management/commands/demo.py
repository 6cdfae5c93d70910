from mlops.access.management.same_name import SameName


class Command(SameName):
    help = "The main job without a browser (as `mlops demo`)."
