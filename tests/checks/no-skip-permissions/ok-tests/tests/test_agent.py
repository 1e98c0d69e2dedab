from agent import command


def test_asks():
    assert "--dangerously-skip-permissions" not in command("x")
    assert command("x", sandbox=True) == ["docker", "run", "box", "claude", "--dangerously-skip-permissions"]
    assert options().permission_mode != "bypassPermissions"
