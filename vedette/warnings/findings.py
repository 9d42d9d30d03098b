"""Lint with what the records know: the realm, the type, and what the last issued message said."""

from __future__ import annotations

from datetime import datetime

from vedette.access.handling import Realm
from vedette.warnings.content import MessageType
from vedette.warnings.lint import LintContext, LintFinding, lint
from vedette.warnings.models import Message


def findings_of(message: Message, now: datetime) -> list[LintFinding]:
    """All findings on a stored message, errors first. Raises BadInput when its content cannot be read."""
    previous = (
        message.warning.messages.filter(state=Message.State.ISSUED, number__lt=message.number).order_by("number").last()
    )
    context = LintContext(
        realm=Realm(message.warning.realm),
        msg_type=MessageType(message.msg_type),
        previous=previous.parsed_content() if previous is not None else None,
        now=now,
    )
    return sorted(lint(message.parsed_content(), context), key=lambda finding: finding.level != "error")


def errors_of(message: Message, now: datetime) -> list[LintFinding]:
    """Only those that hold a message back."""
    return [finding for finding in findings_of(message, now) if finding.level == "error"]
