"""What has been given out, kept so that everybody gets the same bytes; what reports come by, and what came of them."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models

from vedette import clock
from vedette.access.models import Record
from vedette.access.sealed_fields import SealedSettings, SealedText
from vedette.formats.foreign_signature import Proof
from vedette.people.models import Duty, Person, Unit
from vedette.reports.models import Report
from vedette.warnings.models import Message

#: What a mail, and what is attached to one, are called.
_MAILED = ("Mail", "Attachment")
#: After this time without a word nobody stands at a mailbox any more.
_STANDS = timedelta(minutes=3)


class SignedMessage(models.Model):
    """One issued CAP message with our signature. Written once: a signature is different every time it is made."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="signed")
    xml = models.BinaryField()
    created_at = models.DateTimeField()


class Feed(Record):
    """What reports come by: feed, TAXII collection, mailbox, folder. Its marks are the least that its reports get."""

    class Kind(models.TextChoices):
        """What is asked."""

        CAP = "cap", "CAP messages (Atom, RSS, EDXL-DE)"
        TAXII = "taxii", "STIX from a TAXII 2.1 collection"
        NEWS = "news", "news (Atom, RSS)"
        MAIL = "mail", "a mailbox (IMAP)"
        FOLDER = "folder", "a folder on the server"

    name = models.SlugField(max_length=50)
    #: An address of the web; of a mailbox `imaps://host:port/folder`; of a folder `file:` and its name.
    url = models.URLField(max_length=1_000)
    #: Other hosts that its entries may lead to; its own is always among them.
    hosts = models.JSONField(default=list)
    allow_private = models.BooleanField(default=False)
    #: Certificates (PEM) that its messages are signed by, or that issue those.
    certificates = models.TextField(blank=True)
    signed_only = models.BooleanField(default=False)
    every_s = models.PositiveIntegerField(default=300)
    enabled = models.BooleanField(default=True)
    #: When it is due; whoever moves it on polls it, so that it is polled once.
    next_at = models.DateTimeField()
    #: Somebody looks at it now and is given until then; a crash does not hold it for longer.
    held_until = models.DateTimeField(null=True)
    polled_at = models.DateTimeField(null=True)
    #: The last poll that was answered with a feed, or with "unchanged".
    answered_at = models.DateTimeField(null=True)
    etag = models.CharField(max_length=500, blank=True)
    modified = models.CharField(max_length=100, blank=True)
    failures = models.PositiveIntegerField(default=0)
    #: What was wrong at the last poll, a sentence each; the first is why the whole failed, if it did.
    remarks = models.JSONField(default=list)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CAP)
    #: What a TAXII or mail server is asked with: a user's name and password, or a token alone. Never shown again.
    user_name = models.CharField(max_length=200, blank=True)
    secret = SealedText(blank=True)
    #: Up to where a TAXII collection has been read: its own `X-TAXII-Date-Added-Last`.
    read_to = models.CharField(max_length=40, blank=True)
    #: The mail folder that mails are moved to once they are taken in; empty: they stay, and are marked.
    moves_to = models.CharField(max_length=200, blank=True)
    #: By which name the mailbox's own server tells what it found authentic (RFC 8601); empty: nothing is believed.
    authserv_id = models.CharField(max_length=255, blank=True)
    #: Domain -> the handle of the source that its mails are of, where that server found the domain authentic.
    senders = models.JSONField(default=dict)
    #: When somebody last stood at the mailbox whose server tells of new mail by itself.
    told_at_once_at = models.DateTimeField(null=True)
    #: Digest -> how often reading it was begun and not ended: what ends the process is not begun for ever.
    tries = models.JSONField(default=dict)
    #: A folder's files at the last look, name -> size and time of change: whole is what stays the same.
    seen = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["realm", "name"], name="feed_name_once")]

    @property
    def is_told_at_once(self) -> bool:
        """Whether its server tells of new mail by itself, and somebody stands there."""
        return self.told_at_once_at is not None and self.told_at_once_at > clock.now() - _STANDS


class FeedItem(models.Model):
    """One message that came, and what became of it. (sender, identifier, sent) is who it says it is, no more."""

    class Outcome(models.TextChoices):
        """What became of a message."""

        TAKEN = "taken", "taken in as a report"
        JOINED = "joined", "joined to the report that it is about"
        NOT_PROVEN = "not_proven", "set aside: it does not prove where it is from"
        OTHER_REALM = "other_realm", "set aside: it is of the other realm"
        NOT_FOR_PEOPLE = "not_for_people", "set aside: it is between systems"
        OVER = "over", "set aside: its time was over when it came"
        UNKNOWN_REFERENCE = "unknown_reference", "set aside: it is about a message that never came here"
        ALTERED = "altered", "set aside: another text came under the same identity before"
        UNREADABLE = "unreadable", "set aside: it cannot be kept as a report"

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="items")
    sender = models.CharField(max_length=300)
    identifier = models.CharField(max_length=300)
    sent = models.DateTimeField()
    #: SHA-256 of what it says, whatever its bytes and signature; the same content again is the same message.
    says = models.CharField(max_length=64)
    #: SHA-256 of the entry that led to it, so that what has not changed is not fetched again.
    entry = models.CharField(max_length=64, db_index=True)
    status = models.CharField(max_length=20)
    msg_type = models.CharField(max_length=20)
    #: As the message names what it is about: [sender, identifier, seconds since 1970] each.
    about = models.JSONField(default=list)
    headline = models.CharField(max_length=300, blank=True)
    expires = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    #: The reason in one sentence, where the outcome does not say it all.
    why = models.TextField(blank=True)
    #: What its signature shows (`formats.foreign_signature.Proof`; empty: nothing), and whose certificate signed.
    proof = models.CharField(max_length=20, blank=True)
    signed_by = models.TextField(blank=True)
    #: What was wrong with it as CAP, a sentence each.
    findings = models.JSONField(default=list)
    #: The domain that a mail is from, as the mailbox's own server found; empty: its sender is unidentified.
    domain = models.CharField(max_length=255, blank=True)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, null=True, related_name="feed_items")
    #: The mail that it was attached to.
    part_of = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="parts")
    came_at = models.DateTimeField()

    class Meta:
        ordering = ["-came_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["feed", "sender", "identifier", "sent", "says"], name="feed_item_once")
        ]

    @property
    def proof_is(self) -> str:
        """What shows where it is from, in words: its signature, or what its mailbox's own server found."""
        if self.proof:
            return Proof[self.proof].value
        if self.domain:
            return f"from {self.domain}, as the mailbox's own server found"
        return f"{'unidentified sender: ' if self.msg_type in _MAILED else ''}nothing shows where it is from"


class Listener(models.Model):
    """Where positions of one kind are listened for in one realm, and how that goes. Off until it is set."""

    class Kind(models.TextChoices):
        """Who is listened to."""

        OWNTRACKS = "owntracks", "OwnTracks over MQTT"
        TAK = "tak", "TAK clients"

    class State(models.TextChoices):
        """What the process that listens last said."""

        NONE = "", "not begun"
        LISTENING = "listening", "listening"
        FAILING = "failing", "failing"

    realm = models.CharField(max_length=8)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    settings = SealedSettings(default=dict)
    enabled = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.NONE, blank=True)
    #: Why it fails, or what it last turned away; no place, no name of a person.
    remark = models.TextField(blank=True)
    #: When it last said so: it does all the time while it runs.
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["realm", "kind"], name="listener_once")]


class SharedState(models.Model):
    """How far along the ledger what is shared has been brought up to date."""

    realm = models.CharField(max_length=8, primary_key=True)
    seq = models.BigIntegerField(default=0)


class SharedObject(Record):
    """One version of one STIX object that we share. Written once; its marks are those that its record has now, of one
    that calls it back those that it was shared by."""

    #: What it is of, as "threat:12".
    subject = models.CharField(max_length=60, db_index=True)
    stix_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    #: Its `modified`; of what has none, when it was made.
    version = models.DateTimeField()
    revoked = models.BooleanField(default=False)
    #: It calls back what was shared by laxer marks; what it is of is shared under another id from then on.
    recalled = models.BooleanField(default=False)
    is_last = models.BooleanField(default=True)
    #: SHA-256 of all of it but `modified`.
    digest = models.CharField(max_length=64)
    body = models.JSONField()
    #: The order in which partners are given it.
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["realm", "stix_id", "version"], name="shared_version_once")]
        indexes = [models.Index(fields=["realm", "added_at"], name="shared_in_order")]


class SeenObject(models.Model):
    """One version of a STIX object that somebody gave us, so that it is taken in once."""

    realm = models.CharField(max_length=8)
    #: Who gave it, as "feed:3" or "user:5": nobody changes what came from somebody else.
    giver = models.CharField(max_length=60)
    stix_id = models.CharField(max_length=300)
    version = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="stix_objects")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["realm", "giver", "stix_id", "version"], name="stix_object_seen_once")
        ]


class TaxiiStatus(models.Model):
    """What became of one POST of objects; shown to whoever posted it."""

    id = models.UUIDField(primary_key=True)
    realm = models.CharField(max_length=8)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    body = models.JSONField()
    created_at = models.DateTimeField()


class ScimResource(models.Model):
    """A user or a group as an identity provider says it by SCIM. A user is a person of the roster."""

    class Kind(models.TextChoices):
        """Its resource type."""

        USER = "User"
        GROUP = "Group"

    class Behind(models.IntegerChoices):
        """Whether the roster has yet to be brought into line with what is said of a user, and who said so."""

        NO = 0
        PROVIDER = 1
        PERSON = 2

    id = models.UUIDField(primary_key=True)
    realm = models.CharField(max_length=8)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    #: `userName` or `displayName`, as names are compared.
    name = models.CharField(max_length=300)
    external_id = models.CharField(max_length=300, blank=True)
    #: What was said, but for members and the groups somebody is in.
    body = models.JSONField()
    #: A user's person; null while they are not active.
    person = models.OneToOneField(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="scim_resource"
    )
    manager = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="reports_here")
    #: A group's.
    members = models.ManyToManyField("self", symmetrical=False, related_name="member_of", blank=True)
    #: Addresses that this gave the person: [channel, address] each.
    contacts = models.JSONField(default=list)
    #: What of it could not be used for the roster, a sentence each.
    remarks = models.JSONField(default=list)
    behind = models.PositiveSmallIntegerField(choices=Behind.choices, default=Behind.NO, db_default=0)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["realm", "name"], condition=models.Q(kind="User"), name="scim_user_name_once"
            )
        ]
        indexes = [
            models.Index(fields=["realm", "kind", "name"], name="scim_by_name"),
            models.Index(fields=["realm", "kind", "external_id"], name="scim_by_external_id"),
            models.Index(fields=["realm", "id"], condition=models.Q(behind__gt=0), name="scim_behind"),
        ]


class ScimSetting(models.Model):
    """How what an identity provider says is read, in one realm."""

    realm = models.CharField(max_length=8, primary_key=True)
    #: Whoever belongs to no unit that we know is put here.
    unit = models.ForeignKey(Unit, on_delete=models.SET_NULL, null=True, blank=True)
    #: Country whose national telephone numbers it holds, as "US"; "" for none.
    region = models.CharField(max_length=2, blank=True)


class ScimMeaning(models.Model):
    """What it means to be in a group of an identity provider's: a unit, or a duty."""

    realm = models.CharField(max_length=8)
    #: The group's `displayName`, as it is written and as names are compared.
    group = models.CharField(max_length=300)
    name = models.CharField(max_length=300)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, null=True, blank=True)
    duty = models.ForeignKey(Duty, on_delete=models.CASCADE, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["realm", "name"], name="scim_group_means_one_thing"),
            models.CheckConstraint(
                condition=models.Q(unit__isnull=False, duty__isnull=True)
                | models.Q(unit__isnull=True, duty__isnull=False),
                name="scim_unit_or_duty",
            ),
        ]


class Directory(models.Model):
    """An LDAP directory that the roster of a realm is pulled from."""

    realm = models.CharField(max_length=8)
    name = models.SlugField(max_length=50)
    #: `ldaps://host` or `ldap://host`; the latter is only spoken under TLS, or on this machine.
    uri = models.CharField(max_length=300)
    starttls = models.BooleanField(default=True)
    #: Certificates (PEM) that the server's own must come from; "" for those that this machine trusts.
    certificates = models.TextField(blank=True)
    bind_dn = models.CharField(max_length=500, blank=True)
    #: Its password; or the name of the environment variable that holds it.
    secret = SealedText(blank=True, default="")
    secret_variable = models.CharField(max_length=100, blank=True)
    base = models.CharField(max_length=500)
    filter = models.CharField(max_length=1_000)
    #: `read.AttributeMap` as JSON. A text: PostgreSQL's own JSON forgets the order, in which the channels are tried.
    attributes = models.TextField()
    every_s = models.PositiveIntegerField(default=3_600)
    enabled = models.BooleanField(default=True)
    #: When it is due; whoever moves it on pulls it, so that it is pulled once.
    next_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    remarks = models.JSONField(default=list)
    #: Codes of those who would leave with a pull that waits for a person's word.
    waits = models.JSONField(default=list)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["realm", "name"], name="directory_once")]
