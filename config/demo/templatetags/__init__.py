"""What templates say about the demo."""
