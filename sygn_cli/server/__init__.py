"""The web side: HTTP in, services called, HTML or JSON out."""
