"""What code that is not ours may touch: files, other processes, privileges. Only the standard library is used, since it
also runs in the Pythons of models and environments."""
