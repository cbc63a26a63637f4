"""The one error of this room: something about an organisation that cannot be used, and how to mend it."""


class OrganizationError(ValueError):
    """An organisation, or a file that describes one, cannot be used; the message says where and how to mend
    it.
    """
