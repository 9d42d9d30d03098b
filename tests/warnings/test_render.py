"""What each channel says: exercise marked everywhere, live nowhere; the order; the change first; CAP without loss."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from tests.warnings.good import EXPIRES, FENCE_LINE, GOOD, SENT
from vedette.access.handling import Realm, Tlp
from vedette.formats.cap import check_cap, parse_cap, polygon_of, write_cap
from vedette.formats.parts import BadInput
from vedette.places.geometry import geojson_of
from vedette.warnings.cap import content_of, is_marked_throughout, message_type_of, polygons_of, realm_of, to_cap
from vedette.warnings.content import (
    Area,
    Category,
    Certainty,
    Content,
    MessageType,
    ResponseType,
    Severity,
    Urgency,
)
from vedette.warnings.marking import marked, unmarked
from vedette.warnings.mesh import render_mesh
from vedette.warnings.render import (
    MessageView,
    local_time,
    render_email,
    render_escalation,
    render_escalation_short,
    render_escalation_webhook,
    render_short,
    render_sms,
    render_webhook,
)
from vedette.warnings.words import words_for

LINK = "https://vedette.example/a/AbCdEfGh12"
VIEW = MessageView(
    content=GOOD,
    msg_type=MessageType.ALERT,
    realm=Realm.EXERCISE,
    identifier="w-1",
    sent=SENT,
    link=LINK,
    person_name="Rider Seven",
    zone="America/Los_Angeles",
)
SILENT = ["Rider Seven (Otay Mesa)", "Rider Eight (Chula Vista)"]
EARLIER = [("duty@example.org", "w-0", SENT - timedelta(hours=1))]

line = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=60).filter(
    str.strip
)
prose = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn"), include_characters="\n"),
    min_size=1,
    max_size=300,
).filter(str.strip)
maybe = st.just("") | line
contents = st.builds(
    Content,
    category=st.lists(st.sampled_from(Category), min_size=1, max_size=2, unique=True).map(tuple),
    event=line,
    headline=line,
    source=line,
    urgency=st.sampled_from(Urgency),
    severity=st.sampled_from(Severity),
    certainty=st.sampled_from(Certainty),
    response_types=st.lists(
        st.sampled_from([one for one in ResponseType if one != "AllClear"]), max_size=2, unique=True
    ).map(tuple),
    onset=st.none() | st.just(SENT),
    expires=st.just(EXPIRES),
    area=st.builds(Area, description=line, geometry=st.just(FENCE_LINE)),
    audience_note=maybe,
    description=prose,
    impact=maybe,
    instruction=prose,
    next_update=maybe,
    contact=maybe,
    change=maybe,
    handling=st.sampled_from(Tlp),
)  # fmt: skip
views = st.builds(
    MessageView,
    content=contents,
    msg_type=st.sampled_from(MessageType),
    realm=st.sampled_from(Realm),
    identifier=st.just("w-1"),
    sent=st.just(SENT),
    link=st.just(LINK),
    person_name=maybe,
    language=st.sampled_from(["en", "es-MX", "fr"]),
    zone=st.sampled_from(["UTC", "America/Los_Angeles", "Asia/Kathmandu"]),
)


def every_text(view: MessageView) -> list[str]:
    mail, plea = render_email(view), render_escalation(view, SILENT)
    hook, plea_hook = render_webhook(view), render_escalation_webhook(view, SILENT)
    return [
        *(mail.subject, mail.text, plea.subject, plea.text, render_short(view), render_sms(view)),
        render_escalation_short(view, SILENT),
        *(hook[key] for key in ("subject", "text", "short")),
        *(plea_hook[key] for key in ("subject", "text", "short")),
    ]


@given(views)
def test_whatever_is_said_an_exercise_begins_and_ends_with_exercise_on_every_channel(view):
    for text in every_text(replace(view, realm=Realm.EXERCISE)):
        assert text.split()[0] == text.split()[-1] == "EXERCISE"


@given(views)
def test_live_never_says_exercise_unless_the_author_does(view):
    view = replace(view, realm=Realm.LIVE)
    said = json.dumps([view.content.model_dump(mode="json"), view.person_name], ensure_ascii=False)
    if "EXERCISE" not in said:
        assert not any("EXERCISE" in text for text in every_text(view))


@given(views)
def test_every_channel_says_handling_hazard_place_end_and_link(view):
    content = view.content
    for text in (render_email(view).text, render_short(view)):
        folded = " ".join(text.split())
        assert (
            unmarked(folded).startswith(content.handling.value)
            if view.realm is Realm.EXERCISE
            else folded.startswith(content.handling.value)
        )
        for part in (content.event, content.area.description, LINK):
            assert " ".join(part.split()).rstrip(".!? ") in folded


def test_times_are_local_absolute_and_dated():
    assert local_time(EXPIRES, "America/Los_Angeles") == "Sunday 7 December 2025, 06:00 PST"
    assert local_time(EXPIRES, "Asia/Kathmandu") == "Sunday 7 December 2025, 19:45 UTC+05:45"
    mail = render_email(VIEW).text
    assert "from Thursday 4 December 2025, 08:00 PST until Sunday 7 December 2025, 06:00 PST" in mail
    assert "Until Sun 7 Dec 06:00 PST" in render_sms(VIEW)


def test_the_short_form_says_source_hazard_place_guidance_time_link_in_that_order_within_its_length():
    short = render_short(VIEW)
    parts = ("Example Border Service", GOOD.event, "Chula Vista to Otay Mesa", "Wear body armour", "Until Sun", LINK)
    places = [short.index(part) for part in parts]
    assert places == sorted(places)
    assert len(short) <= 360


def test_a_warning_sent_ahead_says_from_when_in_the_mail_and_in_the_short_form_and_one_that_holds_does_not():
    ahead = replace(VIEW, content=VIEW.content.model_copy(update={"onset": SENT + timedelta(hours=6)}), zone="UTC")
    told = local_time(ahead.content.onset, "UTC", short=True)
    until = local_time(EXPIRES, "UTC", short=True)
    assert f"From {told} until {until}." in render_short(ahead)
    assert f"from {local_time(ahead.content.onset, 'UTC')} until" in render_email(ahead).text
    holds = replace(ahead, content=VIEW.content.model_copy(update={"onset": SENT}))
    assert f"Until {until}." in render_short(holds)
    alert = to_cap(
        ahead.content,
        identifier="vedette-x-1",
        sender="warn@vedette.example",
        sent=SENT,
        msg_type=MessageType.ALERT,
        realm=ahead.realm,
    )
    assert {info.onset for info in alert.infos} == {ahead.content.onset}
    assert {info.effective for info in alert.infos} == {None}, "as CAP has it: in effect from when it was sent"


def test_a_long_instruction_is_cut_between_sentences_and_never_before_the_first():
    content = GOOD.model_copy(
        update={"instruction": "Lie down behind cover. " + "Then wait there for the next word. " * 30}
    )
    short = render_short(replace(VIEW, content=content))
    assert "Lie down behind cover." in short and LINK in short and "Until" in short
    assert len(short) <= 360


@pytest.mark.parametrize(
    ("kind", "label"),
    [(MessageType.UPDATE, "UPDATE"), (MessageType.CANCEL, "CANCELLED"), (MessageType.ALL_CLEAR, "ALL CLEAR")],
)
def test_what_changed_is_said_first(kind, label):
    view = replace(VIEW, msg_type=kind, content=GOOD.model_copy(update={"change": "The area is smaller."}))
    mail, short = render_email(view), render_short(view)
    assert label in mail.subject and label in short
    assert mail.text.index("The area is smaller.") < mail.text.index(GOOD.headline)
    assert short.index("The area is smaller.") < short.index(GOOD.event)


@pytest.mark.parametrize("kind", [MessageType.CANCEL, MessageType.ALL_CLEAR])
@pytest.mark.parametrize("language", ["en", "es-MX", "fr", "uk", "ar"])
def test_what_ends_a_warning_never_says_until_when(kind, language):
    content = GOOD.model_copy(update={"description": "The shooting is over.", "change": "The area was searched."})
    view = replace(VIEW, content=content, msg_type=kind, language=language)
    short, words = render_short(view), words_for(language)
    told = [render_email(view).text, short, render_mesh(view)]
    assert not [text for text in told if local_time(EXPIRES, view.zone, words) in text]
    assert not [text for text in told if local_time(EXPIRES, view.zone, words, short=True) in text]
    assert f"{words.when}:" not in told[0]
    assert f". {LINK}" in short
    assert render_webhook(view)["expires"] == "2025-12-07T14:00:00+00:00", "machines are told how long it is kept"


def test_an_ending_without_a_reason_still_says_that_it_ends():
    assert "The danger is over." in render_email(replace(VIEW, msg_type=MessageType.ALL_CLEAR)).text


def test_the_fixed_words_come_in_the_readers_language():
    mail = render_email(replace(VIEW, language="es-MX"))
    assert "AVISO" in mail.subject and "domingo 7 diciembre 2025" in mail.text


def test_an_sms_does_not_pay_for_typography():
    content = GOOD.model_copy(update={"instruction": "Don’t stop – drive on."})
    assert "Don't stop - drive on." in render_sms(replace(VIEW, content=content))


def test_a_supervisor_is_told_who_is_silent_and_where_to_attest():
    mail = render_escalation(VIEW, SILENT)
    assert "NO ANSWER from 2" in mail.subject
    assert all(name in mail.text for name in SILENT) and LINK in mail.text
    assert render_escalation_webhook(VIEW, SILENT)["silent"] == SILENT
    assert LINK in render_escalation_short(VIEW, SILENT)


@given(views)
def test_what_a_machine_is_told_is_json(view):
    hook = json.loads(json.dumps(render_webhook(view)))
    assert hook["realm"] == view.realm.value
    assert datetime.fromisoformat(hook["expires"]) == EXPIRES


def test_words_that_only_begin_like_the_mark_are_left_alone():
    assert marked("EXERCISES are held", Realm.EXERCISE) == "EXERCISE EXERCISES are held EXERCISE"
    assert marked("EXERCISE stay EXERCISE", Realm.EXERCISE) == "EXERCISE stay EXERCISE"
    assert unmarked("EXERCISE\nstay\nEXERCISE") == "stay"


# CAP ----------------------------------------------------------------------------------------------------------------


def cap(content: Content = GOOD, **changes: Any):
    told = {
        "identifier": "w-1",
        "sender": "duty@example.org",
        "sent": SENT,
        "msg_type": MessageType.ALERT,
        "realm": Realm.EXERCISE,
        **changes,
    }
    return to_cap(content, **told)


@given(contents, st.sampled_from(Realm), st.sampled_from([MessageType.ALERT, MessageType.UPDATE, MessageType.CANCEL]))
def test_content_leaves_as_valid_cap_and_comes_back_without_loss(content, realm, kind):
    data = write_cap(cap(content, realm=realm, msg_type=kind, references=EARLIER))
    assert check_cap(data).errors == ()
    alert = parse_cap(data)
    assert (realm_of(alert), message_type_of(alert)) == (realm, kind)
    again = content_of(alert)
    assert again.model_copy(update={"area": content.area}) == content
    assert again.area.description == content.area.description.strip()
    assert shapely.Polygon(again.area.geometry["coordinates"][0]).equals(Polygon(FENCE_LINE["coordinates"][0]))


def test_an_exercise_is_an_exercise_in_status_note_and_every_text():
    alert = cap()
    assert alert.status == "Exercise" and GOOD.source in (alert.note or "")
    assert is_marked_throughout(alert)
    live = cap(realm=Realm.LIVE)
    assert live.status == "Actual" and b"EXERCISE" not in write_cap(live)


def test_handling_decides_scope_and_travels_as_restriction_and_code():
    alert = cap()
    assert (alert.scope, alert.restriction, alert.codes) == ("Restricted", "TLP:AMBER", ("TLP:AMBER",))
    clear = cap(GOOD.model_copy(update={"handling": Tlp.CLEAR}))
    assert (clear.scope, clear.restriction) == ("Public", None)


def test_an_all_clear_is_an_update_with_all_clear_and_names_what_it_ends():
    alert = cap(msg_type=MessageType.ALL_CLEAR, references=EARLIER)
    assert alert.msg_type == "Update"
    assert alert.infos[0].response_types == ("AllClear",)
    assert "duty@example.org,w-0,2025-12-04T15:00:00-00:00" in (alert.references or "")
    assert message_type_of(alert) is MessageType.ALL_CLEAR
    with pytest.raises(BadInput, match="references"):
        cap(msg_type=MessageType.CANCEL)


boxes = st.builds(lambda x, y, w, h: box(x, y, x + w, y + h), *[st.integers(0, 8)] * 2, *[st.integers(1, 6)] * 2)


@example([box(0, 1, 2, 5), box(1, 0, 2, 1)], [box(0, 3, 2, 5)])
@given(st.lists(boxes, min_size=1, max_size=3), st.lists(boxes, max_size=4))
def test_an_area_with_holes_and_parts_is_cut_into_sound_polygons_covering_the_same(outer, holes):
    area = shapely.union_all(outer).difference(
        shapely.union_all([hole.buffer(-0.4, join_style="mitre") for hole in holes])
    )
    if area.is_empty or not isinstance(area, Polygon | MultiPolygon):
        return
    pieces = [Polygon([(lon, lat) for lat, lon in polygon_of(text)]) for text in polygons_of(area)]
    assert all(piece.is_valid for piece in pieces)
    assert shapely.union_all(pieces).symmetric_difference(area).area < 1e-4
    content = GOOD.model_copy(update={"area": Area(description="x", geometry=geojson_of(area))})
    assert check_cap(write_cap(cap(content))).errors == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"expires": None}, "until when"),
        ({"areas": ()}, "where"),
        ({"instruction": None}, "instruction"),
        ({"urgency": "Soon"}, "urgency"),
    ],
)
def test_a_strangers_message_that_lacks_what_a_warning_needs_is_refused_with_the_field(change, reason):
    alert = cap()
    alert = replace(alert, infos=(replace(alert.infos[0], **change),))
    with pytest.raises(BadInput, match=reason):
        content_of(alert)


def test_a_circle_becomes_an_area_in_true_metres_and_a_code_alone_is_no_area():
    alert = cap()
    area = replace(alert.infos[0].areas[0], polygons=(), circles=("60.17,24.94 10",))
    content = content_of(replace(alert, infos=(replace(alert.infos[0], areas=(area,)),)))
    west, _, east, _ = Polygon(content.area.geometry["coordinates"][0]).bounds
    assert (east - west) / 2 == pytest.approx(10_000 / 111_195 / 0.4974, rel=0.01)
    none = replace(area, circles=())
    with pytest.raises(BadInput, match="polygon or circle"):
        content_of(replace(alert, infos=(replace(alert.infos[0], areas=(none,)),)))


def test_an_unlabelled_restricted_message_is_handled_strictly():
    alert = replace(cap(), codes=(), restriction="for partners", sent=datetime(2025, 12, 4, 16, tzinfo=UTC))
    assert content_of(alert).handling is Tlp.AMBER_STRICT
    assert content_of(replace(alert, scope="Public", restriction=None)).handling is Tlp.CLEAR


def test_marks_come_off_without_a_word_or_stop_of_the_text():
    for text in (".", "- stay", ": go", "EXERCISES", "no EXERCISE here", "x\nEXERCISEX"):
        assert unmarked(marked(text, Realm.EXERCISE, "\n")) == text
