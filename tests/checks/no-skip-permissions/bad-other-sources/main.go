package main

func run(p string) {
	exec.Command("claude", "-p", p, "--dangerously-skip-permissions").Run()
}
