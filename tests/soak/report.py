"""One line for each thing that has to hold, with the number that was measured."""

from __future__ import annotations


class Report:
    """What held and what did not."""

    def __init__(self) -> None:
        self.held = 0
        self.broken = 0

    def check(self, holds: bool, what: str) -> None:
        """Says `what`, which has numbers in it, and whether it is as it should be."""
        self.held += holds
        self.broken += not holds
        print(f"{'ok    ' if holds else 'BROKEN'} {what}", flush=True)

    def note(self, what: str) -> None:
        """Says something that nothing depends on."""
        print(f"       {what}", flush=True)
