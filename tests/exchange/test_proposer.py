"""A local model may propose words of the report, and nothing else; a report goes nowhere but to the configured host."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from vedette.exchange.proposer import ProposerFailed, configured, propose
from vedette.reading.proposals import held_to

TEXT = "All agents of the sector must stay\nvigilant. A shooting may happen in the next few days."


class Stub(ThreadingHTTPServer):
    """Answers every question with what it was told to, and keeps what it was asked."""

    status, location, content = 200, "", "[]"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, dict[str, Any]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Stub

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, json.loads(body)))
        answer = json.dumps({"choices": [{"message": {"content": self.server.content}}]}).encode()
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    with Stub() as stub:
        thread = threading.Thread(target=stub.serve_forever)
        thread.start()
        monkeypatch.setenv("VEDETTE_PROPOSER_URL", stub.url)
        yield stub
        stub.shutdown()
        thread.join()


def ask(text: str = TEXT) -> list[tuple[str, str]]:
    proposer = configured()
    assert proposer is not None
    return [(proposal.field, proposal.quote) for proposal in propose(text, proposer)]


def test_no_model_is_asked_unless_one_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VEDETTE_PROPOSER_URL", raising=False)
    assert configured() is None


def test_a_quote_that_stands_in_the_report_is_kept_in_the_reports_own_words(model: Stub) -> None:
    model.content = json.dumps([{"field": "instruction", "quote": "must stay vigilant"}])
    assert ask() == [("instruction", "must stay\nvigilant")]
    (path, asked) = model.asked[0]
    assert path == "/v1/chat/completions" and asked["temperature"] == 0 and TEXT in asked["messages"][1]["content"]


def test_an_invented_quote_and_an_unknown_field_are_dropped(model: Stub) -> None:
    model.content = json.dumps(
        [
            {"field": "hazard", "quote": "A bombing may happen"},
            {"field": "headline", "quote": "A shooting"},
            {"field": "hazard", "quote": "A shooting"},
        ]
    )
    assert ask() == [("hazard", "A shooting")]


@pytest.mark.parametrize("content", ["", "no JSON", "[" * 5_000, '{"field": 3}', "[1, null]", '[{"field": "hazard"}]'])
def test_an_answer_that_is_none_proposes_nothing(model: Stub, content: str) -> None:
    model.content = content
    assert ask() == []


def test_a_redirect_is_not_followed(model: Stub) -> None:
    with Stub() as other:
        model.status, model.location = 307, f"{other.url}/chat/completions"
        with pytest.raises(ProposerFailed, match="answered 307"):
            ask()
        assert other.asked == []


@pytest.mark.parametrize("host", ["8.8.8.8", "169.254.169.254", "[2001:4860:4860::8888]"])
def test_a_report_is_given_to_no_address_outside_the_network(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("VEDETTE_PROPOSER_URL", f"http://{host}/v1")
    with pytest.raises(ProposerFailed, match="only to a model on this network"):
        ask()


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/", "http://a:b@127.0.0.1/", "127.0.0.1:80", "http://127.0.0.1:99999/", "http://h/?q=1"]
)
def test_an_address_that_is_none_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("VEDETTE_PROPOSER_URL", url)
    with pytest.raises(ProposerFailed, match="VEDETTE_PROPOSER_URL"):
        configured()


def test_a_proxy_of_the_environment_is_not_used(model: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    with Stub() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert ask() == []
        assert len(model.asked) == 1 and proxy.asked == []


def test_a_report_that_is_too_long_for_a_model_is_not_sent(model: Stub) -> None:
    with pytest.raises(ProposerFailed, match="60,000"):
        ask("a" * 60_001)
    assert model.asked == []


def test_proposals_cite_the_text_and_are_bounded_in_number() -> None:
    many = json.dumps([{"field": "hazard", "quote": TEXT[at : at + 5]} for at in range(len(TEXT) - 5)])
    found = held_to(TEXT, many)
    assert len(found) == 40
    assert all(TEXT[one.start : one.end] == one.quote for one in found)
