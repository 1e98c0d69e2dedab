system("claude --dangerously-skip-permissions -p hi")
