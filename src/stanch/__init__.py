"""stanch: a self-hosted incident response platform, from the first signal to the last action item."""

__version__ = "0.1.0"
