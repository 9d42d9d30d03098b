"""Codecs for the field's open standards: CAP, EDXL-DE, Cursor on Target, SMS, iCalendar. Pure: bytes in, records out.

Whatever comes in is hostile until parsed; whatever goes out is written strictly to its standard.
"""
