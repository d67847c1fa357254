"""Reads files from outside in a process of its own that may do nothing else.

Invariant: what a file does to a reader stays in the child: it has no network, no secrets, no other file and no
connection to the store, starts no program, and its memory and time are limited; what comes back is checked.

`desk` is the loader's side, `child` the process that forks one reader a file, `serving` what such a reader does,
`locks` what it gives up before it opens the file, `frames` what the two say to each other.

Nothing is imported here: the child must not get what the loader needs.
"""
