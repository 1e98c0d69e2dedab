claude --dangerously-skip-permissions -p x  # claude-preflight: ignore[skipped-permissions] a throwaway machine of the lab
