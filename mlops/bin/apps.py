from django.apps import AppConfig


class BinConfig(AppConfig):
    name = "mlops.bin"
    label = "bin"

    def ready(self) -> None:
        from mlops.bin import shelves
        from mlops.bin.asset_shelf import AssetShelf

        shelves.register(AssetShelf())
