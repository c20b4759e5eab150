"""Trials: a plan run to its end in a throwaway database, the outside world played by mocks."""
