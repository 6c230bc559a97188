"""Who signs, and under which authority."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Who signs, and under which authority.

    Attributes:
        person: random id text of the person or machine.
        role: the role under which they act.
        kid: thumbprint of their key.
        sign: makes an Ed25519 signature, 64 bytes.
    """

    person: str
    role: str
    kid: str
    sign: Callable[[bytes], bytes]
