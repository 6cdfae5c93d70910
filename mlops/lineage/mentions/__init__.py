"""Finding what documents name, and who names a thing, through an index that is written with them."""
