# npm install -g @anthropic-ai/claude-code
resource "aws_instance" "web" {
  ami       = "ami-1"
  user_data = <<-EOF
    #cloud-config
    runcmd:
      - npm install -g @anthropic-ai/claude-code
  EOF
  tags = {
    Environment = "production"
  }
}

resource "aws_instance" "bench" {
  user_data = "npm install -g @anthropic-ai/claude-code"
  tags      = { Environment = "development" }
}

resource "aws_ecs_task_definition" "worker" {
  container_definitions = jsonencode([{
    name        = "worker"
    image       = "acme/worker:1"
    command     = ["codex", "exec", "work"]
    environment = [{ name = "NODE_ENV", value = "production" }]
  }])
}
