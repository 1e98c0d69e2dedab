"""What the registries and the artefacts themselves tell about MCP servers: the only code here that uses the network."""
