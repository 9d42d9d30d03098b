"""Secrets of others are sealed where they are stored, opened where they are used, and sealed anew."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.db import connection

from vedette import clock
from vedette.access.resealing import Standing, reseal, standings
from vedette.access.sealing import CannotOpen, Unopened, seal, unseal
from vedette.dispatch.models import Channel
from vedette.exchange.models import Feed

SECRET = "correct horse, båttery"
HOOK = {"url": "https://gateway.example/", "secret": "d2hhdA==", "headers": {"X-Key": SECRET}}


def stored(table: str, column: str) -> str:
    """What the database holds."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        return str(cursor.fetchone()[0])


def feed(secret: str = SECRET) -> Feed:
    now = clock.now()
    return Feed.objects.create(name="partner", url="https://x.example/", secret=secret, next_at=now, created_at=now)


def test_a_sealed_text_opens_only_for_its_place_and_differs_each_time(settings: Any) -> None:
    one, other = seal(SECRET, "here"), seal(SECRET, "here")
    assert one != other and SECRET not in one
    assert unseal(one, "here") == unseal(other, "here") == SECRET
    with pytest.raises(CannotOpen, match="give it anew"):
        unseal(one, "elsewhere")
    settings.MASTER_SECRET = b"another" * 5
    with pytest.raises(CannotOpen):
        unseal(one, "here")


def test_what_was_changed_in_the_database_does_not_open() -> None:
    sealed = seal(SECRET, "here")
    with pytest.raises(CannotOpen):
        unseal(sealed[:-3] + ("AAA" if sealed[-3:] != "AAA" else "BBB"), "here")


@pytest.mark.django_db
def test_a_partners_secret_and_a_channels_settings_are_not_readable_in_the_database() -> None:
    feed()
    Channel.objects.create(realm="live", name="webhook", settings=HOOK)
    assert SECRET not in stored("exchange_feed", "secret") and Feed.objects.get().secret == SECRET
    assert "gateway" not in stored("dispatch_channel", "settings")
    assert Channel.objects.get().settings == HOOK
    assert list(Channel.objects.values_list("settings", flat=True)) == [HOOK]
    assert standings() == Counter({Standing.CURRENT: 2})


@pytest.mark.django_db
def test_none_stays_none_so_that_it_can_be_told_from_some() -> None:
    feed("")
    assert stored("exchange_feed", "secret") == ""
    assert not standings()


@pytest.mark.django_db
def test_after_the_secret_is_exchanged_the_earlier_one_still_opens_until_all_is_sealed_anew(settings: Any) -> None:
    feed()
    Channel.objects.create(realm="live", name="webhook", settings=HOOK)
    before = settings.MASTER_SECRET
    settings.MASTER_SECRET, settings.EARLIER_SECRETS = b"n" * 32, (before,)
    assert Feed.objects.get().secret == SECRET
    assert standings() == Counter({Standing.EARLIER: 2})
    assert reseal() == Counter({Standing.EARLIER: 2})
    settings.EARLIER_SECRETS = ()
    assert standings() == Counter({Standing.CURRENT: 2})
    assert (Feed.objects.get().secret, Channel.objects.get().settings) == (SECRET, HOOK)


@pytest.mark.django_db
def test_what_cannot_be_opened_reads_as_nothing_and_is_never_overwritten_by_the_way(settings: Any) -> None:
    feed()
    Channel.objects.create(realm="live", name="webhook", settings=HOOK)
    before = settings.MASTER_SECRET
    settings.MASTER_SECRET = b"n" * 32
    found, channel = Feed.objects.get(), Channel.objects.get()
    assert isinstance(found.secret, Unopened) and not found.secret and channel.settings == {}
    found.save()
    channel.save()
    assert reseal() == Counter({Standing.LOST: 2})
    settings.MASTER_SECRET = before
    assert (Feed.objects.get().secret, Channel.objects.get().settings) == (SECRET, HOOK)


@pytest.mark.django_db
def test_what_was_stored_before_it_was_sealed_is_read_and_then_sealed() -> None:
    feed()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE exchange_feed SET secret = %s", [SECRET])
    assert Feed.objects.get().secret == SECRET
    assert reseal() == Counter({Standing.PLAIN: 1})
    assert SECRET not in stored("exchange_feed", "secret") and Feed.objects.get().secret == SECRET
