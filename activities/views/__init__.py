"""Pages of machine run time."""
