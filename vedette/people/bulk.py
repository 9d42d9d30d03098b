"""Whole columns out of either database as arrays, since a roster may hold a million people.

A row at a time, Python would spend seconds on making objects that numpy takes apart again. SQLite hands each column
over as one text, PostgreSQL as one string of bytes, which is an array already.
"""
# ruff: noqa: S608  (what is put into the statements is this project's own text; values are parameters)

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Any

import numpy as np
from django.db import connection

from vedette.people.world import Ints


class Kind(Enum):
    """What a column holds, and so what its array does."""

    #: Whole numbers: int64.
    WHOLE = "bigint"
    #: float64.
    REAL = "float8"
    #: Times, as whole microseconds since 1970: int64.
    MOMENT = "moment"


#: An expression of SQL that is never null, and what it holds.
Column = tuple[str, Kind]


def read(source: str, given: Sequence[Any], *columns: Column) -> list[Any]:
    """The columns of `source` (what follows FROM), in no order of rows."""
    return (_from_sqlite if connection.vendor == "sqlite" else _from_postgres)(source, given, columns)


def within(column: str, among: list[int] | None) -> str:
    """The condition that keeps to some ids; they are given as one parameter."""
    if among is None:
        return ""
    if connection.vendor == "sqlite":
        return f" AND {column} IN (SELECT value FROM json_each(%s))"
    return f" AND {column} = ANY(%s)"


def given_ids(among: list[int] | None) -> list[Any]:
    """The parameter of `within`."""
    if among is None:
        return []
    return [json.dumps(among)] if connection.vendor == "sqlite" else [among]


def given_time(moment: datetime) -> Any:
    """A time as a parameter that a stored one is compared with."""
    return connection.ops.adapt_datetimefield_value(moment)


def truth(condition: str) -> Column:
    """Whether something holds, as 0 or 1."""
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END", Kind.WHOLE


def _from_sqlite(source: str, given: Sequence[Any], columns: Sequence[Column]) -> list[Any]:
    # A stored time is UTC text; `.000000` is left out where there is none, and the rest is of one length.
    joined = (
        f"group_concat(substr({sql} || '.000000', 1, {_TIME_LENGTH}), '')"
        if kind is Kind.MOMENT
        else f"group_concat({sql}, ' ')"
        for sql, kind in columns
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(joined)} FROM {source}", given)
        texts = [text or "" for text in cursor.fetchone()]
    return [
        _times(text)
        if kind is Kind.MOMENT
        else np.fromstring(text, np.float64 if kind is Kind.REAL else np.int64, sep=" ")
        for text, (_, kind) in zip(texts, columns, strict=True)
    ]


def _times(text: str) -> Ints:
    return np.frombuffer(text.encode(), f"S{_TIME_LENGTH}").astype("datetime64[us]").astype(np.int64)


_TIME_LENGTH = len("2026-01-01 00:00:00.000000")


def _from_postgres(source: str, given: Sequence[Any], columns: Sequence[Column]) -> list[Any]:
    """Each column as the eight bytes of its every value, the highest first, strung together."""
    strung = (
        f"string_agg(int8send((EXTRACT(EPOCH FROM {sql}) * 1000000)::bigint), '')"
        if kind is Kind.MOMENT
        else f"string_agg({_SENT[kind]}(({sql})::{kind.value}), '')"
        for sql, kind in columns
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(strung)} FROM {source}", given)
        columns_sent = cursor.fetchone()
    return [
        np.frombuffer(sent or b"", ">f8" if kind is Kind.REAL else ">i8").astype(
            np.float64 if kind is Kind.REAL else np.int64
        )
        for sent, (_, kind) in zip(columns_sent, columns, strict=True)
    ]


_SENT = {Kind.WHOLE: "int8send", Kind.REAL: "float8send"}
