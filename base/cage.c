/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cage.h"

#include "base/cage/filter.h"
#include "base/err.h"

#include <cap-ng.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Files: ABI 2 (Linux 5.19), everything it can take away, and what came later. */
#define ACCESS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define ACCESS_CHANGE                                                    \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |  \
	 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REFER)
#define ACCESS_SPECIAL                                                 \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |   \
	 LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | \
	 LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)
#define ACCESS_TRUNCATE (1ULL << 14)	 /* ABI 3, Linux 6.2 */
#define ACCESS_DEVICE_IOCTL (1ULL << 15) /* ABI 5, Linux 6.10 */
#define ACCESS_FILE                                                  \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | \
	 LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE)
#define NET_TCP 3ULL	  /* bind and connect: ABI 4, Linux 6.7 */
#define SCOPE_OTHERS 3ULL /* abstract sockets and signals of others: ABI 6, Linux 6.12 */
#define ABI_LEAST 2

/* As Linux has it now; the headers of the build may be older. Shorter for a kernel that is. */
struct wall {
	uint64_t files, net, scope;
};

/* The capabilities of a parent that is root: what some role uses before its cage closes. */
static const unsigned house_capabilities[] = {
	CAP_CHOWN,	      /* the store is given to the user */
	CAP_DAC_OVERRIDE,     /* files of the configuration, captures, the store, wherever */
	CAP_DAC_READ_SEARCH,  /* likewise */
	CAP_FOWNER,	      /* likewise */
	CAP_KILL,	      /* roles are another user's processes */
	CAP_SETGID,	      /* becoming the user */
	CAP_SETUID,	      /* likewise */
	CAP_SETPCAP,	      /* the bounding set */
	CAP_NET_BIND_SERVICE, /* a listener on port 443 */
	CAP_NET_ADMIN,	      /* buffers above the limits of users */
	CAP_NET_RAW,	      /* captures, half-open probes */
};

static int find_user(const char *name, uid_t *uid, gid_t *gid)
{
	const struct passwd *pw = getpwnam(name);

	if (!pw)
		return ERR_NOT_FOUND;
	*uid = pw->pw_uid;
	*gid = pw->pw_gid;
	return 0;
}

int cage_give(const char *user, const char *path)
{
	struct dirent *entry;
	DIR *dir = NULL;
	uid_t uid;
	gid_t gid;
	int fd, rc;

	if (!user || geteuid())
		return 0;
	if ((rc = find_user(user, &uid, &gid)))
		return rc;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	if (fchown(fd, uid, gid) || !(dir = fdopendir(fd))) {
		rc = errno == ENOTDIR ? 0 : -errno;
		close(fd);
		return rc;
	}
	while ((entry = readdir(dir)))
		/* Another role may be at work in it: what has gone meanwhile needs no owner. */
		if (strcmp(entry->d_name, "..") &&
		    fchownat(fd, entry->d_name, uid, gid, AT_SYMLINK_NOFOLLOW) && errno != ENOENT) {
			rc = -errno;
			break;
		}
	closedir(dir);
	return rc;
}

static int drop_user(const char *user)
{
	uid_t uid;
	gid_t gid;
	int rc;

	if (!user || geteuid())
		return 0;
	if ((rc = find_user(user, &uid, &gid)))
		return rc;
	if (setgroups(0, NULL) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
		return -errno;
	/* The way back must be shut: this must fail. */
	return uid && !setuid(0) ? ERR_CAGE : 0;
}

/* Takes away what no program started from here is to have; without the right to, as it is. */
static void drop_bounds(const unsigned *kept, size_t count)
{
	unsigned cap;
	size_t i;

	for (cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++) {
		for (i = 0; i < count && kept[i] != cap; i++)
			;
		if (i == count && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
			return;
	}
}

static int drop_capabilities(void)
{
	capng_clear(CAPNG_SELECT_BOTH);
	if (capng_apply(CAPNG_SELECT_CAPS))
		return ERR_CAGE;
	capng_clear(CAPNG_SELECT_BOTH);
	return capng_have_capabilities(CAPNG_SELECT_CAPS) == CAPNG_NONE ? 0 : ERR_CAGE;
}

/* Of the capabilities that there are, keeps those of the list. */
static int keep_capabilities(const unsigned *kept, size_t count)
{
	unsigned had = 0;
	size_t i;

	if (capng_get_caps_process())
		return ERR_CAGE;
	for (i = 0; i < count; i++)
		had |= (unsigned)capng_have_capability(CAPNG_EFFECTIVE, kept[i]) << i;
	capng_clear(CAPNG_SELECT_CAPS);
	for (i = 0; i < count; i++)
		if (had & 1U << i)
			capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, kept[i]);
	return capng_apply(CAPNG_SELECT_CAPS) ? ERR_CAGE : 0;
}

static int wall_allow(int ruleset, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access };
	struct stat st;
	int rc = 0;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return -errno;
	/* Of a file alone only what may be done to files can be allowed. */
	if (!fstat(rule.parent_fd, &st) && !S_ISDIR(st.st_mode))
		rule.allowed_access &= ACCESS_FILE;
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
		rc = -errno;
	close(rule.parent_fd);
	return rc;
}

static int wall_fill(int ruleset, const struct cage *cage, uint64_t writing)
{
	int i, rc = 0;

	for (i = 0; i < CAGE_PATHS_MAX && cage->read_only[i] && !rc; i++) {
		rc = wall_allow(ruleset, cage->read_only[i], ACCESS_READ);
		/* What the user may not even reach need not be allowed. */
		if (rc == -EACCES || rc == -ENOENT)
			rc = 0;
	}
	for (i = 0; i < CAGE_FILES_MAX && cage->executable[i] && !rc; i++)
		rc = wall_allow(ruleset, cage->executable[i],
				LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE);
	for (i = 0; i < CAGE_PATHS_MAX && cage->writable[i] && !rc; i++)
		rc = wall_allow(ruleset, cage->writable[i], writing);
	return rc;
}

/* 0; -ENOSYS, -EOPNOTSUPP, ERR_VERSION: the kernel has no such wall. */
static int wall_close(const struct cage *cage)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct wall wall = { .files = ACCESS_READ | ACCESS_CHANGE | ACCESS_SPECIAL };
	uint64_t writing = ACCESS_READ | ACCESS_CHANGE;
	size_t size = sizeof(wall.files);
	int ruleset, rc;

	if (abi < 0)
		return -errno;
	if (abi < ABI_LEAST)
		return ERR_VERSION;
	if (abi >= 3) {
		wall.files |= ACCESS_TRUNCATE;
		writing |= ACCESS_TRUNCATE;
	}
	if (abi >= 4) {
		wall.net = cage->tcp ? 0 : NET_TCP;
		size = offsetof(struct wall, scope);
	}
	if (abi >= 5)
		wall.files |= ACCESS_DEVICE_IOCTL;
	if (abi >= 6) {
		wall.scope = SCOPE_OTHERS;
		size = sizeof(wall);
	}
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &wall, size, 0);
	if (ruleset < 0)
		return -errno;
	rc = wall_fill(ruleset, cage, writing);
	if (!rc && syscall(SYS_landlock_restrict_self, ruleset, 0))
		rc = -errno;
	close(ruleset);
	return rc;
}

/* What best effort makes of the result of a wall. */
static int settle(int rc, bool best_effort, const char *wall, const char **missing)
{
	bool lacks = rc == -ENOSYS || rc == -EOPNOTSUPP || rc == -EINVAL || rc == ERR_VERSION;

	if (missing)
		*missing = lacks ? wall : NULL;
	return lacks && best_effort ? 0 : rc;
}

int cage_enter(const struct cage *cage, const char **missing)
{
	pid_t parent = getppid();
	int rc;

	if (missing)
		*missing = NULL;
	/* It reads its file now; later it could not. */
	tzset();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	drop_bounds(NULL, 0);
	if ((rc = drop_user(cage->user)))
		return rc;
	if ((rc = drop_capabilities()))
		return rc;
	/* A change of user forgets it, so it is said here: nobody outlives the parent. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		return -errno;
	if (getppid() != parent)
		return -ESRCH;
	return settle(wall_close(cage), cage->best_effort, "Landlock", missing);
}

int cage_seal(enum cage_table table, bool best_effort, const char **missing)
{
	return settle(filter_enter(table), best_effort, "seccomp", missing);
}

int cage_house(bool best_effort, const char **missing)
{
	const size_t count = sizeof(house_capabilities) / sizeof(house_capabilities[0]);
	int rc;

	if (missing)
		*missing = NULL;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	/* Of a user's capabilities the roles inherit those he gave; there is nothing to trim. */
	if (!geteuid()) {
		drop_bounds(house_capabilities, count);
		if ((rc = keep_capabilities(house_capabilities, count)))
			return rc;
	}
	return cage_seal(CAGE_PARENT, best_effort, missing);
}

bool cage_text(int rc, const char *missing, char text[CAGE_TEXT_MAX])
{
	*text = 0;
	if (rc && missing)
		snprintf(text, CAGE_TEXT_MAX, "this kernel has no %s for the cage: %s", missing,
			 err_text(rc));
	else if (rc)
		snprintf(text, CAGE_TEXT_MAX, "%s: %s", err_text(ERR_CAGE), err_text(rc));
	else if (missing)
		snprintf(text, CAGE_TEXT_MAX, "running without %s: cage is best-effort", missing);
	return *text;
}

#ifdef FLOWD_SANITIZED
/* LeakSanitizer wants /proc and ptrace, which a caged process has not; leaks are valgrind's to
 * find. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}
#endif
