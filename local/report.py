"""What the stack says about itself: lines on standard error. Standard output belongs to the ready line."""

from __future__ import annotations

import sys
import time


def report(text: str) -> None:
    """One message with the time of day."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
