"""The verbs of directories: keep one, pause it, forget it. Each asks the policy and appends to the ledger."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from vedette import clock
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.exchange.directory.read import AttributeMap
from vedette.exchange.intake.addresses import is_here
from vedette.exchange.models import Directory
from vedette.formats.foreign_signature import BadCertificate, certificates_of
from vedette.formats.parts import BadInput, parse
from vedette.ledger.log import append

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
#: Seconds between two pulls: the least and the most.
SHORTEST_S, LONGEST_S = 300, 7 * 86_400


def keep_directory(
    actor: Actor,
    name: str,
    uri: str,
    *,
    base: str,
    filter: str = "(objectClass=person)",
    bind_dn: str = "",
    secret: str = "",
    secret_variable: str = "",
    starttls: bool = True,
    certificates: str = "",
    attributes: dict[str, Any] | None = None,
    every_s: int = 3_600,
) -> Directory:
    """Add the directory of this name in the actor's realm, or change it; it is due at once.

    A secret that is left out stays, unless the directory moves to another host. A realm has one directory: each is
    the whole roster, and two would put out each other's people. Raises Refused, and BadInput naming the field.
    """
    check(actor, Verb.ADMINISTER)
    told = parse(AttributeMap, attributes or {}, under="attributes")
    _refuse_bad(name, uri, base, filter, bind_dn, secret_variable, starttls, certificates, every_s)
    with transaction.atomic():
        known = Directory.objects.select_for_update(no_key=True).filter(realm=actor.realm.value, name=name)
        other = Directory.objects.filter(realm=actor.realm.value).exclude(name=name).first()
        if other is not None:
            raise BadInput("name", f"the directory {other.name!r} is the whole roster already; forget it first")
        kept = known.first() or Directory(realm=actor.realm.value, name=name, created_at=clock.now())
        if not secret and urlsplit(kept.uri).netloc == urlsplit(uri).netloc:
            secret = kept.secret
        kept.uri, kept.starttls, kept.certificates = uri, starttls, certificates.strip()
        kept.bind_dn, kept.secret, kept.secret_variable = bind_dn, secret, secret_variable
        kept.base, kept.filter, kept.attributes = base, filter, told.model_dump_json()
        kept.every_s, kept.enabled, kept.next_at, kept.failures = every_s, True, clock.now(), 0
        kept.save()
        _log(actor, "directory.kept", kept)
    return kept


def set_directory_enabled(actor: Actor, directory: Directory, enabled: bool) -> Directory:
    """Pause a directory, or go on with it. The roster stays as it is."""
    check(actor, Verb.ADMINISTER)
    with transaction.atomic():
        directory.enabled, directory.next_at = enabled, clock.now()
        directory.save(update_fields=["enabled", "next_at"])
        _log(actor, "directory.resumed" if enabled else "directory.paused", directory)
    return directory


def drop_directory(actor: Actor, directory: Directory) -> None:
    """Forget a directory; the people whom it brought stay."""
    check(actor, Verb.ADMINISTER)
    with transaction.atomic():
        _log(actor, "directory.dropped", directory)
        directory.delete()


def directories_for(actor: Actor) -> list[Directory]:
    """The directories of the actor's realm, by name."""
    check(actor, Verb.ADMINISTER)
    return list(Directory.objects.filter(realm=actor.realm.value).order_by("name"))


def _refuse_bad(
    name: str,
    uri: str,
    base: str,
    filter: str,
    bind_dn: str,
    secret_variable: str,
    starttls: bool,
    certificates: str,
    every_s: int,
) -> None:
    if not _NAME.fullmatch(name):
        raise BadInput("name", "must be 1 to 50 of a-z, 0-9 and -, such as staff")
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadInput("uri", f"is no address: {error}") from error
    if parts.scheme not in ("ldaps", "ldap") or not host or parts.path.strip("/") or parts.query or parts.username:
        raise BadInput("uri", "is no address such as ldaps://directory.example.org")
    if parts.scheme == "ldap" and not starttls and not is_here(host):
        raise BadInput("uri", "would be spoken in the open; use ldaps, or STARTTLS")
    for field, text, longest in (("base", base, 500), ("filter", filter, 1_000), ("bind_dn", bind_dn, 500)):
        if len(text) > longest or not text.isprintable():
            raise BadInput(field, f"must be one line of at most {longest} characters")
    if not base:
        raise BadInput("base", "say below what its people are, such as ou=people,dc=example,dc=org")
    if not (filter.startswith("(") and filter.endswith(")") and filter.count("(") == filter.count(")")):
        raise BadInput("filter", "is no filter such as (objectClass=person)")
    if secret_variable and not _VARIABLE.fullmatch(secret_variable):
        raise BadInput("secret_variable", "is no name of an environment variable")
    if certificates.strip():
        try:
            certificates_of(certificates)
        except BadCertificate as error:
            raise BadInput("certificates", str(error)) from error
    if not SHORTEST_S <= every_s <= LONGEST_S:
        raise BadInput("every_s", f"must be {SHORTEST_S} to {LONGEST_S:,} seconds")


def _log(actor: Actor, kind: str, directory: Directory) -> None:
    append(
        kind,
        actor=actor.ref,
        subject=f"directory:{directory.pk}",
        realm=actor.realm.value,
        body={"host": urlsplit(directory.uri).hostname or ""},
    )
