exec(`${prefix}gemini --yolo -p "$PROMPT"`);
