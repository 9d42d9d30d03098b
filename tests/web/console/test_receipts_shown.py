"""What was heard of a person's deliveries, on their page."""

from __future__ import annotations

import pytest

from tests.web.console.house import House, sent, text_of
from vedette.access.handling import Realm
from vedette.dispatch.channels.heard import Receipt, Reply
from vedette.dispatch.levels import Level
from vedette.dispatch.models import Recipient
from vedette.dispatch.receipts import record

pytestmark = pytest.mark.django_db


def test_a_persons_page_tells_what_was_sent_what_gateways_said_and_what_they_wrote(house: House) -> None:
    warning = house.issued()
    recipient = Recipient.objects.filter(warning=warning).select_related("person").earliest("pk")
    delivery = sent(recipient)
    heard = [
        Receipt(level=Level.DELIVERED, key=delivery.idempotency_key, detail="2.0.0 kept <there>"),
        Reply(address="x@people.example", text="who is this?", key=delivery.idempotency_key),
    ]
    record(Realm.EXERCISE, "smtp", heard)
    page = text_of(house.browser("officer").get(f"/people/{recipient.person_id}/"))
    assert "accepted by gateway</span> message 1 by smtp, step 1" in page
    assert "delivered</span> message 1 by smtp, heard later" in page
    assert "2.0.0 kept &lt;there&gt;" in page
    assert "wrote back</span> message 1 by smtp, heard later" in page
    assert "reply by smtp, no answer: who is this?" in page
