"""Files that commands read, and text from strangers on its way to a terminal."""

from __future__ import annotations

import sys
from pathlib import Path

from vedette.cli.output import refuse


def read_input(command: str, file: str) -> bytes:
    """The bytes of `file`, or of standard input for "-". A file that cannot be read ends the command with exit 2."""
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        refuse(command, file, error.strerror or "cannot be read")


def terminal_safe(text: str) -> str:
    """`text` without characters that could steer a terminal."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(character if character.isprintable() or character in "\n\t" else "�" for character in text)
