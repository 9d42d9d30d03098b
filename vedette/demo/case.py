"""The case, step by step, through the same actions that pages, API and commands use. Each step is one person's work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from vedette import clock
from vedette.access.actors import actor_for
from vedette.access.handling import Realm, Tlp
from vedette.access.models import User
from vedette.access.policy import Actor
from vedette.demo import spanish, texts
from vedette.dispatch import submitting
from vedette.people import actions as people
from vedette.people.models import Person, SavedArea
from vedette.people.positions import record_position
from vedette.reports import actions as reports
from vedette.reports.models import Claim, Report
from vedette.threats import actions as threats
from vedette.threats import incidents
from vedette.threats.models import Threat
from vedette.warnings import actions as warnings
from vedette.warnings.approval import content_hash
from vedette.warnings.models import Message, Warning


@dataclass(frozen=True)
class Cast:
    """Who acts in the case."""

    analyst: Actor
    officer: Actor
    second: Actor
    overseer: Actor
    admin: Actor

    @classmethod
    def of(cls, users: dict[str, User]) -> Cast:
        """The cast of the loaded example, in the exercise realm."""
        return cls(**{name: actor_for(user, Realm.EXERCISE) for name, user in users.items()})


def take_in(cast: Cast, name: str, today: date) -> Report:
    """A report arrives: `memo` or `news`."""
    source = {"memo": "sector-intelligence", "news": "local-newspaper"}[name]
    return reports.receive(
        cast.analyst,
        original=texts.report_text(name, today).encode(),
        media_type="text/plain",
        source=source,
        filename=f"{name}.txt",
        title="Sector warns its agents of a shooting in the coming days" if name == "news" else "",
        handling=Tlp.AMBER_STRICT if name == "memo" else Tlp.GREEN,
    )


def grade(cast: Cast, report: Report) -> list[Claim]:
    """The analyst accepts what the reader found and grades the source and the claims."""
    reports.grade_source(cast.analyst, report.source, "B", "Reported reliably for two years; one report was wrong.")
    claims = list(report.claims.all())
    for claim in claims:
        reports.accept_claim(cast.analyst, claim)
    for claim in claims[:6]:
        reports.grade_claim(cast.analyst, claim, "3", "Fits what is known; nobody else has said so.")
    return claims


def judge(cast: Cast, report: Report, claims: list[Claim], now: datetime) -> Threat:
    """The analyst records what happened and what may happen; the officer determines that people are to be warned."""
    contested = [claim for claim in claims if "watching two men" in claim.quote or "without cause" in claim.quote]
    incident = incidents.keep_incident(
        cast.analyst,
        title="Vehicle struck a person at the border wall",
        summary="A vehicle of the agency struck a person.",
        happened_from=now - timedelta(days=7, hours=3),
        happened_to=now - timedelta(days=7, hours=2),
        place="Near Chula Vista",
        lat=32.56,
        lon=-117.03,
        precision_m=5_000,
        accounts=[*(claim for claim in claims if "struck" in claim.quote), *contested],
        handling=Tlp.AMBER_STRICT,
    )
    incidents.contest(cast.analyst, incident, "whether the driver saw the person", contested)
    for body in ("County prosecutor", "The agency", "Oversight office"):
        incidents.open_inquiry(cast.analyst, incident, body)
    actor = incidents.keep_actor(cast.analyst, name="The Ridge group", descriptor="Smugglers (invented).")
    threat = threats.assess(
        cast.analyst,
        title="Shooting at patrols along the fence line",
        actor=actor,
        intent="Retaliation for the incident of a week ago.",
        capability="Armed scouts have been seen before.",
        opportunity="Patrols stop alone at the fence line.",
        target_group="All agents of the San Diego sector",
        place="Fence line from Imperial Beach to Otay Mesa",
        area=texts.FENCE_LINE,
        window_from=now,
        window_to=now + timedelta(days=4),
        trigger=incident,
        likelihood=0.5,
        confidence=Threat.Confidence.LOW,
        assumptions="The order was given; it reached the members.",
        would_change="A second, independent source; scouts leaving the fence line.",
        claims_for=[claim for claim in claims if "shoot" in claim.quote][:4],
        claims_against=[],
        handling=Tlp.AMBER_STRICT,
    )
    threats.determine(
        cast.officer,
        threat,
        decision="warn",
        credible=True,
        specific=True,
        impending=True,
        ground="Named group, named target and place, within days.",
    )
    return threat


def draft(cast: Cast, threat: Threat, report: Report, wait_s: float) -> Message:
    """The officer writes the warning, resting on the threat and the report."""
    cited = [claim.pk for claim in threat.claims_for.all()]
    return warnings.draft_warning(
        cast.officer,
        warnings.Draft.of(spanish.with_alert(texts.alert(clock.now())), texts.AUDIENCE, texts.plan(wait_s)),
        threat=threat,
        report=report,
        citations={"event": cited, "description": cited},
    )


def send(cast: Cast, message: Message) -> Message:
    """The officer submits, the second officer reads and approves exactly that, and issues it."""
    message = submitting.submit(cast.officer, message)
    warnings.approve(cast.second, message, content_hash(message))
    return submitting.issue(cast.second, message)


def call_in(cast: Cast, outside: Person, now: datetime) -> None:
    """Somebody of the other sector is called in for a shift at a post inside the area."""
    post = SavedArea.objects.get(realm=outside.realm, code="otay-mesa")
    people.add_shift(cast.admin, outside, starts=now, ends=now + timedelta(hours=8), post=post)


def drive_in(driver: Person, now: datetime) -> None:
    """Somebody from outside drives into the area, with a position they let be used."""
    record_position(driver, lat=32.57, lon=-116.95, accuracy_m=10, fixed_at=now)


def send_update(cast: Cast, warning: Warning, before: Message) -> Message:
    """More is known: the update goes the same way as the warning."""
    now = clock.now()
    told = spanish.with_update(texts.update(before.content, now), now)
    changed = warnings.Draft.of(told, before.audience, before.plan)
    return send(cast, warnings.draft_update(cast.officer, warning, changed))


def send_all_clear(cast: Cast, warning: Warning) -> Message:
    """The danger is over: two people say so."""
    reason = "Two armed men were detained by the neighbouring police; the area was searched."
    return send(cast, warnings.draft_all_clear(cast.officer, warning, reason))


def close(cast: Cast, threat: Threat) -> None:
    """What became of it is said by somebody other than the author."""
    threats.set_outcome(cast.officer, threat, result="averted", note="Arrests before anything happened.")
