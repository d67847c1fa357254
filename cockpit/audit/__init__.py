"""The audit page: who did what to what, from where, why, and whether the trail is whole."""
