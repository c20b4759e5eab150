"""What the server does for the plan editor: look at a document, change it by meaning, say what can be chosen."""
