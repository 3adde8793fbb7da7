"""The REST API under ``/api/v1``: CyberSygn's, to the letter, and what goes beyond it."""
