"""What an official or operator may change: TOML files and code lists, and the one strict reader for them.

Invariant: a file that does not read completely is refused with all its faults; nothing is guessed.
"""
