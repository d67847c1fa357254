"""What the wall shows, asked with the wall's own login: open cases, counts, a share, last stages, the usual, shapes.

Invariant: everything here comes through `Store.showing`; what its login cannot read cannot get onto a wall by mistake.
"""

from geo.wall.now import Wall, WallArea, WallCase, WallStage, wall
from geo.wall.shapes import Ground, WallShape, features, ground, shape_version
from geo.wall.usual import Day, Usual, usual

__all__ = [
    "Day",
    "Ground",
    "Usual",
    "Wall",
    "WallArea",
    "WallCase",
    "WallShape",
    "WallStage",
    "features",
    "ground",
    "shape_version",
    "usual",
    "wall",
]
