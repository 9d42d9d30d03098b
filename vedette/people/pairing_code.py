"""The code by which a phone is paired: eight characters to read aloud and type, too many to guess. Pure."""

from __future__ import annotations

import secrets

#: Crockford's base 32: no letter that looks like a digit or another letter. Eight of them are 40 bits.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 8
_TAKEN_FOR = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code() -> str:
    """A code as it is shown: ABCD-EFGH."""
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return f"{drawn[:4]}-{drawn[4:]}"


def plain(text: str) -> str:
    """A code as it is compared, however it was typed; what cannot be one is "", which is no code."""
    letters = "".join(text.upper().translate(_TAKEN_FOR).split()).replace("-", "")
    fits = len(letters) == _LENGTH and all(letter in _LETTERS for letter in letters)
    return letters if fits else ""
