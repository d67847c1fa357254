"""The alarm: an emergency that nobody has come to yet takes the screen of the wall."""
