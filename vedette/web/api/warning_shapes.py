"""What /warnings answers and takes."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from vedette.formats.parts import Line, Prose
from vedette.web.api.shapes import Given, Id, Marked, NeedToKnow, Shown, When


class ApprovalShown(Shown):
    """One decision on one exact content."""

    decision: str
    content_hash: str
    approver: int
    reason: str
    break_glass: bool
    decided_at: When


class MessageShown(Shown):
    """One message of a warning. `content_hash` is what an approver approves."""

    number: int
    identifier: str
    type: str
    state: str
    content_hash: str
    content: dict[str, Any]
    audience: dict[str, Any]
    plan: dict[str, Any]
    citations: dict[str, list[int]]
    author: int
    lint_override: str
    submitted_at: When | None
    issued_at: When | None
    approvals: list[ApprovalShown]


class WarningShown(Marked):
    """A warning in a list. `state` is its last message's, or how it ended; what it rests on, if one may see that."""

    identifier: str
    state: str
    headline: str
    threat: int | None
    report: int | None
    author: int
    expires_at: When | None
    ended_at: When | None
    ended_by: str


class WarningWhole(WarningShown):
    """A warning with its messages."""

    messages: list[MessageShown]


class FindingShown(Shown):
    """One thing that lint found: `field` of the content, code points `start` to `end` of it."""

    rule: str
    level: str
    field: str
    start: int
    end: int
    message: str
    fix: str
    #: What it rests on.
    source: str
    #: The words to put in place of the span (the whole field for 0, 0); null where only a person can say.
    put: str | None


class WaveReachShown(Shown):
    """Whom a wave of a goal would add: how many, and how many of them count toward it."""

    adds: int
    counting: int


class GoalReachShown(Shown):
    """Who stands behind the rule's goal as things are: how many of the audience count, its waves, how many are told."""

    counting: int
    waves: list[WaveReachShown]
    told: int


class ReachShown(Shown):
    """Whom the message would reach as things stand; `reasons` only for those who may see people."""

    total: int
    certain: int
    maybe: int
    out: int
    maybe_left_out: int
    #: Reason -> how many.
    reasons: dict[str, int] | None
    #: What is odd about the audience; with a blocking one it cannot stand.
    findings: list[dict[str, Any]]
    #: Null where the rule has no goal.
    goal: GoalReachShown | None


class PlanCheckShown(Shown):
    """The message's plan, what stands in its way here, and whom of the audience none of its channels reaches."""

    name: str
    #: How many attempts it comes to, repeats counted.
    attempts: int
    #: What it warns by, in its order.
    channels: list[str]
    findings: list[dict[str, str]]
    #: How many of the audience have no address on any of these channels; in tens for those who may not see people.
    unreached: int
    #: The codes of the first thousand; only for those who may see people.
    without_address: list[str] | None


class TextShown(Shown):
    """A text of the message, and how many of the audience get it."""

    language: str
    people: int


class UnreadShown(Shown):
    """A language that people of the audience read and that the message is not told in."""

    language: str
    people: int
    message: str


class ReadingShown(Shown):
    """Who reads which of the message's languages; only for those who may see people."""

    texts: list[TextShown]
    unread: list[UnreadShown]


class CheckShown(Shown):
    """What to look at before a message is submitted or approved; `reach` and `reading` are null once it has expired."""

    findings: list[FindingShown]
    reach: ReachShown | None
    reading: ReadingShown | None
    plan: PlanCheckShown


class WaveShown(Shown):
    """One wave of a goal; the time is empty until it is opened."""

    number: int
    opened_at: str
    #: How many people it added.
    added: int


class GoalShown(Shown):
    """How far a goal is. Times are empty where nothing has happened, or will."""

    name: str
    needed: int
    answered: int
    #: Recipients whose answers count.
    asked: int
    #: When the next wave is opened, or the goal counts as missed.
    due_at: str
    met_at: str
    missed_at: str
    waves: list[WaveShown]


class ProgressShown(Shown):
    """Counts and times of a warning. Times are empty, and seconds null, where nothing has happened yet."""

    recipients: int
    #: State -> recipients.
    states: dict[str, int]
    #: Channel -> level -> deliveries.
    channels: dict[str, dict[str, int]]
    issued_at: str
    first_notified: str
    last_notified: str
    first_answer: str
    last_answer: str
    #: Seconds from the issue in which half, and 95%, of those who answered did.
    p50_answer_s: float | None
    p95_answer_s: float | None
    #: Any of its messages.
    answered: int
    #: The number of the latest message that does not end the warning, and how many have answered that one.
    latest_message: int
    answered_latest: int
    #: Of all who answered, when the warning was over.
    answered_late: int
    #: The silent, and whoever answered when it was over.
    not_responding: int
    escalated: int
    late_joiners: int
    maybe: int
    #: No recipient is open, and neither an audience, a wave nor a lease is left to work on.
    finished: bool
    #: Null where the audience rule has no goal.
    goal: GoalShown | None


class UpdateGiven(Given):
    """What a message is made of. A plan is given whole or by its name; a missing one is that for its severity."""

    content: dict[str, Any]
    audience: dict[str, Any]
    plan: dict[str, Any] | Line | None = None
    #: Content field -> ids of the claims it rests on.
    citations: dict[Line, list[Id]] | None = None


class WarningGiven(UpdateGiven):
    """A warning to draft, and what it rests on.

    From a `template`, what is given goes before the template's words, and `fill` fills its placeholders; the audience
    may be left out where the template has one.
    """

    #: Its reference or its name, as `vedette templates list` has them.
    template: Line | None = None
    #: Placeholder -> words.
    fill: dict[Line, Line] = {}
    audience: dict[str, Any] | None = None  # type: ignore[assignment]
    threat: Id | None = None
    report: Id | None = None
    need_to_know: NeedToKnow | None = None


class OfMessage(Given):
    """Which of the warning's messages, by its number; left out where only one can be meant."""

    message: Annotated[int, Field(ge=1)] | None = None


class RevisionGiven(OfMessage):
    """What of an open message is changed; the rest stays. With the `content_hash` that was read, only if it holds."""

    content: dict[str, Any] | None = None
    audience: dict[str, Any] | None = None
    plan: dict[str, Any] | Line | None = None
    citations: dict[Line, list[Id]] | None = None
    content_hash: Line | None = None


class SubmitGiven(OfMessage):
    """Why lint errors may stand, if they are to."""

    override: Prose = ""


class ApproveGiven(OfMessage):
    """The hash of what was read; `break_glass` lets an author approve in an emergency, with a reason."""

    content_hash: Line
    reason: Prose = ""
    break_glass: bool = False


class ReasonGiven(Given):
    """Why."""

    reason: Prose


class ReturnGiven(OfMessage, ReasonGiven):
    """Why it goes back."""
