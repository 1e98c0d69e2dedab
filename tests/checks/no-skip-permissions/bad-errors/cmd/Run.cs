class Run { void Start() { Process.Start("claude", "-p x --dangerously-skip-permissions"); } }
