/* What a process asks of the files below a directory, counted; and at one of those calls, a fault.
 *
 * Loaded before libc (LD_PRELOAD). The environment says what is to happen:
 *
 *   TORTURE_UNDER    the directory; calls about other files pass
 *   TORTURE_COUNTER  a file of 8 bytes, in which the calls are counted, also across a kill
 *   TORTURE_PEAK     a file that gets what the process had in memory at most, as /proc/self/status has it
 *   TORTURE_CLASS    write: calls that change something; all: reading ones too
 *   TORTURE_FAULT    ACTION:N: what happens at call N, counted from 1
 *                      kill        the process is killed before the call
 *                      torn        as kill, with half of what the call would write
 *                      EIO, …      the call fails with this error; with a + behind it, all later ones too;
 *                                  with a ~ before that, they take their time to fail
 *                      short       half of what the call would write is written, and said so
 *                      interrupt   the call fails once with EINTR
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define SLOW_MICROSECONDS 50000

enum action { NONE, KILL, TORN, FAIL, SHORT_WRITE, INTERRUPT };

static const char *under;
static size_t under_len;
static int counts_all;
static enum action action;
static int error_number, is_sticky, is_slow;
static uint64_t due;
static _Atomic uint64_t nowhere;
static _Atomic uint64_t *counter = &nowhere;
static _Atomic unsigned char followed[1 << 16];

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static int number_of(const char *name) {
  static const struct {
    const char *name;
    int number;
  } known[] = {{"EIO", EIO},       {"ENOSPC", ENOSPC}, {"EMFILE", EMFILE}, {"EACCES", EACCES},
               {"EROFS", EROFS},   {"EDQUOT", EDQUOT}, {"ENOENT", ENOENT}, {"ENOMEM", ENOMEM},
               {"EFBIG", EFBIG}};
  for (size_t at = 0; at < sizeof known / sizeof *known; at++) {
    if (strcmp(known[at].name, name) == 0) return known[at].number;
  }
  return 0;
}

__attribute__((constructor)) static void prepare(void) {
  under = getenv("TORTURE_UNDER");
  under_len = under ? strlen(under) : 0;
  const char *class = getenv("TORTURE_CLASS");
  counts_all = class && strcmp(class, "all") == 0;
  const char *path = getenv("TORTURE_COUNTER");
  int fd = path ? REAL(open)(path, O_RDWR | O_CLOEXEC) : -1;
  if (fd >= 0) {
    void *at = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at != MAP_FAILED) counter = at;
    REAL(close)(fd);
  }
  const char *fault = getenv("TORTURE_FAULT");
  const char *colon = fault ? strchr(fault, ':') : NULL;
  if (!colon) return;
  char name[16] = {0};
  size_t len = (size_t)(colon - fault);
  if (len >= sizeof name) _exit(99);
  memcpy(name, fault, len);
  if (len > 0 && name[len - 1] == '+') {
    is_sticky = 1;
    name[--len] = 0;
  }
  if (len > 0 && name[len - 1] == '~') {
    is_slow = 1;
    name[--len] = 0;
  }
  due = strtoull(colon + 1, NULL, 10);
  if (strcmp(name, "kill") == 0) action = KILL;
  else if (strcmp(name, "torn") == 0) action = TORN;
  else if (strcmp(name, "short") == 0) action = SHORT_WRITE;
  else if (strcmp(name, "interrupt") == 0) action = INTERRUPT;
  else action = FAIL, error_number = number_of(name);
  if (action == FAIL && error_number == 0) _exit(99);
}

__attribute__((destructor)) static void end(void) {
  const char *path = getenv("TORTURE_PEAK");
  if (!path) return;
  char status[4096];
  int from = REAL(open)("/proc/self/status", O_RDONLY | O_CLOEXEC);
  ssize_t len = REAL(read)(from, status, sizeof status);
  int to = REAL(open)(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (len > 0 && REAL(write)(to, status, (size_t)len) < 0) _exit(99);
}

static int is_under(const char *path) {
  return under && path && strncmp(path, under, under_len) == 0;
}

static int is_followed(int fd) { return fd >= 0 && fd < (1 << 16) && followed[fd]; }

static void follow(int fd, int is) {
  if (fd >= 0 && fd < (1 << 16)) followed[fd] = (unsigned char)is;
}

/* What is to happen at this call. */
static enum action strike(int is_ours, int is_write) {
  if (!is_ours || !(is_write || counts_all)) return NONE;
  uint64_t now = atomic_fetch_add(counter, 1) + 1;
  if (action == NONE || now < due || (now > due && !is_sticky)) return NONE;
  if (action == KILL) kill(getpid(), SIGKILL);
  if (action == FAIL && is_slow) usleep(SLOW_MICROSECONDS);
  if (action == FAIL) errno = error_number;
  return action;
}

/* A call that writes nothing by itself: it fails, or the process is killed before it. */
#define STRUCK(is_ours, is_write)                                     \
  switch (strike(is_ours, is_write)) {                                \
    case FAIL: return -1;                                             \
    case TORN: kill(getpid(), SIGKILL); break;                        \
    default: break;                                                   \
  }

static int opened(int fd, const char *path) {
  if (fd >= 0) follow(fd, is_under(path));
  return fd;
}

static int makes(int flags) { return (flags & (O_CREAT | O_TRUNC)) != 0; }

static mode_t mode_of(int flags, va_list rest) {
  return flags & (O_CREAT | O_TMPFILE) ? (mode_t)va_arg(rest, int) : 0;
}

#define OPEN(name)                                                    \
  int name(const char *path, int flags, ...) {                        \
    va_list rest;                                                     \
    va_start(rest, flags);                                            \
    mode_t mode = mode_of(flags, rest);                               \
    va_end(rest);                                                     \
    STRUCK(is_under(path), makes(flags))                              \
    return opened(REAL(name)(path, flags, mode), path);               \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                  \
  int name(int at, const char *path, int flags, ...) {                \
    va_list rest;                                                     \
    va_start(rest, flags);                                            \
    mode_t mode = mode_of(flags, rest);                               \
    va_end(rest);                                                     \
    STRUCK(is_under(path), makes(flags))                              \
    return opened(REAL(name)(at, path, flags, mode), path);           \
  }
OPENAT(openat)
OPENAT(openat64)

#define FCNTL(name)                                                   \
  int name(int fd, int command, ...) {                                \
    va_list rest;                                                     \
    va_start(rest, command);                                          \
    void *value = va_arg(rest, void *);                               \
    va_end(rest);                                                     \
    int result = REAL(name)(fd, command, value);                      \
    if (result >= 0 && (command == F_DUPFD || command == F_DUPFD_CLOEXEC)) { \
      follow(result, is_followed(fd));                                \
    }                                                                 \
    return result;                                                    \
  }
FCNTL(fcntl)
FCNTL(fcntl64)

int close(int fd) {
  follow(fd, 0);
  return REAL(close)(fd);
}

/* As many bytes as the call may write. */
#define WRITES(is_ours, call, half)                                   \
  switch (strike(is_ours, 1)) {                                       \
    case FAIL: return -1;                                             \
    case INTERRUPT: errno = EINTR; return -1;                         \
    case SHORT_WRITE: return half;                                    \
    case TORN:                                                        \
      if (half < 0) {}                                                \
      kill(getpid(), SIGKILL);                                        \
      return -1;                                                      \
    default: return call;                                             \
  }

ssize_t write(int fd, const void *bytes, size_t count) {
  WRITES(is_followed(fd), REAL(write)(fd, bytes, count), REAL(write)(fd, bytes, (count + 1) / 2))
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
  WRITES(is_followed(fd), REAL(pwrite)(fd, bytes, count, at),
         REAL(pwrite)(fd, bytes, (count + 1) / 2, at))
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  WRITES(is_followed(fd), REAL(pwrite64)(fd, bytes, count, at),
         REAL(pwrite64)(fd, bytes, (count + 1) / 2, at))
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  WRITES(is_followed(fd), REAL(writev)(fd, parts, count),
         REAL(write)(fd, parts[0].iov_base, (parts[0].iov_len + 1) / 2))
}

#define ON_FD(is_write, type, name, parameters, ...)                  \
  type name parameters {                                              \
    STRUCK(is_followed(fd), is_write)                                 \
    return REAL(name)(__VA_ARGS__);                                   \
  }
ON_FD(1, int, fsync, (int fd), fd)
ON_FD(1, int, fdatasync, (int fd), fd)
ON_FD(1, int, sync_file_range, (int fd, off64_t at, off64_t len, unsigned flags), fd, at, len, flags)
ON_FD(1, int, ftruncate, (int fd, off_t len), fd, len)
ON_FD(1, int, ftruncate64, (int fd, off64_t len), fd, len)
ON_FD(1, int, fchmod, (int fd, mode_t mode), fd, mode)
ON_FD(0, int, flock, (int fd, int operation), fd, operation)
ON_FD(0, off64_t, lseek64, (int fd, off64_t at, int whence), fd, at, whence)

#define READS(name, parameters, ...)                                  \
  ssize_t name parameters {                                           \
    switch (strike(is_followed(fd), 0)) {                             \
      case FAIL: return -1;                                           \
      case INTERRUPT: errno = EINTR; return -1;                       \
      case SHORT_WRITE: count = (count + 1) / 2; break;               \
      case TORN: kill(getpid(), SIGKILL); break;                      \
      default: break;                                                 \
    }                                                                 \
    return REAL(name)(__VA_ARGS__);                                   \
  }
READS(read, (int fd, void *bytes, size_t count), fd, bytes, count)
READS(pread, (int fd, void *bytes, size_t count, off_t at), fd, bytes, count, at)
READS(pread64, (int fd, void *bytes, size_t count, off64_t at), fd, bytes, count, at)

#define ON_PATH(name, parameters, ...)                                \
  int name parameters {                                               \
    STRUCK(is_under(path), 1)                                         \
    return REAL(name)(__VA_ARGS__);                                   \
  }
ON_PATH(mkdir, (const char *path, mode_t mode), path, mode)
ON_PATH(rmdir, (const char *path), path)
ON_PATH(unlink, (const char *path), path)
ON_PATH(chmod, (const char *path, mode_t mode), path, mode)
ON_PATH(truncate64, (const char *path, off64_t len), path, len)
ON_PATH(rename, (const char *path, const char *to), path, to)
ON_PATH(link, (const char *path, const char *to), path, to)
ON_PATH(symlink, (const char *path, const char *to), path, to)

DIR *opendir(const char *path) {
  switch (strike(is_under(path), 0)) {
    case FAIL: return NULL;
    case TORN: kill(getpid(), SIGKILL); break;
    default: break;
  }
  return REAL(opendir)(path);
}
