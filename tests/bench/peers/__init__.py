"""What the services are measured against: the same answers, written by hand or on the usual frameworks."""
