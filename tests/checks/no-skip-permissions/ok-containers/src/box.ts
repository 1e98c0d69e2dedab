pty.spawn('docker', ['run', '--rm', 'box', 'claude', '--dangerously-skip-permissions']);
