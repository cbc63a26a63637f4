"""Each parameter declared once: symbol, default, unit, range, source, grade, where it is used."""

from sim.parameters.register import RECORD, REGISTER, Parameter, defaults, record

__all__ = ["RECORD", "REGISTER", "Parameter", "defaults", "record"]
