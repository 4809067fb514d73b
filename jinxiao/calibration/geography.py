"""Geography of the province: outlines of the eleven cities, their centres and the distances between them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jinxiao.calibration.statistics import DATA
from jinxiao.files.errors import InputError
from jinxiao.model.names import CITIES, N_CITIES

OUTLINES: Final = DATA / "geo" / "shanxi_cities.geojson"
EARTH_RADIUS: Final = 6371.0
"""Mean radius of the Earth, km."""


@dataclass(frozen=True)
class Geography:
    """Where the cities are.

    Attributes
    ----------
    adcodes : tuple of str
        Administrative codes in the order of ``names.CITIES``.
    label_points : ndarray, shape (N_CITIES, 2)
        Longitude and latitude of each city's label, degrees WGS84.
    outlines : tuple of dict
        GeoJSON geometries in the order of ``names.CITIES``; for drawing only.
    """

    adcodes: tuple[str, ...]
    label_points: NDArray[np.float64]
    outlines: tuple[dict[str, Any], ...]

    @classmethod
    def load(cls, file: Path = OUTLINES) -> "Geography":
        """Read the GeoJSON of the cities; every city of ``names.CITIES`` must be there."""
        features = {f["properties"]["name"]: f for f in json.loads(file.read_text("utf-8"))["features"]}
        chosen = []
        for city in CITIES:
            name = f"{city.zh}市"
            if name not in features:
                raise InputError(file, 1, "name", ", ".join(features), name)
            chosen.append(features[name])
        return cls(
            tuple(f["properties"]["adcode"] for f in chosen),
            np.array([f["properties"]["label_point"] for f in chosen], np.float64),
            tuple(f["geometry"] for f in chosen),
        )

    @property
    def distances(self) -> NDArray[np.float64]:
        """Great-circle distances between label points, km, shape (N_CITIES, N_CITIES)."""
        result = great_circle(self.label_points, self.label_points)
        assert result.shape == (N_CITIES, N_CITIES)
        return result


def great_circle(origins: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return great-circle distances, km, shape (origins, places), between points of longitude and latitude in degrees."""
    (lon_a, lat_a), (lon_b, lat_b) = np.radians(origins).T, np.radians(places).T
    d_lat = lat_a[:, None] - lat_b[None, :]
    d_lon = lon_a[:, None] - lon_b[None, :]
    a = np.sin(d_lat / 2) ** 2 + np.cos(lat_a)[:, None] * np.cos(lat_b)[None, :] * np.sin(d_lon / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.clip(a, 0.0, 1.0))))
