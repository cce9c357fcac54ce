"""How long somebody needs from one town to another: an estimate, for warnings only.

The towns of the hubs, by province, where they lie on the map. A province that is not here is far away.
"""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

EARTH = 6371  # kilometres
KILOMETRES_AN_HOUR = 160  # in a straight line, by the faster of train and plane
TO_THE_DOOR = 60  # minutes, to a station and from the other
WITHIN_A_TOWN = 30  # minutes
FAR = 480  # minutes
# Latitude and longitude in degrees.
_TOWNS: dict[str, tuple[float, float]] = {
    "TO": (45.07, 7.69),
    "MI": (45.46, 9.19),
    "BO": (44.49, 11.34),
    "PD": (45.41, 11.88),
    "FI": (43.77, 11.26),
    "NA": (40.85, 14.27),
    "CH": (42.35, 14.17),
    "BA": (41.12, 16.87),
    "PZ": (40.64, 15.80),
    "CT": (37.50, 15.09),
}


def minutes_between_towns(one: str, other: str) -> int:
    """From door to door between two hubs in these provinces, in whole minutes."""
    if one == other:
        return WITHIN_A_TOWN
    if one not in _TOWNS or other not in _TOWNS:
        return FAR
    return TO_THE_DOOR + round(_kilometres(_TOWNS[one], _TOWNS[other]) / KILOMETRES_AN_HOUR * 60)


def _kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Along the great circle, by the haversine formula."""
    (south, west), (north, east) = (tuple(map(radians, town)) for town in (one, other))
    half = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin((east - west) / 2) ** 2
    return 2 * EARTH * asin(sqrt(half))
