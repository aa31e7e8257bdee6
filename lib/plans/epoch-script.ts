/** Where a node keeps what it knows of panels: records of their tasks, and the epochs that they have shown. */
export const NODE_DIR = "/var/lib/spindle";

/**
 * Shell functions about epochs. Whoever takes a panel over, such as from a backup, raises its epoch; what still runs of the
 * panel as it was has a lower one than the node has seen, and is refused there. Each epoch is an empty file named by its
 * number, so that none is half written, and two panels that show theirs at once lose none. A node that was never taken over
 * has no such file.
 */
export const EPOCH_SCRIPT = `
# The highest epoch that was shown in directory $1, in $highest.
highest_epoch() {
  highest=1
  for shown in "$1"/epoch-*; do
    number=\${shown##*/epoch-}
    case $number in '' | *[!0-9]*) continue ;; esac
    [ "$number" -le "$highest" ] || highest=$number
  done
}

# Shows epoch $2 in directory $1; 1 where a higher one was shown there, 2 where it can't be written down.
show_epoch() {
  highest_epoch "$1"
  [ "$highest" -le "$2" ] || return 1
  [ "$highest" -lt "$2" ] || return 0
  mkdir -p -- "$1" && touch -- "$1/epoch-$2" && timeout -k 2 30 sync -f -- "$1" || return 2
}
`;
