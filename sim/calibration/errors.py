"""What a user can mend when calibrating."""


class CalibrationError(ValueError):
    """A calibration that cannot be made: what was found, and how to mend it."""
