import { systemCalls, type SystemCall } from './system-calls.ts';

/**
 * What a process did at the moment it was looked at. `io`: it waited for storage, in a call for names and attributes or for
 * content; `by` is who was to answer, where the kernel's function tells. `neighbour`: it waited for another process, or for
 * nothing, and says nothing of storage. `limit`: it waits for a time, on purpose.
 */
export type Activity =
  | { readonly kind: 'running' | 'neighbour' | 'limit' }
  | { readonly kind: 'io'; readonly what: 'calls' | 'data'; readonly by: 'server' | 'disk' | null };

/** What the kernel tells of one process or thread; null where it must not be read. Asked for only where it is needed. */
export interface ProcessLook {
  /** /proc/PID/syscall: "running", or the number and the arguments of the call it is in. */
  readonly syscall: string | null;
  /** /proc/PID/wchan: the function of the kernel it waits in; "0" where it does not wait, or is not told. */
  readonly wchan: () => string | null;
  /** What a file descriptor leads to. */
  readonly target: (descriptor: number) => string | null;
}

const limitFunctions = /^(do_nanosleep|hrtimer_nanosleep|common_nsleep)/u;
const neighbourFunctions = /^(anon_pipe|pipe_|wait_for_partner|poll_schedule|do_select|do_sys_poll|ep_poll|do_epoll|do_wait|kernel_wait|futex|unix_|sock_|skb_|__skb|sk_|tcp_|inet_|do_signal_stop|sigsuspend|do_sigtimedwait|ptrace_stop|do_exit|wait_woken|io_cqring_wait|do_poll)/u;
const serverFunctions = /^(request_wait_answer|fuse_|__fuse|rpc_|nfs|_nfs|cifs|smb|wait_for_response|wait_for_free_credits|ceph|wait_on_osd|p9_|v9fs|afs_|virtio_fs|xprt_)/u;
const diskFunctions = /^(folio_wait|wait_on_page|__folio_lock|folio_lock|__lock_page|io_schedule|blk_|bio_|submit_bio|__submit_bio|blkdev_|rq_qos|wbt_|blk_throtl|balance_dirty|wait_on_buffer|__wait_on_buffer|bh_|jbd2|do_get_write_access|add_transaction_credits|start_this_handle|ext4_|xfs_|xlog_|btrfs_|wait_current_trans|zio_|cv_wait|txg_|dmu_|md_|raid|dm_|bch_|writeback|wb_wait|sync_inodes|shrink_|congestion_wait)/u;
const pageFunctions = /^(folio_|__folio|wait_on_page|__lock_page|balance_dirty)/u;

const running: Activity = { kind: 'running' };
const neighbour: Activity = { kind: 'neighbour' };
const limit: Activity = { kind: 'limit' };

/**
 * Judges one look. The function it waits in tells most; the call tells what was asked for, and where the function is not told (`0`,
 * a kernel without symbols) what kind of file it was asked of. `architecture` as in process.arch.
 */
export function activityOf({ syscall, wchan, target }: ProcessLook, architecture: string = process.arch): Activity {
  const call = parseCall(syscall, architecture);
  if (call === 'running') return running;
  // select(2) of nothing but a time is how rsync keeps to --bwlimit (io.c, sleep_for_bwlimit).
  if (call.kind === 'sleep' || (call.kind === 'select' && call.first === 0)) return limit;
  if (call.kind === 'select' || call.kind === 'wait') return neighbour;
  const told = wchan();
  const place = told === null || told === '0' ? '' : told;
  if (limitFunctions.test(place)) return limit;
  if (neighbourFunctions.test(place)) return neighbour;
  // Pages hold content, whatever call asked for them.
  const what = call.kind === 'data' || pageFunctions.test(place) ? 'data' : 'calls';
  if (serverFunctions.test(place)) return { kind: 'io', what, by: 'server' };
  if (diskFunctions.test(place)) return { kind: 'io', what, by: 'disk' };
  if (call.kind === 'unknown') return neighbour;
  if (call.kind === 'data' && call.first !== null && /^(pipe|socket|anon_inode):/u.test(target(call.first) ?? '')) return neighbour;
  // In a file call and not on a core: whatever it waits for there, a lock of the file system too, is storage.
  return { kind: 'io', what, by: null };
}

interface Call {
  readonly kind: SystemCall | 'calls' | 'unknown';
  /** Its first argument: of reads and writes the file descriptor. */
  readonly first: number | null;
}

/** proc_pid_syscall(5): "running"; or the call and six arguments; -1 where it waits outside of a call, which is a page of a file. */
function parseCall(text: string | null, architecture: string): 'running' | Call {
  if (text === null) return { kind: 'unknown', first: null };
  if (text.startsWith('running')) return 'running';
  const [number = '', first] = text.split(' ', 2);
  if (number === '-1') return { kind: 'data', first: null };
  const table = systemCalls[architecture];
  const kind = table === undefined ? 'unknown' : table.get(Number(number)) ?? 'calls';
  return { kind, first: first === undefined ? null : Number(first) };
}
