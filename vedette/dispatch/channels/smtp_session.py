"""A conversation with a mail server (RFC 5321): from the greeting, through TLS and login, to one mail after another.

Where the server allows it, what stands before a mail goes in one piece. The next mail's could go with the end of this
one, too (RFC 2920, 3.1); but hardly any client does that, and it looks like smuggling to servers that watch for it.
"""

from __future__ import annotations

import base64
import contextlib
import re
import ssl

from vedette.dispatch.channels.smtp_mail import as_data
from vedette.dispatch.channels.smtp_replies import Offers, Reply
from vedette.dispatch.channels.smtp_settings import Notify, SmtpSettings
from vedette.dispatch.channels.smtp_wire import End, Ended, Wire, connect

_NOTIFY = {Notify.FAILURE: "FAILURE", Notify.ALL: "SUCCESS,FAILURE,DELAY"}
#: Refused mails in a row after which another connection is better: servers slow down or hang up on who errs often.
#: Postfix does after 10 errors, and a refused recipient with the DATA behind it makes two.
_REFUSALS = 4
#: What xtext writes in hexadecimal (RFC 3461, 4).
_NOT_XTEXT = re.compile(r"[^!-*,-<>-~]")


class Unopened(Ended):
    """There is no conversation: the server was not reached, or does not want one with us as we are."""


class Unclear(Ended):
    """The connection ended after the mail was given over and before the server said whether it took it."""


class TooLong(Exception):
    """The server said beforehand that it takes no mail of this length."""


class Session:
    """A connection on which mail can be sent."""

    def __init__(self, wire: Wire, offers: Offers, settings: SmtpSettings) -> None:
        self.wire = wire
        #: A mail was sent over it before, or was to be.
        self.used = False
        self._offers = offers
        self._settings = settings
        self._taken = self._refused = 0
        self._in_transaction = False

    @property
    def spent(self) -> bool:
        """It has carried what one connection should."""
        return self._taken >= self._settings.messages_per_connection or self._refused >= _REFUSALS

    async def deliver(self, sender: str, recipient: str, key: str, mail: bytes) -> Reply:
        """The reply that settles it: taken if it is positive, else refused. Raises TooLong, Ended, Unclear."""
        self.used = True
        if self._offers.longest and len(mail) > self._offers.longest:
            raise TooLong(f"the mail has {len(mail)} octets, and the server takes {self._offers.longest}")
        refusal = await self._announce(self._envelope(sender, recipient, key, len(mail)))
        if refusal is not None:
            self._refused += 1
            return refusal
        verdict = await self._hand_over(as_data(mail))
        if verdict.positive:
            self._taken += 1
            self._refused = 0
        else:
            self._refused += 1
        return verdict

    def _envelope(self, sender: str, recipient: str, key: str, size: int) -> list[str]:
        """The commands before the mail, the last of them DATA."""
        mail = f"MAIL FROM:<{sender}>"
        to = f"RCPT TO:<{recipient}>"
        if self._offers.size:
            mail = f"{mail} SIZE={size}"
        if self._offers.dsn and self._settings.dsn is not Notify.NONE:
            mail = f"{mail} RET=HDRS ENVID={_xtext(key)}"
            to = f"{to} NOTIFY={_NOTIFY[self._settings.dsn]} ORCPT=rfc822;{_xtext(recipient)}"
        return ["RSET", mail, to, "DATA"] if self._in_transaction else [mail, to, "DATA"]

    async def _announce(self, commands: list[str]) -> Reply | None:
        """The first refusal; None when the server waits for the mail. Raises Ended."""
        if self._offers.pipelining:
            try:
                replies = await self.wire.ask(("\r\n".join(commands) + "\r\n").encode("ascii"), len(commands))
            except Ended as end:
                # Some refuse and hang up at once, without an answer to what followed.
                refusal = _refusal(list(end.replies)) if end.why is End.HUNG_UP else None
                if refusal is None or commands[0] == "RSET":
                    raise
                return refusal
        else:
            replies = []
            for command in commands:
                replies += await self.wire.ask(f"{command}\r\n".encode("ascii"))
                if replies[-1].code >= 400:
                    break
        if commands[0] == "RSET" and not replies.pop(0).positive:
            raise self._out_of_step("it does not begin anew")
        self._in_transaction = True
        refusal, last = _refusal(replies), replies[-1]
        if not all(reply.positive or reply.code >= 400 for reply in replies[:2]) or last.code < 300:
            raise self._out_of_step(f"it answered {', '.join(str(reply.code) for reply in replies)}")
        if refusal is not None and last.code < 400:
            # It waits for a mail to nobody, and is given an empty one (RFC 2920, 3.1).
            with contextlib.suppress(Unclear):
                await self._hand_over(b".\r\n")
        return refusal

    async def _hand_over(self, data: bytes) -> Reply:
        """Give the mail over, and hear whether it was taken. Raises Unclear."""
        try:
            (verdict,) = await self.wire.ask(data)
            if 300 <= verdict.code < 400:
                raise self._out_of_step(f"it answered {verdict} to a whole mail")
        except Ended as end:
            # One that takes a mail and hangs up in the same breath has taken it.
            if end.why is not End.HUNG_UP or not end.replies:
                raise Unclear(end.why, end.detail) from end
            verdict = end.replies[0]
        self._in_transaction = False
        return verdict

    def _out_of_step(self, detail: str) -> Ended:
        self.wire.abort()
        return Ended(End.OUT_OF_STEP, detail)


async def open_session(settings: SmtpSettings, context: ssl.SSLContext | None) -> Session:
    """Connect, secure, log in. `context` is for TLS, where it is set. Raises Unopened."""
    try:
        at_once = context if settings.tls == "tls" else None
        wire, greeting = await connect(settings.host, settings.port, at_once, settings.timeout_s)
        try:
            return Session(wire, await _introduce(wire, greeting, settings, context), settings)
        except BaseException:
            wire.abort()
            raise
    except Ended as end:
        raise Unopened(end.why, end.detail) from end


async def _introduce(wire: Wire, greeting: Reply, settings: SmtpSettings, context: ssl.SSLContext | None) -> Offers:
    """What comes before the first mail; what the server offers then. Raises Ended."""
    _must("greeting", greeting)
    offers = await _hello(wire, settings)
    if settings.tls == "starttls":
        assert context is not None
        if not offers.starttls:
            raise Ended(End.INSECURE, "the server does not offer STARTTLS")
        (ready,) = await wire.ask(b"STARTTLS\r\n")
        if not ready.positive:
            raise Ended(End.INSECURE, str(ready))
        await wire.secure(context, settings.host)
        offers = await _hello(wire, settings)
    if settings.username:
        await _log_in(wire, offers, settings)
    return offers


async def _hello(wire: Wire, settings: SmtpSettings) -> Offers:
    name = settings.hello or wire.own_address
    (reply,) = await wire.ask(f"EHLO {name}\r\n".encode("ascii"))
    if reply.code in (500, 502, 504):  # it knows only HELO (RFC 5321, 3.2), and offers nothing
        (reply,) = await wire.ask(f"HELO {name}\r\n".encode("ascii"))
        _must("HELO", reply)
        return Offers()
    _must("EHLO", reply)
    return Offers.of(reply)


async def _log_in(wire: Wire, offers: Offers, settings: SmtpSettings) -> None:
    """RFC 4954: PLAIN, else LOGIN, which is older."""
    if "PLAIN" in offers.auth:
        (reply,) = await wire.ask(b"AUTH PLAIN " + _base64(f"\0{settings.username}\0{settings.password}"))
    elif "LOGIN" in offers.auth:
        (reply,) = await wire.ask(b"AUTH LOGIN\r\n")
        for answer in (settings.username, settings.password):
            if reply.code == 334:
                (reply,) = await wire.ask(_base64(answer))
    else:
        raise Ended(End.REFUSED, "the server offers neither AUTH PLAIN nor AUTH LOGIN")
    _must("login", reply)


def _must(step: str, reply: Reply) -> None:
    if not reply.positive:
        raise Ended(End.REFUSED, f"{step}: {reply}")


def _refusal(replies: list[Reply]) -> Reply | None:
    return next((reply for reply in replies if reply.code >= 400), None)


def _base64(text: str) -> bytes:
    return base64.b64encode(text.encode()) + b"\r\n"


def _xtext(text: str) -> str:
    return _NOT_XTEXT.sub(lambda found: f"+{ord(found[0]):02X}", text)
