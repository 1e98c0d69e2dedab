# syntax=docker/dockerfile:1
ARG AGENT=aider-chat
from python:3.13-slim
ARG AGENT
ENV TOOLS="uv $AGENT"
run --mount=type=cache,target=/root/.cache pip install ${TOOLS}
RUN <<EOF
set -e
curl -fsSL https://opencode.ai/install | bash
EOF
COPY --chmod=755 codex /usr/local/bin/
CMD ["gunicorn", "app:app"]
