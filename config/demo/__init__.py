"""The demo organization: people, a plan, invoices and a small ERP. Loaded embedded, or by `load_demo`."""
