"""The one area in a zip: a KMZ, a shapefile with its parts, or a GeoJSON file. Bounded, so that a bomb stays small."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from vedette.places.outline import BadGeometry

#: The most files in a zip, and the most bytes any one of them may unpack to.
MOST_MEMBERS, LARGEST_MEMBER = 200, 40 * 1024 * 1024
#: All that the standard library raises on damaged archives, beside its own error.
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    lzma.LZMAError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
_AREAS = (".shp", ".kml", ".geojson", ".json")


@dataclass(frozen=True)
class Member:
    """The file in a zip that holds the area, and the .prj beside it if there is one."""

    name: str
    data: bytes
    prj: bytes | None = None


def unpacked(data: bytes) -> Member:
    """The area file in a zip. Raises BadGeometry when there is none, or several, or they are too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return _member(packed)
    except BadGeometry:
        raise
    except _UNREADABLE as error:
        raise BadGeometry(f"the zip cannot be read: {str(error)[:120] or type(error).__name__}") from error


def _member(packed: zipfile.ZipFile) -> Member:
    infos = [info for info in packed.infolist() if not info.is_dir() and not info.filename.startswith("__MACOSX/")]
    if len(infos) > MOST_MEMBERS:
        raise BadGeometry(f"the zip holds {len(infos):,} files; {MOST_MEMBERS} are the most")
    kind, found = "", []
    for kind in _AREAS:
        found = [info for info in infos if info.filename.lower().endswith(kind)]
        if found:
            break
    if not found:
        raise BadGeometry("the zip holds no area: a .shp, .kml or .geojson file is needed in it")
    if kind == ".kml" and len(found) > 1:
        # KMZ: the first .kml at the root is the document, others are linked from it.
        found = [info for info in found if "/" not in info.filename][:1] or found
    if len(found) > 1:
        names = ", ".join(info.filename[:40] for info in found[:4])
        raise BadGeometry(f"the zip holds {len(found)} {kind} files ({names}); pack one by itself")
    prj = None
    if kind == ".shp":
        beside = str(PurePosixPath(found[0].filename).with_suffix(".prj")).lower()
        prj = next((_read(packed, info) for info in infos if info.filename.lower() == beside), None)
    return Member(found[0].filename, _read(packed, found[0]), prj)


def _read(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """One member, unpacked no further than the bound whatever its entry says of its size."""
    if info.flag_bits & 1:
        raise BadGeometry("the zip is encrypted; pack it without a password")
    with packed.open(info) as member:
        data = member.read(LARGEST_MEMBER + 1)
    if len(data) > LARGEST_MEMBER:
        raise BadGeometry(
            f"{info.filename[:40]} unpacks to more than {LARGEST_MEMBER // 1024 // 1024} MB; simplify the outline"
        )
    return data
