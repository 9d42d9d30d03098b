"""The life of a warning: two people, one exact content, and an end."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.access.cast import make_actor
from tests.access.roster import AUDIENCE, make_organisation, make_roster
from tests.reports.texts import MEMO
from tests.warnings.good import EXPIRES, GOOD, SENT
from tests.warnings.translated import SPANISH
from vedette import clock
from vedette.access.handling import Realm, Tlp
from vedette.access.policy import Actor, Refused
from vedette.access.roles import Role
from vedette.clock import Frozen
from vedette.formats.cap import parse_cap
from vedette.formats.parts import BadInput
from vedette.ledger.models import Entry
from vedette.ledger.verify import verify
from vedette.people.models import Organisation, Person
from vedette.reports.actions import receive
from vedette.warnings.actions import (
    Draft,
    NotApproved,
    approve,
    cancel,
    draft_all_clear,
    draft_update,
    draft_warning,
    expire_due,
    issue,
    return_to_author,
    revise,
    submit,
    withdraw,
)
from vedette.warnings.approval import content_hash, hash_of, whole_of
from vedette.warnings.changes import differences
from vedette.warnings.content import MessageType
from vedette.warnings.lifecycle import IllegalMove
from vedette.warnings.models import Approval, Message, Outbox, Warning
from vedette.warnings.queries import break_glass_for, decided_before, in_force, waiting_for_approval, warnings_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_issue(stopped_clock: Frozen) -> Frozen:
    """The clock, stopped when the good warning is written."""
    stopped_clock.advance(seconds=(SENT - clock.now()).total_seconds())
    make_organisation()
    make_roster()
    return stopped_clock


@pytest.fixture
def author() -> Actor:
    return make_actor("author", Role.DUTY_OFFICER)


@pytest.fixture
def second() -> Actor:
    return make_actor("second", Role.DUTY_OFFICER)


def content(**changes: Any) -> dict[str, Any]:
    return {**GOOD.model_dump(mode="json"), **changes}


def drafted(by: Actor, **changes: Any) -> Message:
    return draft_warning(by, Draft.of(content(**changes), AUDIENCE))


def submitted(by: Actor, **changes: Any) -> Message:
    return submit(by, drafted(by, **changes))


def approved(by: Actor, other: Actor, message: Message | None = None) -> Message:
    message = message or submitted(by)
    approve(other, message, content_hash(message))
    message.refresh_from_db()
    return message


def issued(by: Actor, other: Actor, message: Message | None = None) -> Message:
    return issue(other, approved(by, other, message))


def test_two_people_bring_a_warning_out(author: Actor, second: Actor) -> None:
    message = issued(author, second)
    assert (message.state, message.issued_at, message.issued_by_id) == ("issued", SENT, second.user_id)
    assert Outbox.objects.get().message == message
    assert message.warning.expires_at == EXPIRES
    assert list(in_force(Realm.EXERCISE, SENT)) == [message.warning]
    assert not in_force(Realm.LIVE, SENT).exists()
    kinds = list(Entry.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["warning.drafted", "warning.submitted", "warning.approved", "warning.issued"]
    assert verify().verified


def test_a_rule_that_reaches_nobody_is_not_submitted(author: Actor) -> None:
    nobody = draft_warning(author, Draft.of(content(), {"include": ["gone"]}))
    with pytest.raises(BadInput, match="audience"):
        submit(author, nobody)


def test_what_is_issued_is_the_cap_message_that_says_it(author: Actor, second: Actor) -> None:
    message = issued(author, second)
    assert message.cap is not None
    said = parse_cap(bytes(message.cap))
    assert said.identifier == message.identifier
    assert said.status == "Exercise"
    assert said.sent == SENT


def test_whoever_wrote_a_message_may_not_approve_it(author: Actor, second: Actor) -> None:
    message = submitted(author)
    with pytest.raises(NotApproved, match="second person"):
        approve(author, message, content_hash(message))
    assert not Approval.objects.exists()
    assert [one.pk for one in waiting_for_approval(second)] == [message.pk]
    assert not waiting_for_approval(author).exists()


def test_nor_may_anybody_who_changed_a_word_of_it(author: Actor, second: Actor) -> None:
    message = revise(second, drafted(author), content=content(next_update="Saturday 08:00 PST"))
    message = submit(author, message)
    with pytest.raises(NotApproved, match="second person"):
        approve(second, message, content_hash(message))
    third = make_actor("third", Role.DUTY_OFFICER)
    assert approve(third, message, content_hash(message)).approver_id == third.user_id


def test_approval_is_of_what_was_seen_to_the_letter(author: Actor, second: Actor) -> None:
    message = submitted(author)
    seen = content_hash(message)
    submit(author, revise(author, message, content=content(contact="duty room, radio channel 2")))
    with pytest.raises(NotApproved, match="has changed"):
        approve(second, message, seen)


@pytest.mark.parametrize(
    "change",
    [
        {"content": content(contact="duty room, radio channel 2")},
        {"audience": {"terms": [{"link": "unit", "units": ["imperial-valley"]}]}},
        {"plan": {"name": "mail only", "steps": [{"action": "send", "channel": "smtp", "wait_s": 60}]}},
    ],
)
def test_a_change_after_approval_voids_it(author: Actor, second: Actor, change: dict[str, Any]) -> None:
    message = revise(author, approved(author, second), **change)
    assert message.state == Message.State.DRAFT
    with pytest.raises(IllegalMove):
        issue(second, message)
    message = submit(author, message)
    with pytest.raises(IllegalMove):
        issue(second, message)
    assert issued(author, second, message).state == "issued"


@pytest.mark.parametrize("column", ["content", "audience", "plan"])
def test_a_row_changed_behind_the_house_s_back_is_not_issued(author: Actor, second: Actor, column: str) -> None:
    message = approved(author, second)
    changed = json.loads(json.dumps(getattr(message, column)))
    changed["contact" if column == "content" else "name" if column == "plan" else "include"] = (
        ["somebody"] if column == "audience" else "other"
    )
    Message.objects.filter(pk=message.pk).update(**{column: changed})
    with pytest.raises(NotApproved, match="differs"):
        issue(second, message)
    assert not Outbox.objects.exists()


def test_one_character_of_a_translation_changed_after_approval_is_not_issued(author: Actor, second: Actor) -> None:
    message = approved(author, second, submitted(author, translations=[SPANISH.model_dump(mode="json")]))
    other = SPANISH.model_copy(update={"instruction": SPANISH.instruction.replace("Lleve", "Lieve")})
    changed = {**message.content, "translations": [other.model_dump(mode="json")]}
    Message.objects.filter(pk=message.pk).update(content=changed)
    with pytest.raises(NotApproved, match="differs from what was approved"):
        issue(second, message)
    assert not Outbox.objects.exists()


def test_what_changes_hands_in_a_translation_is_told_under_its_language(author: Actor, second: Actor) -> None:
    first = issued(author, second, submitted(author, translations=[SPANISH.model_dump()]))
    other = SPANISH.model_copy(update={"headline": "Disparos cerca de Otay Mesa"})
    now = content(change="New.", translations=[other.model_dump(mode="json")])
    update = draft_update(author, first.warning, Draft.of(now, AUDIENCE))
    told = {one.path: (one.before, one.after) for one in differences(whole_of(first), whole_of(update))}
    assert told["translations", "es", "headline"] == (SPANISH.headline, other.headline)
    assert {path for path in told if path[0] == "translations"} == {("translations", "es", "headline")}


def test_an_approval_by_an_editor_slipped_in_behind_the_house_s_back_counts_for_nothing(author: Actor) -> None:
    message = submitted(author)
    Approval.objects.create(
        message=message,
        content_hash=content_hash(message),
        decision="approve",
        approver_id=author.user_id,
        decided_at=clock.now(),
    )
    Message.objects.filter(pk=message.pk).update(state="approved")
    with pytest.raises(NotApproved, match="second person"):
        issue(author, message)


def test_break_glass_needs_a_reason_is_marked_and_reaches_the_overseers(author: Actor) -> None:
    message = submitted(author)
    with pytest.raises(NotApproved, match="reason"):
        approve(author, message, content_hash(message), break_glass=True)
    approval = approve(author, message, content_hash(message), "Nobody else can be reached.", break_glass=True)
    assert approval.break_glass and issue(author, message).state == "issued"
    overseer = make_actor("overseer", Role.OVERSEER)
    assert [one.pk for one in break_glass_for(overseer)] == [approval.pk]
    assert Entry.objects.filter(kind="warning.break_glass", actor=author.ref).exists()


def test_break_glass_by_a_second_person_is_an_ordinary_approval(author: Actor, second: Actor) -> None:
    message = submitted(author)
    assert not approve(second, message, content_hash(message), break_glass=True).break_glass


def test_what_was_decided_on_is_kept_and_what_changed_since_is_told(author: Actor, second: Actor) -> None:
    message = approved(author, second)
    assert decided_before(message) is None, "it is still what was approved"
    message = submit(author, revise(author, message, content=content(contact="duty room, radio channel 2")))
    decided = decided_before(message)
    assert decided is not None and hash_of(decided.whole) == decided.content_hash
    assert [one.path for one in differences(decided.whole, whole_of(message))] == [("contact",)]


def test_a_returned_message_goes_round_again(author: Actor, second: Actor) -> None:
    message = approved(author, second)
    with pytest.raises(BadInput, match="reason"):
        return_to_author(second, message, " ")
    message = return_to_author(second, message, "Name the road.")
    assert message.state == "draft"
    with pytest.raises(IllegalMove):
        issue(second, message)
    assert issued(author, second, submit(author, message)).state == "issued"


def test_lint_errors_hold_a_message_back_unless_somebody_says_why_they_may_stand(author: Actor) -> None:
    message = drafted(author, instruction="Be aware.")
    with pytest.raises(BadInput, match="to mend"):
        submit(author, message)
    message = submit(author, message, "Agreed with the sector chief.")
    assert (message.state, message.lint_override) == ("submitted", "Agreed with the sector chief.")


def test_an_override_that_was_not_needed_is_not_kept(author: Actor) -> None:
    assert submit(author, drafted(author), "just in case").lint_override == ""


def test_one_person_cancels_an_error_at_once_and_everyone_warned_is_told_why(author: Actor, second: Actor) -> None:
    warning = issued(author, second).warning
    with pytest.raises(BadInput, match="reason"):
        cancel(author, warning, "")
    message = cancel(author, warning, "Wrong sector.")
    warning.refresh_from_db()
    assert (message.msg_type, message.state, message.number) == ("Cancel", "issued", 2)
    assert (warning.ended_by, warning.ended_at) == ("Cancel", SENT)
    assert message.parsed_content().change == "Wrong sector."
    assert message.audience == warning.messages.get(number=1).audience
    assert Outbox.objects.filter(message=message).exists()
    assert not in_force(Realm.EXERCISE, SENT).exists()
    with pytest.raises(IllegalMove, match="ended"):
        cancel(author, warning, "Again.")


def test_an_all_clear_needs_two(author: Actor, second: Actor) -> None:
    warning = issued(author, second).warning
    message = draft_all_clear(author, warning, "The area was searched; nobody was found.")
    with pytest.raises(IllegalMove):
        issue(author, message)
    message = submit(author, message)
    with pytest.raises(NotApproved):
        approve(author, message, content_hash(message))
    message = issued(author, second, message)
    warning.refresh_from_db()
    assert (message.msg_type, warning.ended_by) == (MessageType.ALL_CLEAR, "AllClear")


def test_an_update_replaces_what_is_in_force_and_shows_what_changes_hands(author: Actor, second: Actor) -> None:
    first = issued(author, second)
    later = (EXPIRES + timedelta(hours=12)).isoformat()
    changed = Draft.of(content(expires=later, change="Holds twelve hours longer."), first.audience, first.plan)
    update = draft_update(author, first.warning, changed)
    fields = {one.path for one in differences(whole_of(first), whole_of(update))}
    assert {("expires",), ("change",)} <= fields and ("area", "geometry") not in fields
    update = issued(author, second, submit(author, update))
    warning = Warning.objects.get()
    assert (update.number, update.msg_type) == (2, "Update")
    assert warning.expires_at == EXPIRES + timedelta(hours=12)
    assert update.cap is not None and first.identifier in bytes(update.cap).decode()


def test_an_update_that_another_one_overtook_is_not_issued(author: Actor, second: Actor) -> None:
    first = issued(author, second)
    told = content(change="The telephone number.", contact="duty room, telephone +1 619 555 0111")
    change = Draft.of(told, first.audience, first.plan)
    slow = draft_update(author, first.warning, change)
    sooner = {**told, "next_update": "Saturday 6 December 2025, 08:00 PST"}
    quick = draft_update(author, first.warning, Draft.of(sooner, first.audience, first.plan))
    slow = approved(author, second, submit(author, slow))
    issued(author, second, submit(author, quick))
    with pytest.raises(IllegalMove, match="issued since"):
        issue(second, slow)


def test_nothing_is_updated_before_it_is_out_or_after_it_ended(author: Actor, second: Actor, at_issue: Frozen) -> None:
    unissued = drafted(author)
    change = Draft.of(content(change="The radio channel.", contact="duty room, telephone +1 619 555 0111"), AUDIENCE)
    for early in (
        lambda: draft_update(author, unissued.warning, change),
        lambda: draft_all_clear(author, unissued.warning, "Over."),
        lambda: cancel(author, unissued.warning, "Wrong."),
    ):
        with pytest.raises(IllegalMove, match="not been issued"):
            early()
    warning = issued(author, second).warning
    waiting = approved(author, second, submit(author, draft_update(author, warning, change)))
    cancel(second, warning, "Wrong sector.")
    for late in (lambda: draft_update(author, warning, change), lambda: issue(second, waiting)):
        with pytest.raises(IllegalMove, match="ended"):
            late()


def test_a_message_that_is_out_never_changes(author: Actor, second: Actor) -> None:
    message = issued(author, second)
    for move in (
        lambda: revise(author, message, content=content(contact="nobody")),
        lambda: submit(author, message),
        lambda: approve(second, message, content_hash(message)),
        lambda: issue(second, message),
        lambda: withdraw(author, message),
        lambda: return_to_author(second, message, "Too late."),
    ):
        with pytest.raises(IllegalMove, match="final"):
            move()
    assert Outbox.objects.count() == 1


def test_a_withdrawn_message_is_gone_for_good(author: Actor, second: Actor) -> None:
    message = withdraw(author, submitted(author))
    with pytest.raises(IllegalMove):
        approve(second, message, content_hash(message))


def test_what_was_approved_and_has_expired_since_is_not_issued(author: Actor, second: Actor, at_issue: Frozen) -> None:
    ready = approved(author, second)
    at_issue.advance(seconds=(EXPIRES - SENT).total_seconds())
    with pytest.raises(BadInput, match="expires"):
        issue(second, ready)
    assert not Outbox.objects.exists()


def test_what_has_expired_is_neither_submitted_nor_approved(author: Actor, second: Actor, at_issue: Frozen) -> None:
    draft, waiting = drafted(author), submitted(author)
    at_issue.advance(seconds=(EXPIRES - SENT).total_seconds())
    for late in (lambda: submit(author, draft), lambda: approve(second, waiting, content_hash(waiting))):
        with pytest.raises(BadInput) as refused:
            late()
        assert refused.value.field == "expires"
    assert not Outbox.objects.exists()


def test_a_warning_ends_by_itself_once(author: Actor, second: Actor, at_issue: Frozen) -> None:
    warning = issued(author, second).warning
    assert expire_due(Realm.EXERCISE, EXPIRES - timedelta(seconds=1)) == []
    assert expire_due(Realm.LIVE, EXPIRES) == []
    assert expire_due(Realm.EXERCISE, EXPIRES) == [warning]
    assert expire_due(Realm.EXERCISE, EXPIRES) == []
    assert Entry.objects.filter(kind="warning.expired").count() == 1


def test_the_other_realm_can_do_nothing_to_a_warning(author: Actor, second: Actor) -> None:
    message, ready, out = submitted(author), approved(author, second), issued(author, second)
    live = make_actor("live", Role.DUTY_OFFICER, realm=Realm.LIVE)
    for attempt in (
        lambda: revise(live, message, content=content()),
        lambda: approve(live, message, content_hash(message)),
        lambda: issue(live, ready),
        lambda: cancel(live, out.warning, "Wrong realm."),
        lambda: withdraw(live, message),
    ):
        with pytest.raises(Refused):
            attempt()
    assert not warnings_for(live).exists()


def test_each_verb_is_for_those_whose_duty_it_is(author: Actor, second: Actor) -> None:
    analyst, overseer = make_actor("analyst", Role.ANALYST), make_actor("overseer", Role.OVERSEER)
    message = submitted(analyst)
    ready, out = approved(author, second), issued(author, second)
    for attempt in (
        lambda: drafted(overseer),
        lambda: approve(analyst, message, content_hash(message)),
        lambda: approve(overseer, message, content_hash(message)),
        lambda: issue(analyst, ready),
        lambda: issue(overseer, ready),
        lambda: cancel(analyst, out.warning, "No."),
    ):
        with pytest.raises(Refused):
            attempt()


def test_a_warning_is_handled_at_least_as_what_it_rests_on(author: Actor) -> None:
    report = receive(author, original=MEMO, media_type="text/plain", source="unit", handling=Tlp.RED)
    with pytest.raises(BadInput) as refused:
        draft_warning(author, Draft.of(content(), AUDIENCE), report=report)
    assert refused.value.field == "handling"
    message = draft_warning(author, Draft.of(content(handling="TLP:RED"), AUDIENCE), report=report)
    with pytest.raises(BadInput, match="lower"):
        revise(author, message, content=content(handling="TLP:AMBER"))
    low = make_actor("low", Role.DUTY_OFFICER, clearance=Tlp.AMBER_STRICT)
    with pytest.raises(Refused):
        draft_warning(low, Draft.of(content(), AUDIENCE), report=report)


def test_an_update_does_not_lower_the_warning_s_handling(author: Actor, second: Actor) -> None:
    warning = issued(author, second).warning
    with pytest.raises(BadInput, match="lower"):
        draft_update(author, warning, Draft.of(content(handling="TLP:GREEN"), AUDIENCE))


@pytest.mark.parametrize(
    ("what", "field"),
    [
        ({"content": content(expires=None)}, "expires"),
        ({"content": content(expires=SENT.isoformat())}, "content"),
        ({"content": content(area={"description": "x", "geometry": {"type": "Polygon", "coordinates": []}})}, "area"),
        ({"content": {key: value for key, value in content().items() if key != "area"}}, "area"),
        ({"content": content(handling="TLP:PINK")}, "handling"),
        ({"content": content(extra="x")}, "extra"),
        ({"audience": {}}, "audience"),
        ({"audience": {"terms": [{"link": "unit"}]}}, "audience.terms.0"),
        ({"audience": None}, "audience"),
        ({"plan": {"name": "x", "steps": []}}, "plan.steps"),
        ({"plan": {"name": "x", "steps": [{"action": "escalate", "channel": "smtp", "wait_s": 1}]}}, "plan"),
    ],
)
def test_a_draft_that_cannot_stand_is_refused_at_its_field(what: dict[str, Any], field: str) -> None:
    parts = {"content": content(), "audience": AUDIENCE, "plan": None, **what}
    with pytest.raises(BadInput) as refused:
        Draft.of(parts["content"], parts["audience"], parts["plan"])
    assert refused.value.field.startswith(field)
    assert not Message.objects.exists()


def test_nothing_is_issued_before_the_organisation_has_a_name(author: Actor, second: Actor) -> None:
    ready = approved(author, second)
    Organisation.objects.all().delete()
    with pytest.raises(BadInput, match="organisation"):
        issue(second, ready)
    ready.refresh_from_db()
    assert ready.state == "approved" and not Outbox.objects.exists()


def test_the_ledger_holds_hashes_of_a_message_and_none_of_its_words(author: Actor, second: Actor) -> None:
    message = issued(author, second)
    entry = Entry.objects.get(kind="warning.issued")
    body = json.loads(entry.opening.body)
    assert body["content_hash"] == content_hash(message)
    assert "shoot" not in entry.opening.body


def test_the_draft_of_an_update_cannot_hide_the_warning_in_force(
    author: Actor, second: Actor, at_issue: Frozen
) -> None:
    out = issue(second, approved(author, second))
    stricter = {**out.content, "handling": Tlp.RED.value}
    with pytest.raises(BadInput, match="handling"):
        draft_update(author, out.warning, Draft.of(stricter, out.audience, out.plan))
    out.warning.refresh_from_db()
    assert out.warning.handling == out.content["handling"]


def test_nobody_drafts_what_they_could_not_see(at_issue: Frozen) -> None:
    cleared = make_actor("cleared", Role.DUTY_OFFICER, clearance=Tlp.AMBER)
    with pytest.raises(Refused):
        drafted(cleared, handling=Tlp.RED.value)
    assert not Warning.objects.exists()


def test_a_claim_that_is_not_there_cannot_be_cited(author: Actor, at_issue: Frozen) -> None:
    with pytest.raises(BadInput, match="citations"):
        draft_warning(author, Draft.of(GOOD.model_dump(mode="json"), AUDIENCE), citations={"event": [987_654]})
    assert not Warning.objects.exists()


def test_an_all_clear_goes_out_though_nobody_would_be_reached_any_more(
    author: Actor, second: Actor, at_issue: Frozen
) -> None:
    out = issue(second, approved(author, second))
    Person.objects.update(active=False)
    clear = submit(author, draft_all_clear(author, out.warning, "The danger is over."), override="all have left")
    approve(second, clear, content_hash(clear))
    assert issue(second, clear).state == Message.State.ISSUED
