"""SMS over a provider's HTTP gateway, each of which has a form of its own: what to send is a template, and what came of
it is read where the settings say. Kannel's form is known.

Guarded like the webhook: one host, no redirects, and (unless set) no private addresses.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import quote, urlencode

import orjson
from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from vedette import clock
from vedette.dispatch.channels.face import Channel, Outcome, Parcel, Result, Settings
from vedette.dispatch.channels.http_client import Answer, HttpClient, HttpError, Target, header_lines
from vedette.dispatch.channels.http_outcome import outcome, outcome_of_none
from vedette.dispatch.channels.sms_parcel import Sms, sms_of
from vedette.formats import sms
from vedette.formats.parts import Line

#: What a template may hold, in braces.
PLACES = (
    "to", "digits", "from", "text", "key", "receipt_url", "encoding", "segments", "expires", "seconds_left",
    "minutes_left",
)  # fmt: skip
_PLACE = re.compile(r"\{([a-z_]+)\}")
#: What is sent where no template is set.
_TEMPLATE = {"to": "{to}", "from": "{from}", "text": "{text}", "key": "{key}", "receipt_url": "{receipt_url}"}
#: Every state of a message: delivered, failed, queued, taken by the network, refused by it.
_KANNEL_ALL_STATES = "31"
_REFERENCE_LONGEST = 200


class SmsSettings(Settings):
    """Where the gateway is and how it is spoken to."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    #: A JSON object, form fields, fields in the address (GET), or Kannel's own.
    speaks: Literal["json", "form", "query", "kannel"] = "json"
    url: Annotated[Line, Field(min_length=1)]
    username: Annotated[Line, Field(validate_default=True)] = ""
    password: Annotated[str, Field(validate_default=True)] = ""
    #: Sent as `Authorization: Bearer`.
    token: str = ""
    #: The sender, as {from}.
    sender: Annotated[Line, Field(alias="from", max_length=20)] = ""
    #: What is sent: text with places in braces; a number of which a field consists stays a number.
    template: dict[str, Any] = _TEMPLATE
    headers: dict[str, str] = {}
    #: The statuses of an answer that mean that it was taken; none: every 2xx.
    success: tuple[Annotated[int, Field(ge=200, le=599)], ...] = ()
    #: What must stand in that answer too (a regular expression), for gateways that say 200 to everything.
    success_pattern: str = ""
    #: Where the gateway's name for the message stands in its answer: steps into JSON, as `messages.0.id`.
    reference_at: Line = ""
    #: The same in an answer that is no JSON: a regular expression with one group.
    reference_pattern: str = ""
    #: Where the gateway calls back, with {key} in it; empty: it is not asked to.
    receipt_url: Line = ""
    connections: Annotated[int, Field(ge=1, le=2_000)] = 16
    #: Let the gateway be at a loopback or private address.
    allow_private: bool = False
    #: A file of certificates (PEM) to trust instead of the system's.
    ca_file: Line = ""

    @field_validator("url")
    @classmethod
    def _http(cls, url: str) -> str:
        Target.of(url)
        return url

    @field_validator("success_pattern", "reference_pattern")
    @classmethod
    def _pattern(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"must be a regular expression: {error}") from error
        return pattern

    @field_validator("reference_pattern")
    @classmethod
    def _one_group(cls, pattern: str) -> str:
        if pattern and re.compile(pattern).groups != 1:
            raise ValueError("must have one group, in parentheses")
        return pattern

    @field_validator("headers")
    @classmethod
    def _headers(cls, headers: dict[str, str]) -> dict[str, str]:
        for name in headers:
            if not re.fullmatch(r"[A-Za-z0-9-]+", name):
                raise ValueError(f"{name!r} is no header's name")
        header_lines(headers)
        return headers

    @field_validator("receipt_url")
    @classmethod
    def _carries_the_key(cls, url: str) -> str:
        if url:
            Target.of(url)
            if "{key}" not in url:
                raise ValueError("must have {key} in it: by that a receipt finds its message")
        return url

    @field_validator("template")
    @classmethod
    def _places(cls, template: dict[str, Any], others: ValidationInfo) -> dict[str, Any]:
        for place in (place for text in _texts(template) for place in _PLACE.findall(text)):
            if place not in PLACES:
                raise ValueError(f"there is no {{{place}}}; there are {', '.join(PLACES)}")
        flat = all(isinstance(one, str | int) for one in template.values())
        if not flat and others.data.get("speaks") in ("form", "query"):
            raise ValueError("a form has text and numbers in its fields, and nothing deeper")
        return template

    @field_validator("username", "password")
    @classmethod
    def _kannels(cls, text: str, others: ValidationInfo) -> str:
        if not text and others.data.get("speaks") == "kannel":
            raise ValueError("Kannel asks for a user name and a password")
        return text


class SmsChannel(Channel):
    """Sends each parcel as one request. A gateway that knows our key, or calls back with it, needs no reference."""

    settings_model: ClassVar[type[Settings]] = SmsSettings
    settings: SmsSettings

    async def open(self) -> None:
        self._target = Target.of(self.settings.url)
        self._client = HttpClient(
            connections=self.settings.connections,
            timeout_s=self.settings.timeout_s,
            allow_private=self.settings.allow_private,
            ca_file=self.settings.ca_file or None,
        )

    async def send(self, parcel: Parcel) -> Result:
        try:
            letter = sms_of(parcel, clock.now())
            target, headers, body = self._request(letter)
        except ValueError as error:
            return Result(Outcome.FAILED, str(error)[:300])
        try:
            return self._read(await self._client.post(target, headers, body), letter)
        except HttpError as error:
            return outcome_of_none(error)

    async def close(self) -> None:
        await self._client.close()

    def _request(self, letter: Sms) -> tuple[Target, bytes, bytes]:
        """Where to, with what headers and body. Raises ValueError."""
        settings = self.settings
        receipt_url = settings.receipt_url.replace("{key}", quote(letter.key, safe=""))
        if settings.speaks == "kannel":
            return self._target, header_lines(_kannel(settings, letter, receipt_url)), letter.text.encode()
        fields = _filled(settings.template, _values(settings, letter, receipt_url))
        headers = {**_authorization(settings), **settings.headers}
        if settings.speaks == "json":
            headers = {"content-type": "application/json", **headers}
            return self._target, header_lines(headers), orjson.dumps(fields)
        form = urlencode(fields)
        if settings.speaks == "form":
            headers = {"content-type": "application/x-www-form-urlencoded", **headers}
            return self._target, header_lines(headers), form.encode()
        url = f"{settings.url}{'&' if '?' in settings.url else '?'}{form}"
        return Target.of(url, "GET"), header_lines(headers), b""

    def _read(self, answer: Answer, letter: Sms) -> Result:
        settings = self.settings
        taken = answer.status in settings.success if settings.success else 200 <= answer.status < 300
        if not taken and not 200 <= answer.status < 300:
            return outcome(answer)
        if not taken or (settings.success_pattern and not re.search(settings.success_pattern, answer.text)):
            # Neither a refusal that HTTP knows nor what success looks like here: nobody knows.
            return Result(Outcome.LATER, f"{answer.status} {answer.text}"[:300])
        return Result(Outcome.ACCEPTED, letter.cost, reference=_reference(settings, answer))


def _reference(settings: SmsSettings, answer: Answer) -> str:
    """The gateway's name for the message; empty where it is not found."""
    if settings.reference_pattern and (match := re.search(settings.reference_pattern, answer.text)):
        return match[1][:_REFERENCE_LONGEST]
    if not settings.reference_at:
        return ""
    try:
        found = orjson.loads(answer.body)
        for step in settings.reference_at.split("."):
            found = found[int(step)] if isinstance(found, list) else found[step]
    except (ValueError, KeyError, IndexError, TypeError):
        return ""
    return str(found)[:_REFERENCE_LONGEST] if isinstance(found, str | int) else ""


def _kannel(settings: SmsSettings, letter: Sms, receipt_url: str) -> dict[str, str]:
    """What smsbox takes beside the text when that is POSTed: login and number stay out of the address and its logs."""
    asked = {"X-Kannel-DLR-Mask": _KANNEL_ALL_STATES, "X-Kannel-DLR-Url": receipt_url} if receipt_url else {}
    return {
        "Content-Type": "text/plain; charset=UTF-8",
        "X-Kannel-Username": settings.username,
        "X-Kannel-Password": settings.password,
        "X-Kannel-To": letter.number,
        **({"X-Kannel-From": settings.sender} if settings.sender else {}),
        # Kannel puts question marks for what coding 0 does not have.
        "X-Kannel-Coding": "0" if sms.count(letter.text).forced_by is None else "2",
        "X-Kannel-Validity": str(_minutes(letter)),
        **asked,
        **settings.headers,
    }


def _authorization(settings: SmsSettings) -> dict[str, str]:
    if settings.token:
        return {"authorization": f"Bearer {settings.token}"}
    if settings.username:
        return {"authorization": f"Basic {_base64(f'{settings.username}:{settings.password}')}"}
    return {}


def _values(settings: SmsSettings, letter: Sms, receipt_url: str) -> dict[str, str | int]:
    budget = sms.count(letter.text)
    return {
        "to": letter.number,
        "digits": letter.number.removeprefix("+"),
        "from": settings.sender,
        "text": letter.text,
        "key": letter.key,
        "receipt_url": receipt_url,
        "encoding": budget.encoding.value,
        "segments": budget.segments,
        "expires": letter.expires.isoformat(timespec="seconds"),
        "seconds_left": letter.seconds_left,
        "minutes_left": _minutes(letter),
    }


def _filled(template: Any, values: Mapping[str, str | int]) -> Any:
    """The template with its places filled, each once: a text that holds a place is not filled again."""
    if isinstance(template, dict):
        return {name: _filled(one, values) for name, one in template.items()}
    if isinstance(template, list):
        return [_filled(one, values) for one in template]
    if not isinstance(template, str):
        return template
    if alone := _PLACE.fullmatch(template):
        return values[alone[1]]
    return _PLACE.sub(lambda found: str(values[found[1]]), template)


def _texts(template: Any) -> Iterator[str]:
    if isinstance(template, dict):
        template = list(template.values())
    if isinstance(template, list):
        for one in template:
            yield from _texts(one)
    elif isinstance(template, str):
        yield template


def _minutes(letter: Sms) -> int:
    return max(letter.seconds_left // 60, 1)


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")
