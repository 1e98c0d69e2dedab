fn flags() -> Vec<&'static str> {
    vec!["--dangerously-skip-permissions"]
}
