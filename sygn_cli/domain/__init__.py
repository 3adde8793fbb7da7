"""The rules of signing: pure values and functions, no files, no clock, no network."""
