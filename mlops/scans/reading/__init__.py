"""Reads files for pickles and says what each would open: without Django, in a child process, never by opening one."""
