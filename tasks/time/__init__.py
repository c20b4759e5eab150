"""What time does to human work: calendars, due dates, reminders and escalation."""
