fn run<'a>(p: &'a str) {
    Command::new("claude").arg("-p").arg(p).arg("--dangerously-skip-permissions").status();
}
