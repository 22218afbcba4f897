"""The benchmarks: `make bench`, or `make bench ONLY=name`. See tests/bench/__main__.py."""
