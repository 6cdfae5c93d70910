"""How the server is: one file for each thing that is told of it. Pages, REST and the command line show the same."""
