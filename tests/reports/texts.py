"""Short reports of an invented case; exercise only."""

from __future__ import annotations

MEMO = b"""MEMORANDUM

FROM: San Diego Sector Intelligence Unit
TO: All agents, San Diego sector, regardless of duty assignment
DATE: Thursday, 4 December 2025
SUBJECT: Possible shooting attack on agents in the San Diego sector

1. Summary. Information received by this unit indicates that members of a smuggling organisation known as the Ridge
group may shoot at agents in the San Diego sector in the next few days.

2. What set it off. On 27 November an agent's vehicle struck a person near Chula Vista. According to the Ridge group,
the agent drove at him without cause.

3. The threat. A source with access to the group reported that leaders told members to shoot at agents in retaliation
for the incident of 27 November.

4. What to do.
- Wear body armour whenever you are outside a station.
- Report gunfire by radio at once.
"""

NEWS = b"""The South Bay Ledger

SAN DIEGO, Friday, 5 December 2025 - Agents in the San Diego sector were warned of a possible shooting attack in the
coming days, according to a memo. The agency believes the driver was watching two men on the wall.
"""
