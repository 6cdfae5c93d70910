"""Takes over what other products kept: their runs, models and files become ours."""
