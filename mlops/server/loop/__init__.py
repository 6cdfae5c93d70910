"""`mlops demo --loop`: the closed loop on real flights, from a model in service to a better one in its place."""
