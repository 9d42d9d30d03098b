"""The verbs of feeds: keep one, pause it, look at it now. Each asks the policy and appends to the ledger.

A message that comes by a feed is taken in by the feed itself, as a reporter of its own (`intake.take`).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from django.db import transaction

from vedette import clock
from vedette.access.handling import UNLABELLED, Tlp
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.exchange.intake.addresses import BadAddress, Reach
from vedette.exchange.intake.poll import poll_feed
from vedette.exchange.intake.polled import Polled
from vedette.exchange.models import Feed
from vedette.formats.foreign_signature import BadCertificate, certificates_of
from vedette.formats.parts import BadInput
from vedette.ledger.log import append

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
_HOST = re.compile(r"[A-Za-z0-9.\-]{1,253}|\[?[0-9A-Fa-f:.]{2,45}\]?")
_COLLECTION = re.compile(r"(/(?:[^/]+/)*collections/[^/]+)/?(?:objects/?)?")
_MOST_HOSTS = 20
#: Seconds between two looks: the least and the most.
SHORTEST_S, LONGEST_S = 30, 86_400


def keep_feed(
    actor: Actor,
    name: str,
    url: str,
    *,
    handling: Tlp = UNLABELLED,
    need_to_know: str | None = None,
    certificates: str = "",
    signed_only: bool = False,
    hosts: Collection[str] = (),
    allow_private: bool = False,
    every_s: int = 300,
    kind: str = Feed.Kind.CAP,
    user_name: str = "",
    secret: str = "",
) -> Feed:
    """Add the feed with this name in the actor's realm, or change it; it is due at once.

    A secret that is left out stays, unless the feed moves to another host: no secret goes where it was not given for.
    Raises Refused, and BadInput naming the field that cannot stand.
    """
    check(actor, Verb.ADMINISTER)
    _refuse_bad(name, hosts, every_s)
    _refuse_unprovable(certificates, signed_only)
    if kind == Feed.Kind.TAXII:
        url = _collection(url, certificates, signed_only)
    elif kind != Feed.Kind.CAP:
        raise BadInput("kind", f"{kind!r} is none; give one of {', '.join(Feed.Kind.values)}")
    try:
        address = Reach.of(url.strip(), hosts, signed_only=signed_only, private=allow_private).checked(url)
    except BadAddress as error:
        raise BadInput("url", str(error)) from error
    if len(address) > 1_000:
        raise BadInput("url", "is longer than 1,000 characters")
    with transaction.atomic():
        found = Feed.objects.select_for_update(no_key=True).filter(realm=actor.realm.value, name=name).first()
        feed = found or Feed(realm=actor.realm.value, name=name, created_at=clock.now())
        was = feed.url
        feed.url, feed.hosts, feed.allow_private = address, sorted({host.lower() for host in hosts}), allow_private
        feed.handling, feed.need_to_know = handling.value, need_to_know
        feed.certificates, feed.signed_only, feed.every_s = certificates.strip(), signed_only, every_s
        _keep_secret(feed, was, kind, user_name.strip(), secret.strip())
        if (kind, address) != (feed.kind, was):
            feed.read_to = ""
        feed.kind = Feed.Kind(kind)
        feed.enabled, feed.next_at, feed.failures = True, clock.now(), 0
        feed.etag = feed.modified = ""
        check(actor, Verb.ADMINISTER, feed)
        feed.save()
        _log(actor, "feed.kept", feed, host=urlsplit(address).hostname or "", signed_only=signed_only)
    return feed


def set_feed_enabled(actor: Actor, feed: Feed, enabled: bool) -> Feed:
    """Pause a feed, or go on with it. What it brought stays."""
    with transaction.atomic():
        feed = Feed.objects.select_for_update(no_key=True).get(pk=feed.pk)
        check(actor, Verb.ADMINISTER, feed)
        feed.enabled, feed.next_at = enabled, clock.now()
        feed.save(update_fields=["enabled", "next_at"])
        _log(actor, "feed.resumed" if enabled else "feed.paused", feed)
    return feed


def poll_now(actor: Actor, feed: Feed) -> Polled:
    """Look at a feed at once. Whoever may report may, and whoever sets feeds up."""
    if not actor.may(Verb.ADMINISTER, feed):
        check(actor, Verb.REPORT, feed)
    return poll_feed(feed)


def _refuse_bad(name: str, hosts: Collection[str], every_s: int) -> None:
    if not _NAME.fullmatch(name):
        raise BadInput("name", "must be 1 to 50 of a-z, 0-9 and -, such as met-office")
    if len(hosts) > _MOST_HOSTS or not all(_HOST.fullmatch(host) for host in hosts):
        raise BadInput("hosts", f"must be at most {_MOST_HOSTS} host names, such as alerts.example.org")
    if not SHORTEST_S <= every_s <= LONGEST_S:
        raise BadInput("every_s", f"must be {SHORTEST_S} to {LONGEST_S:,} seconds")


def _collection(url: str, certificates: str, signed_only: bool) -> str:
    """The address of a TAXII collection, whether with or without `objects/` at its end."""
    if certificates.strip() or signed_only:
        raise BadInput("certificates", "STIX is not signed; certificates are for CAP messages")
    parts = urlsplit(url.strip())
    found = _COLLECTION.fullmatch(parts.path)
    if found is None or parts.query or parts.fragment:
        raise BadInput("url", "is no TAXII collection, such as https://example.org/api/collections/ID/")
    return parts._replace(path=f"{found[1]}/").geturl()


def _keep_secret(feed: Feed, was: str, kind: str, user_name: str, secret: str) -> None:
    if kind != Feed.Kind.TAXII:
        user_name = secret = feed.secret = ""
    if not secret and urlsplit(was).netloc != urlsplit(feed.url).netloc:
        feed.secret = ""
    if len(user_name) > 200 or not user_name.isprintable() or ":" in user_name:
        raise BadInput("user_name", "must be at most 200 characters without a colon")
    if len(secret) > 500 or not secret.isascii() or not secret.isprintable():
        raise BadInput("secret", "must be at most 500 printable ASCII characters")
    feed.user_name, feed.secret = user_name, secret or feed.secret
    if user_name and not feed.secret:
        raise BadInput("secret", "give the password that goes with the user name")


def _refuse_unprovable(certificates: str, signed_only: bool) -> None:
    try:
        found = certificates_of(certificates)
    except BadCertificate as error:
        raise BadInput("certificates", str(error)) from error
    if signed_only and not found:
        raise BadInput("certificates", "signatures can be required only by certificates that are trusted; give them")


def _log(actor: Actor, kind: str, feed: Feed, **body: object) -> None:
    append(kind, actor=actor.ref, subject=f"feed:{feed.pk}", realm=feed.realm, body={"name": feed.name, **body})
