"""What happened or may happen, by whom and to whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from vedette.reading import Reading

ReadingOf = Callable[[str], Reading]


@pytest.mark.parametrize(
    ("sentence", "kind", "actor", "target"),
    [
        ("Gunmen shot at agents.", "shooting", "Gunmen", "agents"),
        ("A man was shot on Monday.", "shooting", None, "A man"),
        ("Leaders told members to shoot at agents.", "shooting", "members", "agents"),
        ("Armed men plan to ambush convoys.", "ambush", "Armed men", "convoys"),
        ("An agent's truck struck the man.", "vehicle_collision", "An agent's truck", "the man"),
        ("Two aid workers were abducted by soldiers.", "kidnapping", "soldiers", "Two aid workers"),
        ("The office warned of attacks on convoys.", "attack", None, "convoys"),
        (
            "The group gave its members permission to fire at agents.",
            "use_of_force_authorised",
            "its members",
            "agents",
        ),
        ("A bomb threat was phoned in.", "bomb_threat", None, None),
        ("The office is investigating the collision.", "investigation", "The office", "the collision"),
        ("A man threatened to stab a guard.", "stabbing", "A man", "a guard"),
        ("Militias killed 30 civilians.", "killing", "Militias", "30 civilians"),
        ("Officers arrested three men.", "arrest", "Officers", "three men"),
        ("Dozens crossed the border at night.", "crossing", "Dozens", None),
        ("Phishing emails were sent to staff.", "cyber_attack", None, None),
    ],
)
def test_an_event_has_its_kind_actor_and_target(
    reading_of: ReadingOf, sentence: str, kind: str, actor: str | None, target: str | None
) -> None:
    event = next(event for event in reading_of(sentence).claims[0].events if event.kind == kind)
    assert (
        None if event.actor is None else sentence[event.actor.start : event.actor.end],
        None if event.target is None else sentence[event.target.start : event.target.end],
    ) == (actor, target)


@pytest.mark.parametrize(
    "sentence",
    [
        "They were shooting a film there.",
        "He had a heart attack.",
        "The union struck a deal.",
        "The shooting range is closed.",
        "The threat assessment is late.",
    ],
)
def test_words_that_mean_something_else_are_no_events(reading_of: ReadingOf, sentence: str) -> None:
    assert reading_of(sentence).claims[0].events == ()
