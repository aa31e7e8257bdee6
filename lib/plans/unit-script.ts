import { EPOCH_SCRIPT } from "./epoch-script.ts";

/**
 * Runs the first COUNT of the arguments behind the fifth as a command; whether it ended with CODE and, with MATCH 1,
 * printed EXPECTED. What it printed, without blanks around it, is left in `seen`, its code in `code`. Only numbers get
 * into the evaluated line.
 */
const CHECK = `
check() {
  want=$1 match=$2 expected=$3 patience=$4 count=$5
  shift 5
  line= i=1
  while [ "$i" -le "$count" ]; do line="$line \\"\\\${$i}\\""; i=$((i + 1)); done
  seen=$(eval "exec timeout -k 2 \\"\\$patience\\" $line" </dev/null)
  code=$?
  seen=\${seen#"\${seen%%[![:space:]]*}"}
  seen=\${seen%"\${seen##*[![:space:]]}"}
  [ "$code" = "$want" ] && { [ "$match" != 1 ] || [ "$seen" = "$expected" ]; }
}
`;

/**
 * Inside the unit. It claims the attempt, proves what must be true, runs the command and writes down how it ended. First of
 * all it proves that no panel of a higher epoch has been here: what an older copy of the panel still wants is refused. By
 * the node's own clock it begins no later than the panel's right to the task lasts: whoever took the task over since may be
 * through with it, and its records gone.
 * `begun` is a link, because making one is atomic and exclusive: to `output`, which is there, by this unit; to nothing
 * by whoever closed the attempt before it began. Before it stands \`pid\`, the process that whoever follows waits for.
 * A status that a power cut left empty is none.
 */
const RUNNER = `${CHECK}${EPOCH_SCRIPT}
dir=$1 deadline=$2 sweep=$3 epoch=$4 until=$5
shift 5
root=\${dir%/*}
echo "$$" >"$dir/pid"
read -r uptime _ </proc/uptime
if [ "\${uptime%%.*}" -ge "$until" ]; then
  ln -sn void "$dir/begun" && rm -f -- "$dir/stdin"
  exit 0
fi
ln -sn output "$dir/begun" || exit 0
if [ -e "$dir/stdin" ]; then exec <"$dir/stdin"; rm -f -- "$dir/stdin"; else exec </dev/null; fi
exec >>"$dir/output" 2>&1
cd /
finish() {
  timeout -k 2 30 sync -f -- "$dir"
  printf '%s\\n' "$1" >"$dir/status"
  exit 0
}
show_epoch "$root" "$epoch"
case $? in
  1) finish "superseded $highest" ;;
  2) finish "refused 2" ;;
esac
if [ "$5" -gt 0 ] && ! check "$@"; then
  printf '%s\\n' "$seen"
  finish "refused $code"
fi
shift $((5 + $5))
timeout -k 10 "$deadline" "$@"
code=$?
if [ -n "$sweep" ] && [ "$code" = 0 ]; then
  timeout -k 2 30 sync -f -- "$dir"
  rm -rf -- "$root/spindle-$sweep"-* "$root"/epoch-*
  rmdir -- "$root" && rmdir -- "\${root%/*}"
  exit 0
fi
finish "exit $code"
`;

/** systemd expands variables in a unit's arguments; a doubled sign is a plain one. */
export function escapeForUnit(argument: string): string {
  return argument.replaceAll("$", "$$$$");
}

/** The runner as an argument of a unit. */
export const ESCAPED_RUNNER = escapeForUnit(RUNNER);

/**
 * On the node, over SSH: `start`, `follow`, `inspect` or `forget`. Ends with the line `NONCE STATE WORD BOOT` and the
 * kept output behind it; the nonce is drawn for each call, so that no command's output can pass for that line.
 * Whoever asks whether an attempt has begun closes it first, so that the answer "never" stays true. Every process costs
 * time on a busy node: what the shell can do itself, it does.
 */
export const NODE_SCRIPT = `${CHECK}${EPOCH_SCRIPT}
mode=$1 base=$2 panel=$3 unit=$4 nonce=$5
shift 5
umask 077
root=$base/$panel
dir=$root/$unit
read -r boot </proc/sys/kernel/random/boot_id

say() { printf '\\n%s %s %s %s\\n' "$nonce" "$1" "\${2:--}" "$boot"; }

active() {
  case $(systemctl show --property=ActiveState --value -- "$unit") in
    inactive | failed) return 1 ;;
  esac
}

ended() {
  read -r word code <"$dir/status"
  say "$word" "$code"
  [ -s "$dir/output" ] || return 0
  size=$(stat -c %s -- "$dir/output")
  if [ "$size" -le 65536 ]; then
    cat -- "$dir/output"
  else
    head -c 16384 -- "$dir/output"
    printf '\\n[...]\\n'
    tail -c 49152 -- "$dir/output"
  fi
}

# Another task may just be removing the directory above, because nothing was left in it.
make_record() {
  tries=0
  until refusal=$(mkdir -- "$dir" 2>&1); do
    tries=$((tries + 1))
    if [ -d "$dir" ] || [ "$tries" -gt 5 ]; then return 1; fi
    mkdir -p -- "$root" 2>/dev/null
  done
}

# Closes an attempt that has not begun.
void() { ln -sn void "$dir/begun" 2>/dev/null && rm -f -- "$dir/stdin" "$dir/stdin.part"; }

report() {
  if [ ! -d "$dir" ] && make_record; then
    void
    say never
    return
  fi
  if [ -s "$dir/status" ]; then ended; return; fi
  [ -h "$dir/begun" ] || void
  if [ ! -h "$dir/begun" ]; then say broken
  elif [ ! -e "$dir/begun" ]; then say never
  elif active; then say running
  elif [ -s "$dir/status" ]; then ended
  else say interrupted
  fi
}

# Waits for the unit's process and passes on what is written meanwhile: one process, and none a moment.
watch() { tail -c +1 -s 0.05 -f --pid="$1" -- "$dir/output" 2>/dev/null; }

answer() { if [ -d "$dir" ]; then report; else say swept; fi; }

# After a boot the number of the process is another's, but then the unit is not active. A record that is not there
# was lost with the power: only one that goes while it is watched was swept.
follow() {
  if [ ! -e "$dir/begun" ]; then report; return; fi
  if [ ! -s "$dir/status" ] && active && read -r pid <"$dir/pid"; then watch "$pid"; fi
  answer
}

# Standard input ends with the nonce: what was cut off on the way is not run. Most commands have none.
take_input() {
  [ "$1" = 1 ] || return 0
  cat >"$dir/stdin.part"
  [ "$(tail -c "\${#nonce}" -- "$dir/stdin.part")" = "$nonce" ] || return 1
  truncate -s "-\${#nonce}" -- "$dir/stdin.part"
  mv -- "$dir/stdin.part" "$dir/stdin"
}

unstartable() {
  say unstartable
  printf '%s\\n' "$refusal"
}

start() {
  input=$1
  shift
  if [ "$5" -gt 0 ] && check "$@" 2>/dev/null; then say already; return; fi
  shift $((5 + $5))
  if make_record; then
    : >"$dir/output"
    if ! take_input "$input"; then report; return; fi
    if ! refusal=$(systemd-run --quiet --collect --no-ask-password --unit="$unit" --description="Spindle step $unit" \\
      --service-type=exec --setenv=LC_ALL=C -p StandardInput=null -p StandardOutput=null -p StandardError=null \\
      -p KillMode=control-group -p TimeoutStopSec=15 -- /bin/sh -c "$@" 2>&1) && void; then
      unstartable
      return
    fi
    n=0
    until read -r pid 2>/dev/null <"$dir/pid" || [ ! -d "$dir" ] || [ "$n" -ge 100 ]; do
      n=$((n + 1))
      sleep 0.1
    done
    say begun
    if [ -d "$dir" ] && [ -n "$pid" ]; then watch "$pid"; fi
    answer
  elif [ ! -d "$dir" ]; then
    unstartable
  else
    follow
  fi
}

case $mode in
  start) start "$@" ;;
  follow) follow ;;
  inspect) report ;;
  forget)
    highest_epoch "$root"
    [ "$highest" -gt "$1" ] || rm -rf -- "$root/spindle-$unit"-*
    { rmdir -- "$root" && rmdir -- "$base"; } 2>/dev/null
    say forgotten ;;
esac
`;
