"""Human run time: what people must do about it. Tasks and approvals."""
