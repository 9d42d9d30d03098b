"""Areas from files that people bring: GeoJSON, KML and KMZ, shapefiles, and corners or circles as text.

A stranger's bytes, so everything is bounded and anything odd is refused with one reason. What a file holds beside
outlines is told, never dropped in silence.
"""

from __future__ import annotations

from vedette.places.upload.file import LARGEST, AreaFile, read_area
from vedette.places.upload.written import written_area

__all__ = ["LARGEST", "AreaFile", "read_area", "written_area"]
