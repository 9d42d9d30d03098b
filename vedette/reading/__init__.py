"""Free text to cited claims and a proposed draft, by rules: no model, no network, no stored records.

The same text and date always give the same reading; every value cites the words it rests on. English only.
"""

from vedette.reading.places import Place
from vedette.reading.reader import LONGEST_TEXT, Reading, TextTooLong, UnknownZone, read

__all__ = ["LONGEST_TEXT", "Place", "Reading", "TextTooLong", "UnknownZone", "read"]
