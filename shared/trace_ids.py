"""What the ids that follow a call through every hop may look like: what does not goes no further. Pure."""

import re

KEPT_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}").fullmatch  # X-Correlation-Id
AMAZON_ID = re.compile(r"[A-Za-z0-9=;:,. _-]{1,512}").fullmatch  # X-Amzn-Trace-Id
TRACE_STATE = re.compile(r"[\t -~]{1,512}").fullmatch  # the length that W3C trace context asks everybody to carry
