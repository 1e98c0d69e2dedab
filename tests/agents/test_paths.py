"""How much of a disk a path opens."""

from __future__ import annotations

import pytest

from claude_preflight.agents.paths import CREDENTIALS, DISK, HOME, OUTSIDE, PERSONAL, SYSTEM, reach

WIDE = {
    DISK: "/ // /./ /.. /../.. /Users/../ file:/// /* C:\\ c: D:/ /mnt/c /c/ /cygdrive/d ${ROOT:-/} ${ROOT-/}",
    HOME: "~ ~/ ~/. $HOME ${HOME}/ ${env:HOME} $env:USERPROFILE {env:HOME} ${userHome} %USERPROFILE%"
    " %HOMEDRIVE%%HOMEPATH% /home /Users /home/ann /Users/ann/ /root /var/root "
    " C:\\Users C:\\Users\\ann /mnt/c/Users/ann"
    " ~bob ${ROOT:-~} ~/code/..",
    CREDENTIALS: "~/.ssh ~/.aws/ $HOME/.aws/credentials ${env:HOME}/.kube ~/.config /home/ann/.gnupg /root/.ssh"
    " C:\\Users\\ann\\.ssh ~/.docker ~/.claude",
    PERSONAL: "~/Desktop ~/Documents/ /Users/ann/Downloads %USERPROFILE%\\Desktop %APPDATA% C:\\Users\\ann\\OneDrive"
    " ~/Library ${APPDATA}",
    SYSTEM: "/etc /etc/nginx /var /usr /opt /proc/self /dev/disk /Applications /Library /System /mnt C:\\Windows"
    " C:\\Windows\\System32 C:/ProgramData /private/etc",
    OUTSIDE: ".. ../ ../other src/../.. ./../x ${workspaceFolder}/.. ${CLAUDE_PROJECT_DIR:-.}/../x $PWD/..",
}
NARROW = (
    ". ./ ./src src src/.. ${workspaceFolder} ${workspaceFolder}/src ${CLAUDE_PROJECT_DIR:-.} $PWD $(pwd)"
    " ${PWD}/x %CD%"
    " /Users/ann/code/shop /home/ann/src /root/project /workspaces/shop /workspace"
    " /app /data /projects /var/www/html/shop"
    " /opt/tool"
    " /srv/shop /mnt/data C:\\work\\shop C:\\Users\\ann\\code D:/code /path/to/dir /Users/YOUR_USERNAME <path> ..."
    " $DATA_DIR ${DATA_DIR} ${DATA_DIR}/x %DATA% ~/code ~/Documents/shop ~/.config/acme mypath/tools /a /tmp"
    " [id] http://x/"
)


@pytest.mark.parametrize(("kind", "path"), [(kind, path) for kind, paths in WIDE.items() for path in paths.split()])
def test_too_wide(kind: str, path: str) -> None:
    found = reach(path)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize("path", [*NARROW.split(), "", " ", "My Documents/x"])
def test_narrow_or_unknown(path: str) -> None:
    assert reach(path) is None


@pytest.mark.parametrize(
    ("path", "base", "kind"), [("..", "packages/a", None), ("../../..", "packages/a", OUTSIDE), ("../b", "a", None)]
)
def test_relative_paths_start_at_the_base(path: str, base: str, kind: str | None) -> None:
    found = reach(path, base)
    assert (found.kind if found else None) == kind
