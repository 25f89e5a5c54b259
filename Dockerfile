# One image for setup, web, workers and beat. The set-up script is the one `make run` uses.
FROM debian:12-slim

RUN apt-get update && apt-get install -y --no-install-recommends python3 ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home chucheon \
    && install -d -o chucheon -g chucheon /data /keys /keys/letters

WORKDIR /app
COPY . .

# Assets and static files belong to the image; what people make lives in /data, and the keys that
# open it in /keys. The keys made here only satisfy the settings and do not stay.
ENV CHUCHEON_ASSETS=/app/assets CHUCHEON_STATIC=/app/collected PYTHONUNBUFFERED=1
RUN CHUCHEON_VAR=/tmp/var CHUCHEON_KEYS=/tmp/keys ops/setup --image \
    && rm -rf /tmp/var /tmp/keys /root/.cache /var/lib/apt/lists/* var

ENV CHUCHEON_VAR=/data CHUCHEON_KEYS=/keys
USER chucheon
EXPOSE 8000
ENTRYPOINT ["/app/.venv/bin/python"]
CMD ["-m", "gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket"]
