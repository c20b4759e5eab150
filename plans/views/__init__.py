"""Pages of design time, and what all pages share."""
