"""What an installation runs with, where the tests' own settings are cheaper."""

from __future__ import annotations

from django.conf import global_settings
from django.contrib.auth.hashers import check_password, make_password
from django.test import override_settings

from tests import settings as cheaper
from vedette.conf import settings as real


def test_passwords_are_kept_as_django_keeps_them_unless_told_otherwise() -> None:
    assert not hasattr(real, "PASSWORD_HASHERS")
    with override_settings(PASSWORD_HASHERS=global_settings.PASSWORD_HASHERS):
        kept = make_password("four quiet unrelated words")
        assert kept.startswith("pbkdf2_sha256$") and check_password("four quiet unrelated words", kept)


def test_the_tests_settings_differ_in_nothing_else() -> None:
    names = {name for name in dir(real) if name.isupper()}
    assert {name for name in dir(cheaper) if name.isupper()} == names | {"PASSWORD_HASHERS"}
    assert all(getattr(cheaper, name) is getattr(real, name) for name in names)
