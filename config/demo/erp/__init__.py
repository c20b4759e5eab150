"""The demo's small ERP: an API that bridges call, and a ledger that people read."""
