"""Whether all columns together look different, also where none does alone: a model tries to tell the sets apart."""
