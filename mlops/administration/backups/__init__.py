"""One file with all that a server keeps: its database, its stored bytes, its secret key, its other files.

A tar of plain files in this order: `about.json`, `database.…`, `blobs/ab/cdef…`, `files/…`, and `members.txt` with the
SHA-256, size in bytes and name of each member before it. Written and read in one pass, in little memory."""
