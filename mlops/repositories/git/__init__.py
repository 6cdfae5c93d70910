"""Git spoken in a child process, by dulwich: nothing of a repository is ever executed.

There is no work tree and no git program, so hooks, filters, attributes and configuration of a repository have nobody
who would read them. Needs no Django."""
