"""Telling people: notices in the page and by e-mail, and how each of them wants to hear of what."""
