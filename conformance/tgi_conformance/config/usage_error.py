"""The error of settings that cannot be used."""


class UsageError(ValueError):
    """A setting that cannot be used; the message is one line."""
