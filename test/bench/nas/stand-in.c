/*
 * A stand-in for a NAS: a FUSE file system that passes everything on to a local folder, as a server far away would.
 * Each request waits for the latency, takes one of the server's slots, and shares its bandwidth. Requests are counted
 * in a file that others may read while this runs: one 64-bit number.
 *
 *   stand-in FOLDER POINT --count=FILE [--latency-us=N] [--cache-s=N] [--slots=N] [--bytes-per-s=N]
 *
 * --cache-s: how long the kernel may keep names and attributes, as a client of NFS does (acregmax of nfs(5)); listings
 * then bring the attributes with them (readdirplus). libfuse 3, high-level interface (fuse.h).
 */
#define FUSE_USE_VERSION 314
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

struct settings {
	char *count;
	unsigned latency_us, cache_s, slots;
	unsigned long bytes_per_s;
};
static struct settings settings;
static const char *folder;
static _Atomic uint64_t *count;
static sem_t free_slots;
static pthread_mutex_t line = PTHREAD_MUTEX_INITIALIZER;
static int64_t line_free_at;

static int64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void sleep_until(int64_t at)
{
	struct timespec until = { at / 1000000000LL, at % 1000000000LL };
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

/* One round trip that moves so many bytes. */
static void round_trip(size_t bytes)
{
	int64_t until = now_ns() + settings.latency_us * 1000LL;
	atomic_fetch_add(count, 1);
	if (settings.slots > 0)
		sem_wait(&free_slots);
	if (settings.bytes_per_s > 0 && bytes > 0) {
		pthread_mutex_lock(&line);
		int64_t start = line_free_at > now_ns() ? line_free_at : now_ns();
		line_free_at = start + (int64_t)((double)bytes * 1e9 / (double)settings.bytes_per_s);
		if (line_free_at > until)
			until = line_free_at;
		pthread_mutex_unlock(&line);
	}
	sleep_until(until);
	if (settings.slots > 0)
		sem_post(&free_slots);
}

/* The name in our folder; `at` must hold PATH_MAX bytes. */
static const char *real(char *at, const char *path)
{
	snprintf(at, PATH_MAX, "%s%s", folder, path);
	return at;
}
#define REAL(path) real((char[PATH_MAX]){0}, path)
#define ANSWER(call) do { round_trip(0); return (call) == -1 ? -errno : 0; } while (0)

static void *on_init(struct fuse_conn_info *connection, struct fuse_config *config)
{
	config->use_ino = 1;
	config->attr_timeout = config->entry_timeout = settings.cache_s;
	config->negative_timeout = 0;
	/* What is kept of a file's content is for the client: each run is mounted anew. */
	config->kernel_cache = settings.cache_s > 0;
	config->nullpath_ok = 0;
	connection->max_write = connection->max_readahead = 1 << 20;
	if (settings.cache_s == 0)
		connection->want &= ~(FUSE_CAP_READDIRPLUS | FUSE_CAP_READDIRPLUS_AUTO);
	else
		connection->want = (connection->want | FUSE_CAP_READDIRPLUS) & ~FUSE_CAP_READDIRPLUS_AUTO;
	return NULL;
}

static int on_getattr(const char *path, struct stat *facts, struct fuse_file_info *file)
{
	round_trip(0);
	return (file ? fstat((int)file->fh, facts) : lstat(REAL(path), facts)) == -1 ? -errno : 0;
}

static int on_readlink(const char *path, char *text, size_t size)
{
	round_trip(0);
	ssize_t length = readlink(REAL(path), text, size - 1);
	if (length == -1)
		return -errno;
	text[length] = '\0';
	return 0;
}

static int owned(const char *path)
{
	const struct fuse_context *caller = fuse_get_context();
	return lchown(path, caller->uid, caller->gid);
}

static int on_mknod(const char *path, mode_t mode, dev_t device)
{
	round_trip(0);
	const char *name = REAL(path);
	return mknod(name, mode, device) == -1 || owned(name) == -1 ? -errno : 0;
}

static int on_mkdir(const char *path, mode_t mode)
{
	round_trip(0);
	const char *name = REAL(path);
	return mkdir(name, mode) == -1 || owned(name) == -1 ? -errno : 0;
}

static int on_symlink(const char *target, const char *path)
{
	round_trip(0);
	const char *name = REAL(path);
	return symlink(target, name) == -1 || owned(name) == -1 ? -errno : 0;
}

static int on_unlink(const char *path) { ANSWER(unlink(REAL(path))); }
static int on_rmdir(const char *path) { ANSWER(rmdir(REAL(path))); }
static int on_link(const char *from, const char *to) { ANSWER(link(REAL(from), REAL(to))); }

static int on_rename(const char *from, const char *to, unsigned flags)
{
	ANSWER(renameat2(AT_FDCWD, REAL(from), AT_FDCWD, REAL(to), flags));
}

static int on_chmod(const char *path, mode_t mode, struct fuse_file_info *file)
{
	ANSWER(file ? fchmod((int)file->fh, mode) : chmod(REAL(path), mode));
}

static int on_chown(const char *path, uid_t user, gid_t group, struct fuse_file_info *file)
{
	ANSWER(file ? fchown((int)file->fh, user, group) : lchown(REAL(path), user, group));
}

static int on_truncate(const char *path, off_t size, struct fuse_file_info *file)
{
	ANSWER(file ? ftruncate((int)file->fh, size) : truncate(REAL(path), size));
}

static int on_utimens(const char *path, const struct timespec times[2], struct fuse_file_info *file)
{
	ANSWER(file ? futimens((int)file->fh, times) : utimensat(AT_FDCWD, REAL(path), times, AT_SYMLINK_NOFOLLOW));
}

static int on_open(const char *path, struct fuse_file_info *file)
{
	round_trip(0);
	int opened = open(REAL(path), file->flags & ~O_NOFOLLOW);
	if (opened == -1)
		return -errno;
	file->fh = (uint64_t)opened;
	return 0;
}

static int on_create(const char *path, mode_t mode, struct fuse_file_info *file)
{
	round_trip(0);
	const char *name = REAL(path);
	int opened = open(name, file->flags, mode);
	if (opened == -1 || owned(name) == -1)
		return -errno;
	file->fh = (uint64_t)opened;
	return 0;
}

static int on_read(const char *path, char *bytes, size_t size, off_t offset, struct fuse_file_info *file)
{
	(void)path;
	ssize_t done = pread((int)file->fh, bytes, size, offset);
	round_trip(done > 0 ? (size_t)done : 0);
	return done == -1 ? -errno : (int)done;
}

static int on_write(const char *path, const char *bytes, size_t size, off_t offset, struct fuse_file_info *file)
{
	(void)path;
	round_trip(size);
	ssize_t done = pwrite((int)file->fh, bytes, size, offset);
	return done == -1 ? -errno : (int)done;
}

static int on_release(const char *path, struct fuse_file_info *file)
{
	(void)path;
	close((int)file->fh);
	return 0;
}

/* What a client of NFS does when a file is closed: what was written must be there. */
static int on_flush(const char *path, struct fuse_file_info *file)
{
	(void)path;
	if ((file->flags & O_ACCMODE) != O_RDONLY)
		round_trip(0);
	return 0;
}

static int on_fsync(const char *path, int only_data, struct fuse_file_info *file)
{
	(void)path;
	(void)only_data;
	ANSWER(fsync((int)file->fh));
}

static int on_statfs(const char *path, struct statvfs *facts) { ANSWER(statvfs(REAL(path), facts)); }

/* A listing that is read in several requests goes on where the last one ended. */
struct listing {
	DIR *names;
	struct dirent *next;
	off_t at;
};

static int on_opendir(const char *path, struct fuse_file_info *file)
{
	struct listing *listing = calloc(1, sizeof(*listing));
	if (listing == NULL)
		return -ENOMEM;
	listing->names = opendir(REAL(path));
	if (listing->names == NULL) {
		int reason = errno;
		free(listing);
		return -reason;
	}
	file->fh = (uint64_t)listing;
	return 0;
}

static int on_releasedir(const char *path, struct fuse_file_info *file)
{
	(void)path;
	struct listing *listing = (struct listing *)file->fh;
	closedir(listing->names);
	free(listing);
	return 0;
}

static struct dirent *next_of(struct listing *listing)
{
	if (listing->next == NULL)
		listing->next = readdir(listing->names);
	return listing->next;
}

/*
 * Each answer is one request, but for the empty one at the end: a server says with the last names that there are no more.
 * Names have offsets, without which libfuse drops what is known of their attributes (readdirplus).
 */
static int on_readdir(const char *path, void *list, fuse_fill_dir_t add, off_t offset, struct fuse_file_info *file,
		      enum fuse_readdir_flags flags)
{
	(void)path;
	struct listing *listing = (struct listing *)file->fh;
	if (offset != listing->at) {
		seekdir(listing->names, offset);
		listing->next = NULL;
		listing->at = offset;
	}
	if (offset == 0 || next_of(listing) != NULL)
		round_trip(0);
	int plus = (flags & FUSE_READDIR_PLUS) != 0;
	for (struct dirent *entry; (entry = next_of(listing)) != NULL; listing->next = NULL) {
		struct stat facts = { .st_ino = entry->d_ino, .st_mode = (mode_t)(entry->d_type << 12) };
		int is_known = !plus || fstatat(dirfd(listing->names), entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) == 0;
		off_t after = telldir(listing->names);
		if (is_known && add(list, entry->d_name, &facts, after, plus ? FUSE_FILL_DIR_PLUS : 0) != 0)
			return 0;
		listing->at = after;
	}
	return 0;
}

static int on_getxattr(const char *path, const char *name, char *value, size_t size)
{
	round_trip(0);
	ssize_t length = lgetxattr(REAL(path), name, value, size);
	return length == -1 ? -errno : (int)length;
}

static int on_listxattr(const char *path, char *names, size_t size)
{
	round_trip(0);
	ssize_t length = llistxattr(REAL(path), names, size);
	return length == -1 ? -errno : (int)length;
}

static int on_setxattr(const char *path, const char *name, const char *value, size_t size, int flags)
{
	ANSWER(lsetxattr(REAL(path), name, value, size, flags));
}

static int on_removexattr(const char *path, const char *name) { ANSWER(lremovexattr(REAL(path), name)); }

static const struct fuse_operations operations = {
	.init = on_init, .getattr = on_getattr, .readlink = on_readlink, .mknod = on_mknod, .mkdir = on_mkdir,
	.unlink = on_unlink, .rmdir = on_rmdir, .symlink = on_symlink, .rename = on_rename, .link = on_link,
	.chmod = on_chmod, .chown = on_chown, .truncate = on_truncate, .open = on_open, .create = on_create,
	.read = on_read, .write = on_write, .statfs = on_statfs, .flush = on_flush, .release = on_release,
	.fsync = on_fsync, .opendir = on_opendir, .readdir = on_readdir, .releasedir = on_releasedir, .utimens = on_utimens, .getxattr = on_getxattr,
	.listxattr = on_listxattr, .setxattr = on_setxattr, .removexattr = on_removexattr,
};

#define OPTION(form, member) { form, offsetof(struct settings, member), 0 }
static const struct fuse_opt options[] = {
	OPTION("--count=%s", count), OPTION("--latency-us=%u", latency_us), OPTION("--cache-s=%u", cache_s),
	OPTION("--slots=%u", slots), OPTION("--bytes-per-s=%lu", bytes_per_s), FUSE_OPT_END,
};

static int keep_folder(void *data, const char *word, int key, struct fuse_args *words)
{
	(void)data;
	(void)words;
	if (key != FUSE_OPT_KEY_NONOPT || folder != NULL)
		return 1;
	folder = realpath(word, NULL);
	return folder == NULL ? -1 : 0;
}

int main(int argc, char **argv)
{
	struct fuse_args words = FUSE_ARGS_INIT(argc, argv);
	if (fuse_opt_parse(&words, &settings, options, keep_folder) == -1 || folder == NULL || settings.count == NULL) {
		fprintf(stderr, "stand-in FOLDER POINT --count=FILE [--latency-us=N] [--cache-s=N] [--slots=N] [--bytes-per-s=N]\n");
		return 2;
	}
	int file = open(settings.count, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (file == -1 || ftruncate(file, sizeof(uint64_t)) == -1) {
		perror(settings.count);
		return 1;
	}
	count = mmap(NULL, sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (count == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	if (settings.slots > 0)
		sem_init(&free_slots, 0, settings.slots);
	umask(0);
	/* A server answers many at once; and whatever runs as root here may be looked at by all. */
	fuse_opt_add_arg(&words, "-f");
	fuse_opt_add_arg(&words, "-omax_threads=256,max_idle_threads=256,allow_other,default_permissions,subtype=daybreak-nas");
	return fuse_main(words.argc, words.argv, &operations, NULL);
}
