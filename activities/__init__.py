"""Machine run time: what is happening. Activities, their engine and the live stream."""
