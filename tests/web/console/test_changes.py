"""What changes is told word by word, in bounded time."""

from __future__ import annotations

from vedette.web.console.approval import MOST_WORDS, runs


def test_long_texts_are_shown_one_after_the_other() -> None:
    old, new = "a b " * MOST_WORDS, "b a " * MOST_WORDS
    assert runs(old, new) == [("gone", old), ("new", new)]
    assert runs(old, old) == [("same", old)]
    assert runs("", new) == [("new", new)]


def test_runs_give_both_texts_back() -> None:
    old, new = "  Stay away\nfrom the wall until dawn", "  Stay well away from the wall until noon  today"
    found = runs(old, new)
    assert "".join(text for kind, text in found if kind != "new") == old
    assert "".join(text for kind, text in found if kind != "gone") == new


def test_the_space_after_a_changed_word_stays() -> None:
    assert runs("a possible attack", "a likely attack") == [
        ("same", "a "),
        ("gone", "possible"),
        ("new", "likely"),
        ("same", " attack"),
    ]
