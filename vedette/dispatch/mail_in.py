"""One incoming mail into what it says of our deliveries: a bounce, a reply, or nothing. Pure.

Of a reply only what its writer wrote is read: our own warning, quoted below it, holds the words "need help".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.utils import getaddresses
from html.parser import HTMLParser

from vedette.dispatch.bounces import receipts_in
from vedette.dispatch.channels.heard import Heard, Reply
from vedette.dispatch.mail_parts import Part, keys_in, one_line, parts_of, take_apart
from vedette.dispatch.replies import calls_for_help

#: Lines of a reply that are its writer's own, at most.
_LINES = 5
#: What stands between a reply and the mail that it answers, in the languages that we know the words of.
_ATTRIBUTION = re.compile(
    r"^(>|-{3,}|_{5,}|--\s*$|<?(from|de|von|da|من)\s*:|on\b.*\bwrote:|.*\b(escribió|a écrit|schrieb|escreveu)\b.*:\s*$"
    r"|.*كتب.*:\s*$)",
    re.IGNORECASE,
)
_ANSWERED = re.compile(r"^\s*(re|aw|rv|sv|tr|fw|fwd|wg|enc|رد)\s*:", re.IGNORECASE)


def heard_in(raw: bytes) -> list[Heard]:
    """What a mail says; empty when it says nothing that could be about one of our deliveries."""
    mail = take_apart(raw)
    receipts = receipts_in(mail)
    if receipts is not None:
        return list(receipts)
    sender = _sender(mail)
    return [_reply(mail, sender)] if sender else []


def _reply(mail: Part, sender: str) -> Reply:
    answered, earlier = keys_in(mail.header("in-reply-to")), keys_in(mail.header("references"))
    return Reply(
        address=sender,
        text=_answer(mail),
        reference=one_line(mail.header("message-id"), 200),
        key=next(iter(answered), ""),
        thread=tuple(reversed(earlier))[:8],
        automatic=_is_automatic(mail),
    )


def _answer(mail: Part) -> str:
    """The line that answers: the first, or one further down that calls for help; the subject where nothing is written.

    The subject of an answer is ours, so it counts only when it is not.
    """
    own = _own_lines(_text(mail))
    call = next((line for line in own if calls_for_help(line)), None)
    if call is not None:
        return call
    subject = mail.header("subject")
    if own or _ANSWERED.match(subject):
        return next(iter(own), "")
    return one_line(subject)


def _own_lines(text: str) -> list[str]:
    """The first lines that are the writer's, above what they answer or, where they wrote below it, under it."""
    lines = [line.strip() for line in text[:20_000].splitlines()]
    above = _until_quoted(lines)
    if not above and any(line.startswith(">") for line in lines):
        last = max(at for at, line in enumerate(lines) if line.startswith(">"))
        return _until_quoted(lines[last + 1 :])
    return above


def _until_quoted(lines: Sequence[str]) -> list[str]:
    own: list[str] = []
    for line in lines:
        if _ATTRIBUTION.match(line[:400]) or len(own) == _LINES:
            break
        if line:
            own.append(one_line(line, 500))
    return own


def _text(mail: Part) -> str:
    """What is written in it: its plain text, else its HTML without the marks."""
    parts = list(parts_of(mail))
    plain = next((part.text for part in parts if part.kind == "text/plain"), "")
    if plain.strip():
        return plain
    html = next((part.text for part in parts if part.kind == "text/html"), "")
    return _without_marks(html) if html else plain


def _sender(mail: Part) -> str:
    """The one address in From; empty when there is none, or more than one."""
    senders = [address for _, address in getaddresses([mail.header("from")]) if "@" in address]
    return senders[0].strip()[:320] if len(senders) == 1 else ""


def _is_automatic(mail: Part) -> bool:
    """Whether a machine wrote it (RFC 3834, and what is used beside it): an absence note, a list's mail."""
    submitted = mail.header("auto-submitted").strip().lower()
    return (
        (submitted != "" and not submitted.startswith("no"))
        or mail.header("precedence").strip().lower() in ("auto_reply", "bulk", "list", "junk")
        or any(name in mail.headers for name in ("x-autoreply", "x-autorespond", "list-id"))
        or mail.header("return-path").strip() == "<>"
    )


class _Text(HTMLParser):
    """Text out of HTML: blocks end lines, a quotation begins one with >."""

    _BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "hr", "table"})
    _UNSEEN = frozenset({"style", "script", "head", "title"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "blockquote" or ("class", "gmail_quote") in attrs or ("id", "divRplyFwdMsg") in attrs:
            self.found.append("\n>\n")
        elif tag in self._BLOCKS:
            self.found.append("\n")
        self._unseen += tag in self._UNSEEN

    def handle_endtag(self, tag: str) -> None:
        if tag in self._BLOCKS:
            self.found.append("\n")
        self._unseen -= tag in self._UNSEEN and self._unseen > 0

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.found.append(data.replace("\r", "").replace("\n", " "))


def _without_marks(html: str) -> str:
    reader = _Text()
    # The parser refuses a declaration that is none; nothing of one is shown.
    reader.feed(re.sub(r"<!(?!--)[^>]*>?", "", html[:100_000]))
    return "".join(reader.found)
