"""Which languages some people read, counted: so that an author sees who would be warned in a foreign one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from vedette.access.handling import Realm
from vedette.people.models import Person


def languages_of(realm: Realm, people: Iterable[int], usual: str) -> dict[str, int]:
    """Language tag -> how many of `people` read it. Only those who do not read the `usual` one are looked up."""
    asked = np.fromiter(people, dtype=np.int64)
    others = Person.objects.filter(realm=realm.value, active=True).exclude(language=usual)
    found = list(others.values_list("pk", "language"))
    among = np.isin(np.array([pk for pk, _ in found], dtype=np.int64), asked)
    counted = Counter(language for (_, language), here in zip(found, among, strict=True) if here)
    rest = len(asked) - counted.total()
    return dict(counted) | ({usual: rest} if rest else {})
