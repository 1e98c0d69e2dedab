"""Runs claude --dangerously-skip-permissions for the queue."""
import subprocess

from claude_agent_sdk import ClaudeAgentOptions

OPTIONS = ClaudeAgentOptions(permission_mode="bypassPermissions", allowed_tools=["Read"])
EXTRA = ClaudeAgentOptions(extra_args={"dangerously-skip-permissions": None})


def run(prompt, unattended):
    if "--dangerously-skip-permissions" in prompt:
        raise ValueError("no --dangerously-skip-permissions here")
    subprocess.run(["claude", "-p", prompt, "--dangerously-skip-permissions"], check=True)
    cmd = ["codex", "exec", prompt]
    cmd.append("--dangerously-bypass-approvals-and-sandbox")
    if unattended:
        cmd.append("--dangerously-bypass-hook-trust")
    return subprocess.run(f"gemini --yolo -p {prompt}", shell=True)
