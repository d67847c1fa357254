"""The screens: one a file, each a table of contents of filters and panels."""
