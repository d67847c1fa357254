"""The program's own addresses beside the pages: health, map shapes, layer data."""
