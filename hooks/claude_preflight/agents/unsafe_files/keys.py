"""What the names of keys in configuration files tell of the values behind them."""

from __future__ import annotations

from claude_preflight.late import late

SCRIPT_KEY = late(
    r"^(?:run|scripts?|cmds?|commands?|exec|entrypoint|start|args|arguments|argv|tasks?|alias(?:es)?|entry|program"
    r"|before_script|after_script|bash|pwsh|powershell|inlineScript|panes?|windows?|shell|init_hook|shell_command|shellCommand|flags"
    r"|options|with|hooks?|jobs|test|preLaunchTask|runtimeArgs|launch|execute|steps|services)$|(?:Command|_command|_cmd"
    r"|Args|_args|_flags|Flags|_ARGS|_FLAGS|_OPTS|_OPTIONS|_CMD|_COMMAND)$"
)
ARGUMENTS_KEY = late(r"(?:args|arguments|argv|flags|options|opts|params)$", 2)
TALKING_KEY = late(
    r"^(?:name|desc|description|displayName|title|label|message|help|usage|summary|detail|comment|\$comment|note|prompt|deny"
    r"|ask|pattern|patterns|regex|forbidden|blocked|denied|keywords|examples?|if|matcher|default|enum|reason|why|docs?"
    r"|disallowedTools|disallowed_tools|expect|expected|assert)$",
    2,
)
MODE_KEY = late(r"(?:claude_?)?(?:permission_?mode|default_?mode)$", 2)
