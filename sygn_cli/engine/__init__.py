"""PDFs in, PDFs and findings out: bytes only, no store, no clock, no network but the TSA."""
