"""Exit 0 if the web process of this container answers its first page, as the proxy would ask."""

import os
import sys
import urllib.error
import urllib.request

host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip()
request = urllib.request.Request(
    "http://127.0.0.1:8000/", headers={"Host": host, "X-Forwarded-Proto": "https"}
)
try:
    with urllib.request.urlopen(request, timeout=8) as answer:
        sys.exit(answer.status != 200)
except OSError as wrong:  # HTTPError is one
    sys.exit(f"not healthy: {wrong}")
