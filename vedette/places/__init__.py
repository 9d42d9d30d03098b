"""Areas, a gazetteer, and who is inside. Pure geometry on numpy and shapely; no stored records, no I/O.

Coordinates are WGS 84 degrees, lon/lat inside shapely and GeoJSON; lat/lon appears only in CAP text and in function
arguments named `lat, lon`.
"""
