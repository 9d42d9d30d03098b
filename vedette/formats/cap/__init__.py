"""The Common Alerting Protocol (OASIS CAP 1.2; 1.0 and 1.1 are read): messages in and out, and what is wrong with one.

parse_cap(data)   bytes to an Alert; strict            write_cap(alert)  an Alert to CAP 1.2 bytes
read_cap(data)    lenient, with diagnostics            check_cap(data)   every rule that a message breaks
"""

from vedette.formats.cap.check import PROFILES, CheckResult, check_cap
from vedette.formats.cap.findings import Finding, Level
from vedette.formats.cap.message import (
    Alert,
    AreaBlock,
    Info,
    MsgType,
    NamedValue,
    Reference,
    Resource,
    Scope,
    Status,
)
from vedette.formats.cap.read import BadCap, Reading, parse_cap, read_cap
from vedette.formats.cap.text import circle_of, circle_text, polygon_of, polygon_text
from vedette.formats.cap.write import write_cap

__all__ = [
    "PROFILES",
    "Alert",
    "AreaBlock",
    "BadCap",
    "CheckResult",
    "Finding",
    "Info",
    "Level",
    "MsgType",
    "NamedValue",
    "Reading",
    "Reference",
    "Resource",
    "Scope",
    "Status",
    "check_cap",
    "circle_of",
    "circle_text",
    "parse_cap",
    "polygon_of",
    "polygon_text",
    "read_cap",
    "write_cap",
]
