"""The verbs of what reports come by (feeds, mailboxes, folders): keep one, pause it, look at it now.

Each asks the policy and appends to the ledger. What comes is taken in by the feed itself, as a reporter of its own
(`intake.take`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from django.db import transaction

from vedette import clock
from vedette.access.handling import UNLABELLED, Tlp
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.exchange.feed_addresses import checked_address
from vedette.exchange.intake.poll import poll_feed
from vedette.exchange.intake.polled import Polled
from vedette.exchange.models import Feed
from vedette.exchange.senders import checked_senders
from vedette.formats.foreign_signature import BadCertificate, certificates_of
from vedette.formats.parts import BadInput
from vedette.ledger.canonical import canonical
from vedette.ledger.log import append

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
_HOST = re.compile(r"[A-Za-z0-9.\-]{1,253}|\[?[0-9A-Fa-f:.]{2,45}\]?")
#: What is asked with a user's name and a secret, and what can be looked at in two realms without their crossing.
_WITH_SECRET = (Feed.Kind.TAXII, Feed.Kind.MAIL)
_TAKES_AWAY = (Feed.Kind.MAIL, Feed.Kind.FOLDER)
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
    moves_to: str = "",
    authserv_id: str = "",
    senders: Mapping[str, str] | None = None,
) -> Feed:
    """Add the feed with this name in the actor's realm, or change it; it is due at once.

    A secret that is left out stays, unless the feed moves to another host: no secret goes where it was not given for.
    `senders` give a source to each domain that the server named `authserv_id` finds a mail to be from.
    Raises Refused, and BadInput naming the field that cannot stand.
    """
    check(actor, Verb.ADMINISTER)
    _refuse_bad(name, hosts, every_s)
    if kind not in Feed.Kind.values:
        raise BadInput("kind", f"{kind!r} is none; give one of {', '.join(Feed.Kind.values)}")
    kind = Feed.Kind(kind)
    _refuse_unprovable(kind, certificates, signed_only)
    address = checked_address(kind, url, hosts=hosts, signed_only=signed_only, allow_private=allow_private)
    _refuse_bad_mail_folder(kind, moves_to.strip())
    if kind is not Feed.Kind.MAIL and (authserv_id or senders):
        raise BadInput("authserv_id", "is for mailboxes")
    rules = checked_senders(authserv_id.strip(), senders or {})
    with transaction.atomic():
        found = Feed.objects.select_for_update(no_key=True).filter(realm=actor.realm.value, name=name).first()
        feed = found or Feed(realm=actor.realm.value, name=name, created_at=clock.now())
        was = feed.url
        _refuse_shared(feed, kind, address)
        feed.url, feed.hosts, feed.allow_private = address, sorted({host.lower() for host in hosts}), allow_private
        feed.handling, feed.need_to_know = handling.value, need_to_know
        feed.certificates, feed.signed_only, feed.every_s = certificates.strip(), signed_only, every_s
        _keep_secret(feed, was, kind, user_name.strip(), secret.strip())
        if (kind, address) != (feed.kind, was):
            feed.read_to, feed.seen = "", {}
        feed.kind, feed.moves_to = kind, moves_to.strip()
        feed.authserv_id, feed.senders = authserv_id.strip(), rules
        feed.enabled, feed.next_at, feed.failures = True, clock.now(), 0
        feed.etag = feed.modified = ""
        check(actor, Verb.ADMINISTER, feed)
        feed.save()
        told = {"host": urlsplit(address).hostname or "", "signed_only": signed_only}
        if rules:
            told["senders_sha256"] = hashlib.sha256(canonical([feed.authserv_id, rules]).encode()).hexdigest()
        _log(actor, "feed.kept", feed, **told)
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


def _refuse_bad_mail_folder(kind: Feed.Kind, moves_to: str) -> None:
    if moves_to and kind is not Feed.Kind.MAIL:
        raise BadInput("moves_to", "is for mailboxes")
    if len(moves_to) > 200 or not moves_to.isprintable():
        raise BadInput("moves_to", "must be a mail folder's name of at most 200 characters")


def _refuse_shared(feed: Feed, kind: Feed.Kind, address: str) -> None:
    """A mailbox or folder gives each mail once: two feeds would share them out by chance, and realms would cross."""
    if kind in _TAKES_AWAY and Feed.objects.filter(kind=kind, url=address).exclude(pk=feed.pk).exists():
        raise BadInput("url", "is taken in already, here or in the other realm; give each a folder of its own")


def _keep_secret(feed: Feed, was: str, kind: Feed.Kind, user_name: str, secret: str) -> None:
    if kind not in _WITH_SECRET:
        user_name = secret = feed.secret = ""
    if not secret and urlsplit(was).netloc != urlsplit(feed.url).netloc:
        feed.secret = ""
    if len(user_name) > 200 or not user_name.isprintable() or ":" in user_name:
        raise BadInput("user_name", "must be at most 200 characters without a colon")
    if len(secret) > 500 or not secret.isascii() or not secret.isprintable():
        raise BadInput("secret", "must be at most 500 printable ASCII characters")
    feed.user_name, feed.secret = user_name, secret or feed.secret
    if (user_name or kind is Feed.Kind.MAIL) and not feed.secret:
        raise BadInput("secret", "give the password that goes with the user name")


def _refuse_unprovable(kind: Feed.Kind, certificates: str, signed_only: bool) -> None:
    if certificates.strip() and kind not in (Feed.Kind.CAP, Feed.Kind.MAIL):
        raise BadInput("certificates", f"are for CAP messages and mail servers; this is {kind.label}")
    if signed_only and kind is not Feed.Kind.CAP:
        raise BadInput("certificates", "can be asked to prove CAP messages only; nothing else is signed")
    try:
        found = certificates_of(certificates)
    except BadCertificate as error:
        raise BadInput("certificates", str(error)) from error
    if signed_only and not found:
        raise BadInput("certificates", "signatures can be required only by certificates that are trusted; give them")


def _log(actor: Actor, kind: str, feed: Feed, **body: object) -> None:
    append(kind, actor=actor.ref, subject=f"feed:{feed.pk}", realm=feed.realm, body={"name": feed.name, **body})
