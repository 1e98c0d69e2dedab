import re

PATTERNS = ["--dangerously-skip-permissions", "--yolo", "danger-full-access"]
RULE = re.compile(r"--dangerously-skip-permissions|bypassPermissions")
DANGEROUS = {"--dangerously-skip-permissions": "skips every check", "--yolo": "the same"}


def scan(argv, mode):
    """Finds claude --dangerously-skip-permissions in argv."""
    if "--dangerously-skip-permissions" in argv or mode == "bypassPermissions":
        raise SystemExit("claude --dangerously-skip-permissions is refused")
    return [flag for flag in PATTERNS if flag in argv]
