"""Coverage-guided fuzzing of everything that reads CAP from strangers, with atheris.

    pip install atheris
    python -m tests.fuzz.cap [folder of samples] [-max_total_time=600] [further libFuzzer options]

What it looks for: an exception that is not the reader's own, a document that takes long (-timeout), memory that grows
(-rss_limit_mb), and what was accepted once being refused once it is written again. Without a folder it starts from a
message of our own; VEDETTE_CORPUS gives it the real ones.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["vedette.formats"]):
    from vedette.formats.alert_feed import BadFeed, read_feed
    from vedette.formats.cap import PROFILES, BadCap, check_cap, parse_cap, read_cap, write_cap
    from vedette.formats.cap.plain import in_plain_words
    from vedette.formats.cap.schema import ELEMENT_NAMES
    from vedette.formats.edxl import BadEnvelope, unwrap_cap, wrap_cap
    from vedette.formats.foreign_signature import judge_signature

#: A hostile document may be up to 8 MB; a fuzzer learns more from many small ones.
_LARGEST = 64_000


def one_input(data: bytes) -> None:
    """Everything that is done to a document from outside."""
    result = check_cap(data, tuple(PROFILES))
    _feed(data)
    try:
        reading = read_cap(data)
    except BadCap:
        assert not result.valid
        return
    in_plain_words(reading.alert)
    judge_signature(data, (), reading.alert.sent)
    try:
        written = write_cap(reading.alert)
    except ValueError:
        return  # A time before year 1 in its own offset, for one.
    again = read_cap(written)
    assert write_cap(again.alert) == written
    if result.valid and reading.alert.version == "1.2":
        assert parse_cap(data) == reading.alert == again.alert
        assert check_cap(written).valid


def _feed(data: bytes) -> None:
    with contextlib.suppress(BadFeed):
        read_feed(data)
    try:
        envelope, messages = unwrap_cap(data)
    except BadEnvelope:
        return
    try:
        wrapped = wrap_cap(envelope, messages)
    except (BadEnvelope, ValueError):
        return
    assert unwrap_cap(wrapped)[0] == envelope


def main() -> None:
    """Fuzz until told to stop."""
    options = [argument for argument in sys.argv[1:] if argument.startswith("-")]
    folders = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    with tempfile.TemporaryDirectory() as grown:
        words = Path(grown) / "words.dict"
        given = [sys.argv[0], grown, *(folders or _samples(Path(grown))), f"-dict={words}", *options]
        words.write_text("".join(f'"<{name}>"\n"</{name}>"\n' for name in sorted(ELEMENT_NAMES)) + _WORDS)
        if not any(option.startswith("-max_len") for option in options):
            given.append(f"-max_len={_LARGEST}")
        atheris.Setup(given, one_input)
        atheris.Fuzz()


def _samples(grown: Path) -> list[str]:
    corpus = Path(os.environ.get("VEDETTE_CORPUS", "")) / "cap"
    found = [str(corpus / name) for name in ("valid", "invalid", "feeds") if (corpus / name).is_dir()]
    if not found:
        (grown / "plain.xml").write_bytes(_PLAIN)
    return found


#: What the fuzzer may put in besides the names of CAP's elements.
_WORDS = """
" xmlns=\\"urn:oasis:names:tc:emergency:cap:1.1\\""
" xmlns:x=\\"y\\""
"<!DOCTYPE a>"
"<![CDATA["
"&#x85;"
"<ds:Signature xmlns:ds=\\"http://www.w3.org/2000/09/xmldsig#\\">"
"<contentObject>"
"<entry>"
"+14:00"
"-00:00"
"T24:00:00"
"9999-12-31"
"1e400"
"NaN"
"""

_PLAIN = b"""<?xml version="1.0"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>a</identifier><sender>b</sender>
<sent>2025-12-04T08:00:00-08:00</sent><status>Exercise</status><msgType>Alert</msgType><scope>Public</scope>
<note>x</note><info><category>Met</category><event>wind</event><urgency>Expected</urgency><severity>Minor</severity>
<certainty>Likely</certainty><expires>2025-12-04T18:00:00-08:00</expires><area><areaDesc>here</areaDesc>
<polygon>1,1 1,2 2,2 1,1</polygon><circle>1,1 5</circle></area></info></alert>
"""

if __name__ == "__main__":
    main()
