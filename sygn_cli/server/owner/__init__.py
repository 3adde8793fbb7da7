"""The owner's pages: documents, their fields, templates."""
