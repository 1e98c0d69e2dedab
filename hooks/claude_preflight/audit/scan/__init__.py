"""Read the source of a server without running it, and list what a reviewer should look at."""
