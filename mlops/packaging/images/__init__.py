"""Container images of models: built without an engine, layer by layer, and given to engines and registries.

For those who want an image of a laid-out folder (`serving.json`, `model/` …) in an engine:

    store = LayerStore(Path(settings.DATA_DIR) / "images")
    order = ImageOrder(
        folder=folder,
        wanted=packages.wanted(entry, folder),
        parts=packages.parts(entry),
        provenance=Provenance(model="prices:3"),
    )
    progress = Progress(say, wants_stop)
    built = building.build(order, store=store, progress=progress)      # found at once if it was built before
    reference = engines.connect().load(built, store=store, progress=progress)

The container serves on port `building.PORT` as user 10001, needs no writable root and no network, and takes names,
limits and variables from the environment variable `formats.placement.PLACEMENT_VARIABLE`. All refusals are `Refusal`;
a stopped build raises `progress.Stopped`."""
