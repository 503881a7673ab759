/**
 * Calls of Linux that are not for names and attributes: content (`data`), other processes (`select`, `wait`), a time (`sleep`).
 * All others that may wait for storage ask for names and attributes: stat, open, getdents, rename, chmod, utimensat, close ...
 */
export type SystemCall = 'data' | 'select' | 'wait' | 'sleep';

type Numbers = Readonly<Record<SystemCall, readonly number[]>>;

/**
 * x86-64 (kernel source arch/x86/entry/syscalls/syscall_64.tbl). data: read, write, pread64, pwrite64, readv, writev, sendfile, fsync,
 * fdatasync, ftruncate, splice, sync_file_range, fallocate, preadv, pwritev, copy_file_range, preadv2, pwritev2. wait: poll, pause,
 * accept, connect, sendto, recvfrom, sendmsg, recvmsg, wait4, rt_sigtimedwait, rt_sigsuspend, futex, epoll_wait, waitid, ppoll,
 * epoll_pwait, io_uring_enter, epoll_pwait2. sleep: nanosleep, clock_nanosleep.
 */
const x64: Numbers = {
  data: [0, 1, 17, 18, 19, 20, 40, 74, 75, 77, 275, 277, 285, 295, 296, 326, 327, 328],
  select: [23, 270],
  wait: [7, 34, 42, 43, 44, 45, 46, 47, 61, 128, 130, 202, 232, 247, 271, 281, 426, 441],
  sleep: [35, 230],
};

/** arm64, and all others of the kernel's generic table (include/uapi/asm-generic/unistd.h), in the same order where they exist. */
const arm64: Numbers = {
  data: [46, 47, 63, 64, 65, 66, 67, 68, 69, 70, 71, 76, 82, 83, 84, 285, 286, 287],
  select: [72],
  wait: [22, 73, 95, 98, 133, 137, 202, 203, 206, 207, 211, 212, 260, 426, 441],
  sleep: [101, 115],
};

/** By the architecture as process.arch names it, and the number of the call. */
export const systemCalls: Readonly<Record<string, ReadonlyMap<number, SystemCall> | undefined>> = { x64: byNumber(x64), arm64: byNumber(arm64) };

function byNumber(numbers: Numbers): ReadonlyMap<number, SystemCall> {
  return new Map((Object.keys(numbers) as SystemCall[]).flatMap((kind) => numbers[kind].map((number) => [number, kind] as const)));
}
