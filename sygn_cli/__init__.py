"""sygn: send a PDF for signature from a shell and seal it when everyone has signed."""

__version__ = "0.1.0"
