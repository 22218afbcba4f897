"""Requests in, answers out: one decorator over plain typed views, and the service as a Chalice app."""
