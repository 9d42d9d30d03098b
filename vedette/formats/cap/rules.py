"""The rules of CAP beyond its schema (`cap-...`): what the standard's text asks for, and what readers trip over.

An error makes a message invalid; a warning names what the standard recommends or what common readers drop.
"""

from __future__ import annotations

from vedette.formats.cap.rulebook import Rulebook
from vedette.formats.cap.rules_alert import ALERT_RULES
from vedette.formats.cap.rules_area import AREA_RULES
from vedette.formats.cap.rules_info import INFO_RULES

CAP12 = Rulebook(ALERT_RULES, INFO_RULES, AREA_RULES)
