"""SQLite for the embedded server: Django's backend behind one fair, process-wide write lock."""
