"""One effect per Idempotency-Key: the first answer is stored with its effect, in one transaction, and replayed.

A refused request stores nothing, so that it can be mended and sent again under the same key.
"""

from __future__ import annotations

import hashlib
import json
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
    stored = IdempotencyRecord.objects.filter(user_id=user, key=key).first()
    if stored is not None:
        return _replay(stored, asked)
    try:
        return _first(run, request, given, user, key, asked)
    except IntegrityError:
        # The same key arrived twice at once; the other one has committed.
        stored = IdempotencyRecord.objects.filter(user_id=user, key=key).first()
        if stored is None:
            raise
        return _replay(stored, asked)


def _first(run: Any, request: HttpRequest, given: dict[str, Any], user: int, key: str, asked: bytes) -> HttpResponse:
    now = clock.now()
    with transaction.atomic():
        IdempotencyRecord.objects.filter(user_id=user, created_at__lt=now - KEPT).delete()
        # Written first: whoever comes second with the same key waits here until this is done.
        record = IdempotencyRecord.objects.create(
            user_id=user, key=key, request=asked, status=0, body="", created_at=now
        )
        answer: HttpResponse = run(request, **given)
        if answer.status_code >= 400:
            transaction.set_rollback(True)
        else:
            record.status, record.body = answer.status_code, _kept(request, answer)
            record.save(update_fields=["status", "body"])
    return answer


def _kept(request: HttpRequest, answer: HttpResponse) -> str:
    fields: tuple[str, ...] = getattr(request, "shown_once", ())
    text = answer.content.decode()
    return text if not fields else json.dumps({**json.loads(text), **dict.fromkeys(fields)})


def _replay(stored: IdempotencyRecord, asked: bytes) -> HttpResponse:
    if bytes(stored.request) != asked:
        return problem(422, "key-reused", "this key was used for another request; take a new one", HEADER)
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
