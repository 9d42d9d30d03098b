"""One effect per Idempotency-Key: a key is claimed, the request is done, and its answer is stored and replayed.

No transaction is held meanwhile: reading a document or asking a gateway would keep everybody else from writing. What
was cut off between its effect and its answer stays claimed: it is never done twice, and whoever repeats it is told to
look. A refused request gives its key back, so that it can be mended and sent again.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from vedette import clock
from vedette.access.models import IdempotencyRecord
from vedette.access.policy import Actor
from vedette.access.roles import Verb
from vedette.web.api.problems import problem, too_large
from vedette.web.api.tokens import actor_of

HEADER = "Idempotency-Key"
LONGEST_KEY = 200
#: How long an answer is kept; after that its key is new again.
KEPT = timedelta(days=2)
#: The status of a key whose request has no answer yet.
UNANSWERED = 0
#: Seconds for which a repeat waits for the first one's answer, and between its looks.
PATIENCE_S, LOOK_S = 20.0, 0.05


def once(verb: Verb) -> Callable[[Any], Any]:
    """Run an operation that asks for `verb` once per user and key; the same key with another request gets 422.

    Whoever may no longer do it gets the door's own answer, not the stored one.
    """

    def decorate(run: Any) -> Any:
        @wraps(run)
        def keyed(request: HttpRequest, **given: Any) -> HttpResponse:
            key = request.headers.get(HEADER)
            actor = actor_of(request) if key is not None else None
            if key is None or actor is None or actor.user_id is None or not actor.may(verb):
                return run(request, **given)  # type: ignore[no-any-return]
            return _keyed(run, request, given, actor, key)

        return keyed

    return decorate


def shown_once(request: HttpRequest, *fields: str) -> None:
    """Keep these fields of the answer out of what is stored: whoever repeats the request gets null for them."""
    request.shown_once = fields  # type: ignore[attr-defined]


def _keyed(run: Any, request: HttpRequest, given: dict[str, Any], actor: Actor, key: str) -> HttpResponse:
    user = actor.user_id
    assert user is not None
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        return problem(422, "bad-input", f"must be 1 to {LONGEST_KEY} printable characters", HEADER)
    try:
        asked = _digest(request, actor)
    except RequestDataTooBig:
        return too_large()
    claim = _claim(user, key, asked)
    if claim is None:
        return _replay(_waited_for(user, key), asked)
    try:
        answer: HttpResponse = run(request, **given)
    except BaseException:
        claim.delete()
        raise
    if answer.status_code >= 400:
        claim.delete()
    else:
        claim.status, claim.body = answer.status_code, _kept(request, answer)
        claim.save(update_fields=["status", "body"])
    return answer


def _claim(user: int, key: str, asked: bytes) -> IdempotencyRecord | None:
    """The key, claimed for this request; None when it was before."""
    now = clock.now()
    IdempotencyRecord.objects.filter(user_id=user, created_at__lt=now - KEPT).delete()
    try:
        with transaction.atomic():
            return IdempotencyRecord.objects.create(
                user_id=user, key=key, request=asked, status=UNANSWERED, body="", created_at=now
            )
    except IntegrityError:
        return None


def _waited_for(user: int, key: str) -> IdempotencyRecord | None:
    """What is stored under a key, when it has its answer or that takes too long; None when the key was given back."""
    until = time.monotonic() + PATIENCE_S
    while True:
        stored = IdempotencyRecord.objects.filter(user_id=user, key=key).first()
        if stored is None or stored.status != UNANSWERED or time.monotonic() > until:
            return stored
        time.sleep(LOOK_S)


def _kept(request: HttpRequest, answer: HttpResponse) -> str:
    fields: tuple[str, ...] = getattr(request, "shown_once", ())
    text = answer.content.decode()
    return text if not fields else json.dumps({**json.loads(text), **dict.fromkeys(fields)})


def _replay(stored: IdempotencyRecord | None, asked: bytes) -> HttpResponse:
    if stored is None:
        return problem(409, "key-in-use", "the first request under this key was refused; send it again", HEADER)
    if bytes(stored.request) != asked:
        return problem(422, "key-reused", "this key was used for another request; take a new one", HEADER)
    if stored.status == UNANSWERED:
        return problem(
            409,
            "key-in-use",
            "the first request under this key is not done yet, or was cut off: look whether it took effect before you"
            " send it again under a new key",
            HEADER,
        )
    answer = HttpResponse(stored.body, status=stored.status, content_type="application/json; charset=utf-8")
    answer["Idempotent-Replayed"] = "true"
    return answer


def _digest(request: HttpRequest, actor: Actor) -> bytes:
    """What makes two requests the same: realm, method, address, and what is in the body."""
    whole = hashlib.sha256(f"{actor.realm.value} {request.method} {request.get_full_path()}\n".encode())
    if request.content_type == "multipart/form-data":
        # Its boundary differs each time it is sent.
        whole.update(json.dumps(sorted(dict(request.POST.lists()).items())).encode())
        for name, file in sorted(request.FILES.items()):
            part = hashlib.sha256()
            for chunk in file.chunks():
                part.update(chunk)
            file.seek(0)
            whole.update(json.dumps([name, file.name, file.content_type, part.hexdigest()]).encode())
    else:
        whole.update(request.body)
    return whole.digest()
