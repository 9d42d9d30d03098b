"""STIX 2.1 (OASIS Standard, 10 June 2021): what we share written, what others write read. Pure."""

from __future__ import annotations

from vedette.formats.stix.extensions import EXTENSIONS, MAKER, maker
from vedette.formats.stix.marks import Marks
from vedette.formats.stix.names import Naming, moment, stamp
from vedette.formats.stix.own import shared_of
from vedette.formats.stix.plain import in_plain_words, title_of
from vedette.formats.stix.read import STIX_TYPE, BadStix, Stix, read_stix, version_of
from vedette.formats.stix.tlp import MARKING, marking_definition
from vedette.formats.stix.write import bundle_of, organisation, stix_of

__all__ = [
    "EXTENSIONS",
    "MAKER",
    "MARKING",
    "STIX_TYPE",
    "BadStix",
    "Marks",
    "Naming",
    "Stix",
    "bundle_of",
    "in_plain_words",
    "maker",
    "marking_definition",
    "moment",
    "organisation",
    "read_stix",
    "shared_of",
    "stamp",
    "stix_of",
    "title_of",
    "version_of",
]
