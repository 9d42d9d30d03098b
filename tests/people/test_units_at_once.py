"""Two who change units at the same moment."""

from __future__ import annotations

from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Thread

import pytest
from django.db import connection

from tests.people.house import house
from vedette.formats.parts import BadInput
from vedette.people import actions
from vedette.people.models import Unit


@pytest.mark.skipif(connection.vendor == "sqlite", reason="a race that SQLite's one writer cannot have")
@pytest.mark.django_db(transaction=True)
def test_two_who_put_units_below_each_other_at_once_make_no_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    home, both, refused = house(), Barrier(2), []
    real = actions._refuse_loop

    def looked(*given: object) -> None:
        real(*given)  # type: ignore[arg-type]
        with suppress(BrokenBarrierError):
            both.wait(0.5)

    monkeypatch.setattr(actions, "_refuse_loop", looked)

    def put(unit: Unit, parent: Unit) -> None:
        try:
            actions.keep_unit(home.keeper, code=unit.code, name=unit.name, parent=parent)
        except BadInput as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [Thread(target=put, args=pair) for pair in ((home.south, home.north), (home.north, home.south))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
