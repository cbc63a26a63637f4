"""What can be wrong with a pulse survey or its bank of simulations."""


class PulseError(ValueError):
    """A survey or bank that cannot be used: which file and place, what was found, how to mend it."""
