"""Many signatures at once, for saves of many entries; what only reads loads no threads."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SIGNED_PER_THREAD: Final = 64


def sign_each(sign: Callable[[bytes], bytes], messages: Sequence[bytes]) -> list[bytes]:
    """Sign many messages, in threads where that pays: signing releases the interpreter lock.

    Args:
        sign: makes the signature of one message.
        messages: independent of one another's signatures.
    """
    if len(messages) < SIGNED_PER_THREAD:
        return [*map(sign, messages)]
    parts = [
        messages[at : at + SIGNED_PER_THREAD] for at in range(0, len(messages), SIGNED_PER_THREAD)
    ]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        signed = threads.map(lambda part: [*map(sign, part)], parts)
        return [signature for part in signed for signature in part]
