"""What can be done with sygn: one verb per function, for the command line and the server alike."""
