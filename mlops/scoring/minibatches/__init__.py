"""Scores one mini-batch after the other in a child process: rows of a table or files, with a model or a script."""
