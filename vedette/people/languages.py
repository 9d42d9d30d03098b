"""Which languages some people read, counted: so that an author sees who would be warned in a foreign one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
from django.db.models import Count

from vedette.access.handling import Realm
from vedette.people.models import Person

#: Up to so many people are looked up by themselves.
_FEW = 500


def languages_of(realm: Realm, people: Iterable[int]) -> dict[str, int]:
    """Language tag -> how many of `people` read it.

    Whoever reads the language that most of the realm read is what is left, so that no roster is listed whole.
    """
    asked = np.unique(np.fromiter(people, dtype=np.int64))
    known = Person.objects.filter(realm=realm.value, active=True).order_by()
    if len(asked) <= _FEW:
        return dict(Counter(known.filter(pk__in=asked.tolist()).values_list("language", flat=True)))
    totals = dict(known.values_list("language").annotate(Count("pk")))
    most = max(totals, key=lambda language: totals[language], default="")
    found = list(known.exclude(language=most).values_list("pk", "language"))
    among = np.isin(np.array([pk for pk, _ in found], dtype=np.int64), asked)
    counted = Counter(language for (_, language), here in zip(found, among, strict=True) if here)
    rest = len(asked) - counted.total()
    return dict(counted) | ({most: rest} if rest else {})
