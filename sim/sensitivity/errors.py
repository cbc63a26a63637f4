"""What can go wrong with a sensitivity study, in one sentence each."""

from __future__ import annotations


class SensitivityError(ValueError):
    """A study that cannot be planned or analysed: what was found, where, and how to mend it."""
