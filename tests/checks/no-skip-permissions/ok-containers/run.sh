docker run --rm -v "$PWD:/work" box claude --dangerously-skip-permissions -p "$1"
docker compose exec agent bash -lc "claude --dangerously-skip-permissions"
bwrap --unshare-all --bind "$PWD" "$PWD" claude --dangerously-skip-permissions -p "$1"
npx @anthropic-ai/sandbox-runtime claude --dangerously-skip-permissions
