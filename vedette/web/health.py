"""What machines ask of this installation: is it up, can it work, and how much is there. No personal data."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from vedette import clock
from vedette.access.actors import actor_of_token
from vedette.access.handling import Realm
from vedette.access.roles import Verb
from vedette.dispatch.models import Delivery, Lease, Recipient
from vedette.ledger.models import Checkpoint, Head
from vedette.threats.queries import ages_of_unwarned
from vedette.warnings.models import Approval
from vedette.web.setup.here import FORWARDED


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and has every migration; 503 with the reason otherwise."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return HttpResponse("the database does not answer\n", status=503, content_type="text/plain; charset=utf-8")
    if waiting:
        told = f"{len(waiting)} migrations wait\n"
        return HttpResponse(told, status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse("ready\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus figures, for loopback and for a token that may administer; 404 to anybody else."""
    if not (_is_loopback(request) or _may_administer(request)):
        return HttpResponse(status=404)
    registry = CollectorRegistry()
    registry.register(_Figures())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Figures:
    """Counted when asked."""

    def collect(self) -> Iterable[Metric]:
        """Every figure; labels are realms, states, channels and levels alone."""
        recipients = GaugeMetricFamily("vedette_recipients", "Recipients by state.", labels=["realm", "state"])
        for realm, state, count in Recipient.objects.values_list("realm", "state").annotate(Count("pk")).order_by():
            recipients.add_metric([realm, state], count)
        yield recipients
        deliveries = GaugeMetricFamily("vedette_deliveries", "Deliveries by level.", labels=["channel", "level"])
        for channel, level, count in Delivery.objects.values_list("channel", "level").annotate(Count("pk")).order_by():
            deliveries.add_metric([channel, level], count)
        yield deliveries
        still = Lease.objects.filter(done_at=None).count()
        yield GaugeMetricFamily(
            "vedette_leases_open", "Leases that are not done, those that wait included.", value=still
        )
        due = Lease.objects.filter(done_at=None, due_at__lte=clock.now()).count()
        yield GaugeMetricFamily("vedette_leases_due", "Leases that are due and not done.", value=due)
        yield from _what_waits_for_people()
        head = Head.objects.filter(pk=1).first()
        yield GaugeMetricFamily("vedette_ledger_entries", "Entries of the ledger.", value=head.size if head else 0)
        last = Checkpoint.objects.order_by("size").last()
        if last is not None:
            age = (clock.now() - last.created_at).total_seconds()
            yield GaugeMetricFamily("vedette_checkpoint_age_seconds", "Age of the last checkpoint.", value=age)


def _what_waits_for_people() -> Iterable[Metric]:
    """What a person on call is to be woken for: threats nobody is warned of, and approvals by their own author."""
    unwarned = GaugeMetricFamily(
        "vedette_threats_unwarned", "Open threats of which nobody has been warned.", labels=["realm"]
    )
    oldest = GaugeMetricFamily(
        "vedette_threats_unwarned_oldest_seconds", "Since when the oldest of them is known.", labels=["realm"]
    )
    broken = GaugeMetricFamily(
        "vedette_break_glass", "Messages that their own author approved, in an emergency.", labels=["realm"]
    )
    now = clock.now()
    for realm in Realm:
        ages = ages_of_unwarned(realm, now)
        unwarned.add_metric([realm.value], len(ages))
        oldest.add_metric([realm.value], max(ages, default=timedelta(0)).total_seconds())
        count = Approval.objects.filter(break_glass=True, message__warning__realm=realm.value).count()
        broken.add_metric([realm.value], count)
    return unwarned, oldest, broken


def _is_loopback(request: HttpRequest) -> bool:
    """A direct request from this machine: one that a proxy hands on says for whom."""
    if any(header in request.META for header in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _may_administer(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    actor = actor_of_token(token.strip()) if scheme.lower() == "bearer" else None
    return actor is not None and actor.may(Verb.ADMINISTER)
