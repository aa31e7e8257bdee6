/**
 * Inside the unit. It claims the attempt, proves what must be true, runs the command and writes down how it ended.
 * `begun` is a link, because making one is atomic, exclusive and carries a word: `run` (this unit) or `void` (closed
 * before it began).
 */
const RUNNER = `
dir=$1 deadline=$2 sweep=$3 guards=$4 patience=$5 want=$6 match=$7 expected=$8
shift 8
ln -sn run "$dir/begun" || exit 0
exec <"$dir/stdin"
rm -f -- "$dir/stdin"
exec >>"$dir/output" 2>&1
cd /
finish() {
  timeout -k 2 30 sync -f -- "$dir"
  printf '%s\\n' "$1" >"$dir/status.part"
  mv -- "$dir/status.part" "$dir/status"
  exit 0
}
if [ "$guards" -gt 0 ]; then
  line= i=1
  while [ "$i" -le "$guards" ]; do line="$line \\"\\\${$i}\\""; i=$((i + 1)); done
  seen=$(eval "timeout -k 2 \\"\\$patience\\" $line" </dev/null)
  code=$?
  shift "$guards"
  seen=\${seen#"\${seen%%[![:space:]]*}"}
  seen=\${seen%"\${seen##*[![:space:]]}"}
  if [ "$code" != "$want" ] || { [ "$match" = 1 ] && [ "$seen" != "$expected" ]; }; then
    printf '%s\\n' "$seen"
    finish "refused $code"
  fi
fi
timeout -k 10 "$deadline" "$@"
code=$?
if [ -n "$sweep" ] && [ "$code" = 0 ]; then
  root=\${dir%/*}
  timeout -k 2 30 sync -f -- "$dir"
  rm -rf -- "$root/spindle-$sweep"-*
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
 * Whoever asks whether an attempt has begun closes it first, so that the answer "never" stays true.
 */
export const NODE_SCRIPT = `
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

report() {
  if make_record; then
    ln -sn void "$dir/begun"
    say never
    return
  fi
  if [ ! -d "$dir" ]; then say broken; return; fi
  if [ -e "$dir/status" ]; then ended; return; fi
  if ln -sn void "$dir/begun"; then rm -f -- "$dir/stdin" "$dir/stdin.part"; fi 2>/dev/null
  case $(readlink -- "$dir/begun") in
    void) say never ;;
    run)
      if active; then say running
      elif [ -e "$dir/status" ]; then ended
      else say interrupted
      fi ;;
    *) say broken ;;
  esac
}

follow() {
  if [ "$(readlink -- "$dir/begun")" != run ]; then report; return; fi
  tail -c +1 -s 0.2 -f -- "$dir/output" 2>/dev/null &
  tail=$!
  n=0
  while [ ! -e "$dir/status" ] && [ -d "$dir" ]; do
    sleep 0.1
    n=$((n + 1))
    if [ $((n % 20)) = 0 ]; then active || break; fi
  done
  kill "$tail" 2>/dev/null
  wait "$tail" 2>/dev/null
  if [ -d "$dir" ]; then report; else say swept; fi
}

# Standard input ends with the nonce: whatever was cut off on the way is not run. Most commands have none.
take_input() {
  if [ "$1" = 0 ]; then : >"$dir/stdin"; return; fi
  cat >"$dir/stdin.part"
  [ "$(tail -c "\${#nonce}" -- "$dir/stdin.part")" = "$nonce" ] || return 1
  truncate -s "-\${#nonce}" -- "$dir/stdin.part"
  mv -- "$dir/stdin.part" "$dir/stdin"
}

start() {
  input=$1
  shift
  if make_record; then
    : >"$dir/output"
    if ! take_input "$input"; then
      report
      return
    fi
    if ! refusal=$(systemd-run --quiet --collect --no-ask-password --unit="$unit" --description="Spindle step $unit" \\
      --service-type=exec --setenv=LC_ALL=C -p StandardInput=null -p StandardOutput=null -p StandardError=null \\
      -p KillMode=control-group -p TimeoutStopSec=15 -- /bin/sh -c "$@" 2>&1) && ln -sn void "$dir/begun" 2>/dev/null; then
      rm -f -- "$dir/stdin"
      say unstartable
      printf '%s\\n' "$refusal"
      return
    fi
    n=0
    while [ ! -h "$dir/begun" ] && [ -d "$dir" ] && [ "$n" -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
    say begun
  elif [ ! -d "$dir" ]; then
    say unstartable
    printf '%s\\n' "$refusal"
    return
  fi
  follow
}

case $mode in
  start) start "$@" ;;
  follow) follow ;;
  inspect) report ;;
  forget)
    rm -rf -- "$root/spindle-$unit"-*
    { rmdir -- "$root" && rmdir -- "$base"; } 2>/dev/null
    say forgotten ;;
esac
`;
