import { randomUUID } from "node:crypto";
import type { LabNode } from "../../lab/index.ts";

/** Of the node's own memory: gone with the next boot, and with the watch's end. */
const FOLDER = "/run/proc-watch";

/**
 * Reads the command line and the environment of every process, over and over, and notes those that hold one of the words. In
 * Perl, as every Debian has it: one process that starts no other, so that a round takes a slow node some milliseconds; it
 * rests between two of them, because the nodes share the machine's cores with the panel and the browser. The words are the
 * lines of standard input, so that it holds none itself where it looks; what it notes has stars in their place.
 */
const WATCH = String.raw`
use strict;
use warnings;
my $folder = shift;
my @words = <STDIN>;
chomp @words;
mkdir($folder, 0700) or die "$folder: $!\n";
open(my $found, '>>', "$folder/found") or die "$folder: $!\n";
$found->autoflush(1);
my $child = fork() // die "no fork: $!\n";
if ($child) { print "$child\n"; exit }
open($_, '+<', '/dev/null') for *STDIN, *STDOUT, *STDERR;
setpriority(0, $$, 10);
my ($isOver, $rounds, %kernel, %seen) = (0, 0);
$SIG{TERM} = sub { $isOver = 1 };

sub content {
  open(my $file, '<', $_[0]) or return '';
  my $text = '';
  while (sysread($file, $text, 65536, length $text)) { }
  return $text;
}

sub uptime { return (split ' ', content('/proc/uptime'))[0] }

sub look {
  my ($pid) = @_;
  my %of = map { $_ => content("/proc/$pid/$_") } 'cmdline', 'environ';
  if ($of{cmdline} eq '') {
    # A thread of the kernel never has either: it is not read again.
    my ($parent) = content("/proc/$pid/stat") =~ /\) \S (\d+)/;
    $kernel{$pid} = 1 if ($parent // 0) == 2;
  }
  for my $kind (sort keys %of) {
    for my $index (0 .. $#words) {
      next if index($of{$kind}, $words[$index]) < 0 || $seen{"$index $kind $pid"}++;
      my $line = $of{cmdline};
      $line =~ s/\Q$_\E/***/g for @words;
      $line =~ tr/ -~/ /c;
      print $found join(' ', $index, $kind, $pid, substr($line, 0, 300)), "\n";
    }
  }
}

my $begun = uptime();
until ($isOver) {
  opendir(my $proc, '/proc');
  for my $pid (grep { /^\d+$/ && !$kernel{$_} } readdir $proc) { look($pid) }
  $rounds++;
  select(undef, undef, undef, 0.1);
}
printf $found "end %d %d\n", $rounds, uptime() - $begun;
`;

/** Is there until the watch has noted the first word in this process or its like. $1 folder, $2 where: `cmdline` or `environ` */
const CANARY = 'until grep -qs "^0 $2 " "$1/found"; do sleep 0.1; done';

/** The same, with the word from standard input in its environment alone. $1 what it then is, $2 folder, $3 where */
const HIDDEN_CANARY = 'read -r CANARY; export CANARY; exec sh -c "$1" sh "$2" "$3"';

/** Ends the watch and prints what it has noted. $1 folder, $2 process */
const END = `kill "$2"
while kill -0 "$2" 2>/dev/null; do sleep 0.1; done
cat "$1/found" && rm -r "$1"`;

/** What a watch has to say at its end. */
export interface Watched {
  /** How often it looked at every process, and for how long, in seconds of the node's clock. */
  rounds: number;
  seconds: number;
  /** `NUMBER WHERE PID COMMAND`: a process that held a word, by the word's place in the list from 1 on. */
  sightings: string[];
}

export interface ProcWatch {
  /** Shows the watch a word where it looks, which it must find, and ends it. Throws where it sees nothing any more. */
  end(): Promise<Watched>;
}

/** Watches the command lines and environments of a node's processes for these words until `end`; the node must not boot meanwhile. */
export async function watchProcesses(node: LabNode, words: readonly string[]): Promise<ProcWatch> {
  const canary = `canary-${randomUUID()}`;
  const input = [canary, ...words].map((word) => `${word}\n`).join("");
  const pid = (await node.sh(["perl", "-e", WATCH, FOLDER], { input })).trim();
  return {
    end: async () => {
      await node.sh(["sh", "-c", CANARY, canary, FOLDER, "cmdline"]);
      await node.sh(["sh", "-c", HIDDEN_CANARY, "sh", CANARY, FOLDER, "environ"], { input: `${canary}\n` });
      return readWatch(await node.sh(["sh", "-c", END, "sh", FOLDER, pid]));
    },
  };
}

function readWatch(said: string): Watched {
  const lines = said.trim().split("\n");
  const [, rounds, seconds] = /^end (\d+) (\d+)$/.exec(lines.pop() ?? "") ?? [];
  if (rounds === undefined) throw new Error(`the watch of the processes has no end: ${said.slice(-300)}`);
  // The canary's own.
  const sightings = lines.filter((line) => !line.startsWith("0 "));
  return { rounds: Number(rounds), seconds: Number(seconds), sightings };
}
