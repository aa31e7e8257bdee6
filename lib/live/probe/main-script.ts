/**
 * The constant part of the probe, POSIX sh as dash has it. It is fed on the standard input of `sh -s`, and goes on
 * reading its commands there once it has said hello, so that it needs no `sleep`, and ends when the channel does:
 *
 *   t            figures, watches, results          p   results only
 *   c ID NONCE   check this storage now             q   end, and leave nothing in /run
 *
 * It answers in lines:
 *
 *   h FORMAT EPOCH PID BOOT_ID CPUS                 hello
 *   f UPTIME LOAD1 LOAD5 LOAD15 MEMTOTAL MEMAVAILABLE CPU-COUNTERS…
 *   w ID                                            something watched has changed
 *   b ID NONCE … r NONCE … e ID NONCE CODE FROM TO  a check's output, what it complained of, its end
 *   l ID NONCE                                      a check is over its deadline and was killed
 *   s ID NONCE                                      not started: the last one is still there
 *   g ID                                            the one that was stuck is gone
 *   x WORD …                                        it can't run, and ends
 *
 * A line of figures costs no process: everything is read by builtins. A check runs in a session of its own, with its
 * output in files, and is never waited for: whatever hangs in it, the loop goes on. A check that was killed and is
 * still there (a process in an unkillable wait) is not started a second time. The nonce is the panel's: no output of a
 * tool can end a check's block.
 */
export const MAIN_SCRIPT = `
say() { printf '%s\\n' "$1" || finish; }

# Start time of process $1 in $began, empty when it is gone: with the process id it names a process for good.
began_of() {
  began=
  read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
  set -- $stat
  began=\${22}
}

figures() {
  read -r _ cpu </proc/stat
  { read -r _ total _; read -r _ _; read -r _ available _; } </proc/meminfo
  read -r load1 load5 load15 _ </proc/loadavg
  say "f $up $load1 $load5 $load15 $total $available $cpu"
}

watches() {
  for id in $ids; do
    seen= own=$dir/$id stamp=$dir/$id.stamp
    watch "$id"
    eval "old=\\$seen_$id"
    [ "$seen" = "$old" ] && continue
    eval "seen_$id=\\$seen nonce=\\$nonce_$id"
    [ -n "$nonce" ] && cut_short && continue
    say "w $id"
  done
}

# Whether something is seen to be gone without asking it: that is then the end of check $nonce of $id.
tell_glance() {
  glance "$id" >"$dir/$id.glance"
  code=$?
  [ "$code" != 0 ] || return 1
  say "b $id $nonce"
  pass_on "$dir/$id.glance"
  say "r $nonce"
  say "e $id $nonce $code $up $up"
}

# A check that hangs behind what is seen to be gone does not keep that from being told.
cut_short() {
  tell_glance || return 1
  eval "pid=\\$pid_$id"
  kill -s KILL -- "-$pid" 2>/dev/null
  eval "nonce_$id= stuck_$id=$pid"
}

collect() {
  for id in $ids; do
    eval "nonce=\\$nonce_$id stuck=\\$stuck_$id"
    if [ -n "$stuck" ]; then
      is_gone "$stuck" && { eval "stuck_$id="; say "g $id"; }
      continue
    fi
    [ -n "$nonce" ] || continue
    got=
    [ -e "$dir/$id.end" ] && read -r got code from to <"$dir/$id.end"
    if [ "$got" = "$nonce" ]; then deliver; else overdue; fi
  done
}

deliver() {
  eval "pid=\\$pid_$id nonce_$id="
  wait "$pid"
  say "b $id $nonce"
  pass_on "$dir/$id.out"
  say "r $nonce"
  pass_on "$dir/$id.err"
  say "e $id $nonce $code $from $to"
}

# The lines of a file; the first ones by builtins, which is a tenth of the work of starting a process.
pass_on() {
  [ -s "$1" ] || return 0
  {
    for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
      IFS= read -r line || { [ -z "$line" ] || printf '%s\\n' "$line"; break; }
      printf '%s\\n' "$line"
    done
    [ "$try" = 30 ] && cat
  } <"$1"
  say ""
}

overdue() {
  eval "pid=\\$pid_$id since=\\$since_$id deadline=\\$deadline_$id"
  [ $((now - since)) -ge "$deadline" ] || return 0
  kill -s KILL -- "-$pid" 2>/dev/null
  eval "nonce_$id= stuck_$id=$pid"
  say "l $id $nonce"
}

# Whether nobody is left of the session of a killed check; its first process is reaped here.
is_gone() {
  if read -r _ _ state _ 2>/dev/null <"/proc/$1/stat"; then
    [ "$state" = Z ] || return 1
    wait "$1"
  fi
  ! kill -s 0 -- "-$1" 2>/dev/null
}

# Whether only zombies are left of session $1, which init has not reaped yet. Reads every process: for the end only.
is_dead() {
  for file in /proc/[0-9]*/stat; do
    read -r stat 2>/dev/null <"$file" || continue
    case \${stat##*) } in Z\\ *) ;; *\\ *\\ "$1"\\ *) return 1 ;; esac
  done
}

begin() {
  id=$1
  case " $ids " in *" $id "*) ;; *) return ;; esac
  eval "nonce=\\$nonce_$id stuck=\\$stuck_$id"
  if [ -n "$nonce$stuck" ]; then
    nonce=$2
    tell_glance || say "s $id $2"
    return
  fi
  seen= own=$dir/$id stamp=$dir/$id.stamp
  : >"$stamp"
  watch "$id"
  setsid sh "$dir/check.sh" "$id" "$2" </dev/null >/dev/null 2>&1 &
  eval "seen_$id=\\$seen nonce_$id=\\$2 pid_$id=$! since_$id=$now"
}

# A folder of its own, and an end to what an earlier probe of this panel left: its process, and checks that may still
# hang. Of two that start at once the later one stays. That the panel was taken over is known longer than a boot.
supersede() {
  began_of $$
  mine=$began root=$dir dir=$dir/$epoch.$$.$began
  show_epoch "$shown_in" "$epoch"
  [ $? != 1 ] || { say "x superseded $highest"; exit 0; }
  for try in 1 2 3 4 5; do mkdir -p -- "$dir" 2>/dev/null && break; done
  [ -d "$dir" ] || { say "x unwritable"; exit 1; }
  for other in "$root"/*.*.*; do
    [ -d "$other" ] && [ "$other" != "$dir" ] || continue
    name=\${other##*/}
    his_epoch=\${name%%.*} his_began=\${name##*.} his_pid=\${name#*.}
    his_pid=\${his_pid%.*} alive=
    began_of "$his_pid" && [ "$began" = "$his_began" ] && alive=1
    if [ "$his_epoch" -gt "$epoch" ] || [ "$alive" -a "$his_began" -gt "$mine" ]; then
      say "x superseded $his_epoch"
      rm -rf "$dir"
      exit 0
    fi
    [ -n "$alive" ] && kill "$his_pid"
    end_checks "$other"
    rm -rf "$other"
  done
}

# Kills the checks noted in folder $1; one that stays is not started a second time.
end_checks() {
  for file in "$1"/*.pid; do
    [ -e "$file" ] && read -r pid his_began <"$file" || continue
    kill -s 0 -- "-$pid" 2>/dev/null || continue
    began_of "$pid" && [ "$began" != "$his_began" ] && continue
    kill -s KILL -- "-$pid" 2>/dev/null
    id=\${file##*/}
    id=\${id%.pid}
    case " $ids " in *" $id "*) eval "stuck_$id=$pid" ;; esac
  done
}

finish() {
  left=
  for id in $ids; do
    eval "nonce=\\$nonce_$id pid=\\$pid_$id stuck=\\$stuck_$id"
    [ -n "$nonce" ] && kill -s KILL -- "-$pid" 2>/dev/null && stuck=$pid
    [ -n "$stuck" ] || continue
    for try in 1 2 3 4 5 6 7 8 9 10; do
      is_gone "$stuck" && continue 2
      sleep 0.1
    done
    is_dead "$stuck" || left=1
  done
  [ -n "$left" ] || rm -rf "$dir"
  rmdir "$root" 2>/dev/null
  exit 0
}

main() {
  trap '' PIPE
  read -r boot </proc/sys/kernel/random/boot_id
  read -r cpus </sys/devices/system/cpu/online
  say "h 1 $epoch $$ $boot $cpus"
  while read -r command a b; do
    read -r up _ </proc/uptime
    now=\${up%.*}
    case $command in
      t) figures; watches; collect ;;
      p) collect ;;
      c) begin "$a" "$b" ;;
      q) break ;;
    esac
  done
  finish
}
`;

/** The constant part of a check: runs in its own session as `sh check.sh ID NONCE`, after the functions it needs. */
export const CHECK_SCRIPT = `
id=$1 nonce=$2 dir=\${0%/*}
own=$dir/$id stamp=$dir/$id.stamp
began_of() { began=\${22}; }
read -r stat </proc/self/stat
began_of $stat
echo "$$ $began" >"$own.pid"
read -r from _ </proc/uptime
check "$id" >"$own.out" 2>"$own.err"
code=$?
read -r to _ </proc/uptime
printf '%s\\n' "$nonce $code $from $to" >"$own.end"
`;
