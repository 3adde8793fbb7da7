"""The workspace on disk: documents, their trails and blobs, the log, the index, the outbox, keys."""
