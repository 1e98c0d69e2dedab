FLAG="--dangerously-skip-permissions"
FORBIDDEN=("--dangerously-skip-permissions" "--yolo" "--full-auto")
if git grep -n -- "$FLAG"; then exit 1; fi
rg -q "claude --dangerously-skip-permissions" src && exit 1
for flag in --dangerously-skip-permissions --yolo; do grep -r -- "$flag" . && exit 1; done
case "$1" in
  --dangerously-skip-permissions) echo "refused"; exit 2 ;;
esac
[[ "$*" == *"--dangerously-skip-permissions"* ]] && exit 2
sed -i 's/ --dangerously-skip-permissions//' run.sh
