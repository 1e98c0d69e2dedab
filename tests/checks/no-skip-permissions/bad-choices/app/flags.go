package app

func flags(sandboxed bool) []string {
	if sandboxed {
		return []string{"--permission-mode", "acceptEdits"}
	}
	return []string{"--dangerously-skip-permissions"}
}
