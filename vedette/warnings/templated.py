"""A draft begun from a template without the form: its words, what is given in their place, placeholders filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vedette.access.policy import Actor
from vedette.formats.parts import BadInput
from vedette.people.models import Organisation
from vedette.warnings.findings import ROLE
from vedette.warnings.own_templates import offered_type
from vedette.warnings.types.catalogue import AllClearWords, content_filled, content_of_type


@dataclass(frozen=True)
class Templated:
    """The parts of a draft, not yet checked, and what its all-clear will say."""

    content: dict[str, Any]
    audience: Any
    plan: Any
    all_clear: AllClearWords


def templated(
    actor: Actor, ref: str, content: object, audience: object, plan: object, words: Mapping[str, str]
) -> Templated:
    """What is given goes before what the template says; `words` fill its placeholders.

    Raises BadInput for a template that is not on offer to the actor and for a placeholder that it does not have. One
    left open holds the message back when it is submitted.
    """
    found = offered_type(actor, ref)
    if found is None:
        raise BadInput("template", f"there is no template {ref!r}; `vedette templates list` names those on offer")
    if not isinstance(content, Mapping):
        raise BadInput("content", "must be an object")
    kind, own, organisation = found.kind, found.own, Organisation.objects.first()
    for name in words:
        if name not in kind.blanks:
            raise BadInput(f"fill.{name}", f"is no placeholder of the template; it has {', '.join(kind.blanks)}")
    begun: dict[str, Any] = {} if organisation is None else {"source": f"{organisation.name}, {ROLE}"}
    if own is not None:
        begun["handling"] = own.handling
    return Templated(
        content_filled({**begun, **content_of_type(kind), **content}, words),
        audience if audience is not None or own is None else own.audience,
        plan if plan is not None or own is None else own.plan,
        kind.all_clear.filled(words),
    )
