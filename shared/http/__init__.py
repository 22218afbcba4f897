"""Requests in, answers out: one decorator over plain typed views, and the one place that knows Chalice."""
