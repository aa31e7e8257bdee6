/**
 * Asks an iSCSI target what it offers, in Perl as every Debian has it without installing anything: a login of its own,
 * apart from those of the node's kernel, that leaves no record, no session and no device there, so that nothing can be
 * activated or written by a look. Reads only. Numbers of RFC 7143 stand beside what they are.
 *
 * Arguments: mode, seconds, address, port; then but for `targets`: target, CHAP user, the user that the target shows, LUN in
 * sixteen digits, extents. The secrets are the first two lines of standard input.
 *
 *   targets                        target NAME · portal ADDRESS:PORT,GROUP
 *   luns                           lun LUN SIZE BLOCK PAGE-83 KEYS VENDOR|MODEL|SERIAL, the page in hexadecimal, keys of
 *                                  reservations as well, with commas between them; - where there is none
 *   read   OFFSET:LENGTH           data OFFSET HEX …
 *          OFFSET:LENGTH:?         zero OFFSET LENGTH · used OFFSET LENGTH
 *
 * It ends with the line `end`, or with `error WORD …`.
 */
export const LOOK_SCRIPT = String.raw`
use strict;
use warnings;
use Socket qw(getaddrinfo SOCK_STREAM IPPROTO_TCP TCP_NODELAY);
use IPC::Open2;

my ($mode, $seconds, $address, $port, $target, $user, $user_in, $lun, @extents) = @ARGV;
my $secret = <STDIN> // '';
my $secret_in = <STDIN> // '';
chomp($secret, $secret_in);
my ($socket, $tag, $command, $status) = (undef, 0, 1, 0);
$| = 1;

sub fail { print join(' ', 'error', @_), "\n"; exit 1 }
$SIG{ALRM} = sub { fail('silent') };
$SIG{PIPE} = 'IGNORE';
alarm $seconds;

sub reach {
  my (undef, @found) = getaddrinfo($_[0], $_[1], { socktype => SOCK_STREAM, protocol => IPPROTO_TCP });
  fail('unknown-host') unless @found;
  my ($what, $words) = ('silent', '');
  for my $one (@found) {
    socket($socket, $one->{family}, SOCK_STREAM, IPPROTO_TCP) or next;
    if (connect($socket, $one->{addr})) {
      setsockopt($socket, IPPROTO_TCP, TCP_NODELAY, 1);
      binmode $socket;
      return;
    }
    ($what, $words) = ($!{ECONNREFUSED} ? 'refused' : 'silent', "$!");
  }
  fail($what, $words);
}

sub take {
  my ($want, $got) = ($_[0], '');
  while (length($got) < $want) {
    my $count = sysread($socket, $got, $want - length($got), length($got));
    fail('closed') unless $count;
  }
  return $got;
}

sub give {
  my ($head, $data) = @_;
  my $all = $head . $data . "\0" x (-length($data) % 4);
  while (length($all)) {
    my $count = syswrite($socket, $all);
    fail('closed') unless $count;
    substr($all, 0, $count) = '';
  }
}

# The next answer: its head and its data. Pings of the target are answered on the way.
sub answer {
  for (;;) {
    my $head = take(48);
    my $length = unpack('N', substr($head, 4, 4));
    take(4 * ($length >> 24)) if $length >> 24;
    $length &= 0xffffff;
    fail('strange', "$length bytes") if $length > 0x100000;
    my $data = substr(take($length + (-$length % 4)), 0, $length);
    my $kind = ord($head) & 0x3f;
    $status = (unpack('N', substr($head, 24, 4)) + 1) & 0xffffffff if $kind != 0x20 || substr($head, 16, 4) ne "\xff" x 4;
    if ($kind == 0x20) {    # NOP-In
      my $ping = substr($head, 20, 4);
      next if $ping eq "\xff" x 4;
      give(pack('C2 x2 N a8 N a4 N2 x16', 0x40, 0x80, 0, substr($head, 8, 8), 0xffffffff, $ping, $command, $status), '');
      next;
    }
    next if $kind == 0x32;    # asynchronous message
    fail('rejected', ord(substr($head, 2, 1))) if $kind == 0x3f;
    return ($kind, $head, $data);
  }
}

sub pairs { return map { /^([^=]+)=(.*)$/s ? ($1, $2) : () } split(/\0/, $_[0]) }

sub words {
  my @words = @_;
  my $text = '';
  while (my ($key, $value) = splice(@words, 0, 2)) { $text .= "$key=$value\0" }
  return $text;
}

sub initiator {
  if (open(my $file, '<', '/etc/iscsi/initiatorname.iscsi')) {
    while (<$file>) { return $1 if /^InitiatorName=\s*([A-Za-z0-9.:-]+)/ }
  }
  return 'iqn.1993-08.org.debian:01:spindle-look';
}

sub random_bytes {
  open(my $file, '<', '/dev/urandom') or fail('strange', 'no random bytes');
  read($file, my $bytes, $_[0]);
  return $bytes;
}

# The program, because a minimal Perl has no digests; what is hashed goes by a pipe, never as an argument.
sub md5 {
  my $child = open2(my $out, my $in, 'md5sum');
  binmode $in;
  print $in $_[0];
  close $in;
  my $line = <$out> // '';
  waitpid($child, 0);
  fail('strange', 'no md5sum') if length($line) < 32;
  return pack('H32', $line);
}

sub binary {
  my $text = $_[0] // '';
  return pack('H*', $1) if $text =~ /^0x([0-9a-f]*)$/i;
  $text =~ s/^0b//i;
  $text =~ tr#A-Za-z0-9+/##cd;
  $text =~ tr#A-Za-z0-9+/# -_#;
  return join('', map { unpack('u', chr(32 + length($_) * 3 / 4) . $_) } $text =~ /(.{1,60})/gs);
}

my $session = "\x80" . random_bytes(3) . "\0\0";

# One question of a login; stages are 0 security, 1 operation, 3 full feature. Answers with where it leads, and its words.
sub ask {
  my ($stage, $next, $text) = @_;
  my $flags = defined $next ? 0x80 | $stage << 2 | $next : $stage << 2;
  give(pack('C2 x2 N a6 n N n x2 N2 x16', 0x43, $flags, length($text), $session, 0, $tag, 0, $command, $status), $text);
  my ($kind, $head, $data) = answer();
  fail('strange', "answer $kind") if $kind != 0x23;
  my ($class, $detail) = unpack('C2', substr($head, 36, 2));
  my %words = pairs($data);
  return ('moved', \%words) if $class == 1;
  fail('login', $class, $detail) if $class;
  my $said = ord(substr($head, 1, 1));
  return ($said & 0x80 ? $said & 3 : $stage, \%words);
}

# Proves who we are, and, with a second secret, asks the target to do so too.
sub prove {
  my (undef, $words) = ask(0, undef, words(CHAP_A => 5));
  fail('no-chap') unless ($words->{CHAP_A} // '') eq '5';
  my $mine = random_bytes(16);
  my $number = ord(random_bytes(1));
  my $response = md5(chr($words->{CHAP_I} & 255) . $secret . binary($words->{CHAP_C}));
  my @own = length($user_in) ? (CHAP_I => $number, CHAP_C => '0x' . unpack('H*', $mine)) : ();
  my ($to, $said) = ask(0, 1, words(CHAP_N => $user, CHAP_R => '0x' . unpack('H*', $response), @own));
  if (length($user_in)) {
    my $right = ($said->{CHAP_N} // '') eq $user_in && binary($said->{CHAP_R}) eq md5(chr($number) . $secret_in . $mine);
    fail('target-unproven') unless $right;
  }
  return $to;
}

sub login {
  my @kind = $mode eq 'targets' ? (SessionType => 'Discovery') : (SessionType => 'Normal', TargetName => $target);
  my $proves = length($user // '');
  my @first = (InitiatorName => initiator(), @kind, AuthMethod => $proves ? 'CHAP,None' : 'None');
  my ($to, $words) = ask(0, $proves ? undef : 1, words(@first));
  return $words->{TargetAddress} // fail('strange', 'moved nowhere') if $to eq 'moved';
  if ($proves && ($words->{AuthMethod} // '') eq 'CHAP') { $to = prove() }
  elsif (length($user_in // '')) { fail('target-unproven') }
  ($to) = ask(0, 1, '') if $to == 0;
  my @rest = (
    HeaderDigest => 'None', DataDigest => 'None', ErrorRecoveryLevel => 0, DefaultTime2Wait => 0, DefaultTime2Retain => 0,
    MaxRecvDataSegmentLength => 262144,
  );
  push @rest, InitialR2T => 'Yes', ImmediateData => 'No', MaxBurstLength => 262144, FirstBurstLength => 65536,
    MaxOutstandingR2T => 1, MaxConnections => 1, DataPDUInOrder => 'Yes', DataSequenceInOrder => 'Yes'
    if $mode ne 'targets';
  my $text = words(@rest);
  for (1 .. 5) {
    ($to) = ask(1, 3, $text);
    return undef if $to == 3;
    $text = '';
  }
  fail('strange', 'no end of login');
}

# An array may send us to another of its portals.
sub sign_in {
  for (1 .. 3) {
    reach($address, $port);
    my $moved = login();
    return unless defined $moved;
    ($address, $port) = $moved =~ /^\[?([0-9A-Fa-f.:]+?)\]?:(\d+)(?:,\d+)?$/ or fail('strange', 'moved');
    ($tag, $command, $status) = (0, 1, 0);
  }
  fail('strange', 'moved on and on');
}

sub targets {
  my ($text, $known, $mark) = ('', words(SendTargets => 'All'), 0xffffffff);
  for (;;) {
    $tag += 1;
    give(pack('C2 x2 N x8 N N N2 x16', 0x04, 0x80, length($known), $tag, $mark, $command, $status), $known);
    $command += 1;
    my ($kind, $head, $data) = answer();
    fail('strange', "answer $kind") if $kind != 0x24;
    $text .= $data;
    $mark = unpack('N', substr($head, 20, 4));
    last if $mark == 0xffffffff || length($text) > 0x100000;
    $known = '';
  }
  for my $pair (split /\0/, $text) {
    print "target $1\n" if $pair =~ /^TargetName=([A-Za-z0-9.:-]{1,223})$/;
    print "portal $1\n" if $pair =~ /^TargetAddress=([A-Za-z0-9.:\[\]-]+,\d+)$/;
  }
}

# A SCSI command that reads; its data, or undef where the LUN does not know it. What has happened since the last login
# (a unit attention) is told once, and asked again. $lenient: whatever else it refuses with counts as not known.
sub scsi {
  my ($unit, $block, $want, $lenient) = @_;
  for (1 .. 4) {
    $tag += 1;
    give(pack('C2 x2 N a8 N4 a16', 0x01, 0xc1, 0, $unit, $tag, $want, $command, $status, $block), '');
    $command += 1;
    my $got = '';
    for (;;) {
      my ($kind, $head, $data) = answer();
      if ($kind == 0x25) {    # Data-In
        substr($got, unpack('N', substr($head, 40, 4))) = $data;
        return $got if ord(substr($head, 1, 1)) & 1 && !ord(substr($head, 3, 1));
        next;
      }
      fail('strange', "answer $kind") if $kind != 0x21;
      my ($response, $state) = unpack('x2 C2', $head);
      return $got if !$response && !$state;
      my $sense = substr($data, 2);
      my $key = length($sense) > 2 ? ord(substr($sense, (ord($sense) & 0x7f) >= 0x72 ? 1 : 2, 1)) & 15 : 0;
      last if $state == 2 && $key == 6;
      return undef if $lenient || $state == 2 && $key == 5;
      fail('scsi', $response, $state, $key);
    }
  }
  fail('scsi', 0, 2, 6);
}

sub inquiry { return scsi($_[0], pack('C3 n C x10', 0x12, defined $_[1] ? 1 : 0, $_[1] // 0, 1024, 0), 1024) }

# Bytes, and bytes of a block.
sub capacity {
  my $data = scsi($_[0], pack('C2 x8 N x2', 0x9e, 0x10, 32), 32);
  return (0, 0) if !defined $data || length($data) < 12;
  my ($last, $block) = unpack('Q> N', $data);
  return (($last + 1) * $block, $block);
}

# Keys that nodes have registered for reservations (PERSISTENT RESERVE IN, READ KEYS).
sub reservation_keys {
  my $data = scsi($_[0], pack('C x6 n x7', 0x5e, 1024), 1024, 1) // '';
  my $count = length($data) < 8 ? 0 : unpack('x4 N', $data) / 8;
  $count = (length($data) - 8) / 8 if $count > (length($data) - 8) / 8;
  return join(',', map { unpack('H16', substr($data, 8 * $_, 8)) } 1 .. $count) || '-';
}

sub plain {
  my $text = $_[0] // '';
  $text =~ s/[^\x21-\x7b\x7d\x7e]+/ /g;
  $text =~ s/^ +| +$//g;
  return $text;
}

sub luns {
  my $list = scsi("\0" x 8, pack('C x5 N x6', 0xa0, 16384), 16384);
  fail('scsi', 'no LUNs') if !defined $list || length($list) < 8;
  my $count = unpack('N', $list) / 8;
  $count = (length($list) - 8) / 8 if $count > (length($list) - 8) / 8;
  for my $at (1 .. $count) {
    my $unit = substr($list, 8 * $at, 8);
    my $first = inquiry($unit) // next;
    next if length($first) < 36 || ord($first) != 0;    # disks only
    my ($size, $block) = capacity($unit);
    my $serial = inquiry($unit, 0x80) // '';
    my $names = inquiry($unit, 0x83) // '';
    my @texts = map { plain($_) } (substr($first, 8, 8), substr($first, 16, 16), length($serial) > 4 ? substr($serial, 4) : '');
    my @about = ($size, $block, unpack('H*', $names) || '-', reservation_keys($unit));
    print join(' ', 'lun', unpack('H16', $unit), @about, join('|', @texts)), "\n";
  }
}

sub piece {
  my ($unit, $block, $offset, $length) = @_;
  my $data = scsi($unit, pack('C2 Q> N x2', 0x88, 0, $offset / $block, $length / $block), $length) // fail('scsi', 'read');
  # What was not said is not zero.
  fail('strange', length($data), 'bytes of', $length) if length($data) != $length;
  return $data;
}

sub contents {
  my $unit = pack('H16', $lun);
  my ($size, $block) = capacity($unit);
  fail('no-lun') unless $size && $block;
  for my $extent (@extents) {
    my ($offset, $length, $briefly) = split /:/, $extent;
    my $used = 0;
    for (my $at = $offset; $at < $offset + $length && $at < $size; ) {
      my $want = $offset + $length - $at;
      $want = 16384 if $want > 16384;
      $want = $size - $at if $want > $size - $at;
      my $data = piece($unit, $block, $at, $want);
      if (!$briefly) { print "data $at ", unpack('H*', $data), "\n" }
      elsif ($data =~ /[^\0]/) { $used = 1; last }
      $at += $want;
    }
    print join(' ', $used ? 'used' : 'zero', $offset, $length), "\n" if $briefly;
  }
}

sign_in();
if ($mode eq 'targets') { targets() }
elsif ($mode eq 'luns') { luns() }
else { contents() }
give(pack('C2 x2 N x8 N n x2 N2 x16', 0x46, 0x80, 0, $tag + 1, 0, $command, $status), '');    # logout
print "end\n";
`;
