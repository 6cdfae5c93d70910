"""What runs in the scoring server's child processes: the only place where pickles and users' code are opened."""
