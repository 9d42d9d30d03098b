"""Best-effort extras: a hundred chat and push services by way of Apprise, which is installed only where it is wanted.

Apprise says no more than that a service took a message or did not, and can carry no key: a repeat is shown twice. It
blocks, so it has threads of its own. Its addresses may reach any host and some read files: only services that were
looked at may be named by a contact point, unless the settings say otherwise.
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, ClassVar
from urllib.parse import quote

from pydantic import Field, ValidationInfo, field_validator

from vedette.dispatch.channels.face import Channel, Outcome, Parcel, Result, Settings
from vedette.dispatch.channels.notes import notes_of
from vedette.formats.parts import Line

#: Services that speak to one host of their maker and to nothing else, whatever stands in the address but its options.
FIXED_HOSTS = frozenset(
    {"discord", "gchat", "line", "pagerduty", "pover", "signl4", "slack", "tgram", "threema", "wxteams"}
)
_HERE = "{address}"
_DETAIL = 300


class AppriseSettings(Settings):
    """With `url`, addresses are filled into it; without, each address is an Apprise URL itself."""

    #: Let addresses name any service at any host: json://, mailto://, ntfy://... Whoever may enter an address can
    #: then make this machine speak to every other that it reaches.
    allow_private: bool = False
    #: An Apprise URL with {address} in it, as in tgram://bottoken/{address}.
    url: Annotated[Line, Field(validate_default=True)] = ""
    connections: Annotated[int, Field(ge=1, le=100)] = 8

    @field_validator("url")
    @classmethod
    def _can_be_used(cls, url: str, others: ValidationInfo) -> str:
        if importlib.util.find_spec("apprise") is None:
            raise ValueError("Apprise is not installed here; run: pip install 'vedette[apprise]'")
        if not url:
            return url
        scheme, found, rest = url.partition("://")
        if not found or _HERE not in rest:
            raise ValueError(f"must be an Apprise URL with {_HERE} in it, as in tgram://bottoken/{_HERE}")
        host = rest.partition("?")[0].partition("/")[0]
        if _HERE in host and scheme.lower() not in FIXED_HOSTS and not others.data.get("allow_private"):
            raise ValueError(f"{_HERE} must not stand where {scheme} has its host, unless allow_private is set")
        return url


class AppriseChannel(Channel):
    """Hands each parcel to Apprise in a thread."""

    settings_model: ClassVar[type[Settings]] = AppriseSettings
    settings: AppriseSettings

    async def open(self) -> None:
        self._threads = ThreadPoolExecutor(self.settings.connections, thread_name_prefix="apprise")

    async def send(self, parcel: Parcel) -> Result:
        url, refused = self._url(parcel.address)
        if refused:
            return Result(Outcome.FAILED, refused)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self.settings.timeout_s):
                return await loop.run_in_executor(self._threads, self._notify, url, parcel)
        except TimeoutError:
            return Result(Outcome.LATER, f"no answer within {self.settings.timeout_s:g} s; it may have been sent")

    async def close(self) -> None:
        # What is on its way ends with its own timeout; nobody waits for it.
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _url(self, address: str) -> tuple[str, str]:
        """The Apprise URL, or why the address may not be one."""
        if self.settings.url:
            return self.settings.url.replace(_HERE, quote(address, safe="")), ""
        scheme, found, rest = address.partition("://")
        if not found:
            return "", "not an Apprise URL, and no url is set that it could be filled into"
        if self.settings.allow_private:
            return address, ""
        if scheme.lower() not in FIXED_HOSTS:
            return "", f"{scheme[:20]}:// may reach any host; set a url for it, or allow_private"
        if "?" in rest:
            return "", "options (?...) may name files and other hosts; set a url with them, or allow_private"
        return address, ""

    def _notify(self, url: str, parcel: Parcel) -> Result:
        """In a thread: look the service up, and tell it."""
        try:
            return self._told(url, parcel)
        except Exception as error:
            # A hundred plugins fail in as many ways.
            return Result(Outcome.LATER, f"{type(error).__name__}: {error}"[:_DETAIL])

    def _told(self, url: str, parcel: Parcel) -> Result:
        import apprise

        asset = apprise.AppriseAsset(async_mode=False, interpret_escapes=False, interpret_emojis=False)
        service: Any = apprise.Apprise.instantiate(url, asset=asset)
        if service is None:
            return Result(Outcome.FAILED, "not an Apprise URL that can be used")
        service.socket_connect_timeout = service.socket_read_timeout = self.settings.timeout_s
        fitting = _fitting(parcel, service.title_maxlen, service.body_maxlen)
        if fitting is None:
            return Result(Outcome.FAILED, "too long for this service, even in brief")
        title, body = fitting
        bell = apprise.Apprise(asset=asset)
        bell.add(service)
        result = bell.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT)
        return Result(Outcome.ACCEPTED) if result else Result(Outcome.LATER, _said(result))


def _fitting(parcel: Parcel, longest_title: int, longest_body: int) -> tuple[str, str] | None:
    """Title and text, the longest form that the service takes whole; None when it takes none."""
    title = parcel.subject
    for text in _texts(parcel):
        if len(title) <= longest_title and len(text) <= longest_body:
            return title, text
        joined = f"{title}\n\n{text}"
        if len(title) > longest_title and len(joined) <= longest_body:
            return "", joined
    return None


def _texts(parcel: Parcel) -> Iterator[str]:
    yield parcel.text
    yield parcel.short
    _, brief = notes_of(parcel.letter)
    yield parcel.filled(brief.body)


def _said(result: Any) -> str:
    """Why it was not taken, where this version of Apprise tells."""
    told = [str(entry.message) for entry in result.logs()] if hasattr(result, "logs") else []
    return ("; ".join(told) or "the service did not take it, or did not answer")[:_DETAIL]
