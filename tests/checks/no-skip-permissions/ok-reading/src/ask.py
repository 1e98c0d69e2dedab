from claude_agent_sdk import ClaudeAgentOptions

OPTIONS = ClaudeAgentOptions(
    tools=["Read", "Grep", "Glob"],
    permission_mode="bypassPermissions",
)
