"""The rules of an activity, pure: no Django, no clock, no randomness, no I/O."""
