alias ll='ls -l'
export FLW_SECRET_KEY=@@flutterwave-key-live@@
