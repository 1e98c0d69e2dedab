def options(yolo: bool) -> ClaudeAgentOptions:
    if yolo:
        return ClaudeAgentOptions(permission_mode="bypassPermissions")
    return ClaudeAgentOptions(permission_mode="default")
