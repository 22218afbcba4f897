"""How other servers are asked: one client, kept connections, a deadline over the whole of every exchange."""
