"""A server under the load of many: people at pages with open sockets, metrics, runs and scoring, all at once."""
