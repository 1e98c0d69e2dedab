docker run --rm -v /var/run/docker.sock:/var/run/docker.sock box claude --dangerously-skip-permissions
docker run --rm --privileged box claude --dangerously-skip-permissions
podman run --rm -v "$HOME:/root" box bash -c "claude --dangerously-skip-permissions"
