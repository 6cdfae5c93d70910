"""One file a noun: its words on the command line, and what each does through the REST API."""
