"""The command line: one adapter over the services, the server being the other."""
