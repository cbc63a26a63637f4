"""The version, in one place: the build, the manifest and every figure read it from here."""

__version__ = "0.1.0"
