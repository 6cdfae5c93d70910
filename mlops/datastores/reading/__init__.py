"""Reading places outside. No Django, and only child processes import what is below: the web and the workers run
`python -m mlops.datastores.reading`."""
