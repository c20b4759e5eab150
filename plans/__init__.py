"""Design time: what should happen. Organizations, plans and the plan language."""
