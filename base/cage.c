/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cage.h"

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
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Landlock ABI 2 (Linux 5.19): everything it can take away. */
#define ACCESS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define ACCESS_ALL                                                                  \
	(ACCESS_READ | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | \
	 LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |           \
	 LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |               \
	 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |               \
	 LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |             \
	 LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER)
#define ACCESS_WRITE                                                                   \
	(ACCESS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |                \
	 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REFER)

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
		if (strcmp(entry->d_name, "..") &&
		    fchownat(fd, entry->d_name, uid, gid, AT_SYMLINK_NOFOLLOW)) {
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

static int drop_capabilities(void)
{
	capng_clear(CAPNG_SELECT_BOTH);
	/* Without CAP_SETPCAP the bounding set cannot be cleared; no_new_privs makes it void. */
	if (capng_apply(CAPNG_SELECT_CAPS))
		return ERR_CAGE;
	capng_clear(CAPNG_SELECT_BOTH);
	return capng_have_capabilities(CAPNG_SELECT_CAPS) == CAPNG_NONE ? 0 : ERR_CAGE;
}

static int wall_allow(int ruleset, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access };
	int rc = 0;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return -errno;
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
		rc = -errno;
	close(rule.parent_fd);
	return rc;
}

static int wall_fill(int ruleset, const struct cage *cage)
{
	int i, rc = 0;

	for (i = 0; i < CAGE_PATHS_MAX && cage->read_only[i] && !rc; i++)
		rc = wall_allow(ruleset, cage->read_only[i], ACCESS_READ);
	for (i = 0; i < CAGE_PATHS_MAX && cage->writable[i] && !rc; i++)
		rc = wall_allow(ruleset, cage->writable[i], ACCESS_WRITE);
	return rc;
}

/* 0; -ENOSYS, -EOPNOTSUPP, ERR_VERSION: the kernel has no such wall. */
static int wall_close(const struct cage *cage)
{
	const struct landlock_ruleset_attr attr = { .handled_access_fs = ACCESS_ALL };
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	int ruleset, rc;

	if (abi < 0)
		return -errno;
	if (abi < 2)
		return ERR_VERSION;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (ruleset < 0)
		return -errno;
	rc = wall_fill(ruleset, cage);
	if (!rc && syscall(SYS_landlock_restrict_self, ruleset, 0))
		rc = -errno;
	close(ruleset);
	return rc;
}

int cage_enter(const struct cage *cage, const char **missing)
{
	int rc;

	if (missing)
		*missing = NULL;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	if ((rc = drop_user(cage->user)))
		return rc;
	if ((rc = drop_capabilities()))
		return rc;
	/* A change of user forgets it, so it is said here: nobody outlives the parent. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		return -errno;
	rc = wall_close(cage);
	if (rc && cage->best_effort && (rc == -ENOSYS || rc == -EOPNOTSUPP || rc == ERR_VERSION)) {
		if (missing)
			*missing = "Landlock";
		return 0;
	}
	return rc;
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
