package cmd

import "os/exec"

func run(prompt string) error {
	cmd := exec.Command("claude", "-p", prompt, "--dangerously-skip-permissions")
	return cmd.Run()
}

var start = &cobra.Command{
	RunE: func(cmd *cobra.Command, args []string) error {
		return exec.Command("gemini", "--yolo").Run()
	},
}

func explain() error {
	return Error{msg: "claude --dangerously-skip-permissions is not for us"}
}
