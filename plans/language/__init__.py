"""The plan language: pure code that reads, checks, compares and rewrites plans."""
