"""The Traffic Light Protocol as STIX marking definitions: written as TLP 2.0, read in every dialect there is.

The ids are fixed by OASIS. A label is its text, as "TLP:AMBER+STRICT"; what it means is for `access` to say.
"""

from __future__ import annotations

from typing import Any, Final

#: The extension that makes a marking definition one of TLP 2.0.
TLP2_EXTENSION: Final = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

#: Label -> the marking definition of TLP 2.0, which is what we write.
MARKING: Final[dict[str, str]] = {
    "TLP:CLEAR": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "TLP:GREEN": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "TLP:AMBER": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "TLP:AMBER+STRICT": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "TLP:RED": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}

#: Marking definition -> label, in every dialect: TLP 2.0, TLP 1 (which OpenCTI writes still), OpenCTI's own.
LABELS: Final[dict[str, str]] = {
    **{marking: label for label, marking in MARKING.items()},
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "TLP:CLEAR",
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "TLP:GREEN",
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "TLP:AMBER",
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "TLP:RED",
    "marking-definition--826578e1-40ad-459f-bc73-ede076f81f37": "TLP:AMBER+STRICT",
}

_WORDS: Final = {
    "clear": "TLP:CLEAR",
    "white": "TLP:CLEAR",
    "green": "TLP:GREEN",
    "amber": "TLP:AMBER",
    "amber+strict": "TLP:AMBER+STRICT",
    "red": "TLP:RED",
}


def marking_definition(label: str) -> dict[str, Any]:
    """The marking definition of TLP 2.0, word for word as it is published."""
    word = label.removeprefix("TLP:").lower()
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": MARKING[label],
        "created": "2022-10-01T00:00:00.000Z",
        "name": label,
        "extensions": {TLP2_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": word}},
    }


def label_of(definition: dict[str, Any]) -> str | None:
    """The label that a marking definition stands for; None when it is none of TLP."""
    if (known := LABELS.get(str(definition.get("id")))) is not None:
        return known
    own = _inner(_inner(definition.get("extensions")).get(TLP2_EXTENSION)).get("tlp_2_0")
    inner = _inner(definition.get("definition")).get("tlp")
    named = definition.get("x_opencti_definition") or definition.get("name")
    if str(definition.get("definition_type", "")).lower() != "tlp":
        named = None
    for told in (own, inner, named):
        if isinstance(told, str) and (label := _WORDS.get(told.strip().lower().removeprefix("tlp:"))):
            return label
    return None


def _inner(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
