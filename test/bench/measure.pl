# Runs a command and writes on descriptor 3: wall seconds from its start to its end, user and system CPU seconds of all
# that it started, seconds until the last of these was gone, and how many had to be ended for that.
# Perl, as it comes with most systems and can become the parent of orphans (prctl(2), PR_SET_CHILD_SUBREAPER): a process
# that its own parent did not wait for would be missing in the CPU time otherwise, and could disturb the next run.
use strict;
use warnings;
use POSIX qw(uname WNOHANG);
use Time::HiRes qw(clock_gettime sleep CLOCK_MONOTONIC);

my $most_seconds_after = 10;
my $adopt = 36;
my %prctl = (x86_64 => 157, aarch64 => 167, riscv64 => 167);
my $number = $^O eq 'linux' ? $prctl{ (uname())[4] } : undef;
syscall($number, $adopt, 1, 0, 0, 0) if defined $number;
open(my $report, '>&=', 3) or die "descriptor 3: $!";

my $start = clock_gettime(CLOCK_MONOTONIC);
my $child = fork() // die "fork: $!";
if ($child == 0) {
  close $report;
  { no warnings 'exec'; exec { $ARGV[0] } @ARGV; }
  print STDERR "$ARGV[0]: $!\n";
  POSIX::_exit(127);
}
my $status;
until (defined $status) {
  my $ended = waitpid(-1, 0);
  $status = $? if $ended == $child;
}
my $end = clock_gettime(CLOCK_MONOTONIC);

my $killed = 0;
while ((my $ended = waitpid(-1, WNOHANG)) >= 0) {
  next if $ended > 0;
  if (clock_gettime(CLOCK_MONOTONIC) - $end > $most_seconds_after) {
    open(my $list, '<', "/proc/$$/task/$$/children") or last;
    $killed += kill('KILL', split(' ', <$list> // ''));
  }
  sleep 0.002;
}
my $after = clock_gettime(CLOCK_MONOTONIC) - $end;
my (undef, undef, $user, $system) = times;
printf {$report} "%.3f %.3f %.3f %.3f %d\n", $end - $start, $user, $system, $after, $killed;
exit($status & 127 ? 128 + ($status & 127) : $status >> 8);
