/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Doors to files: FTP, rsync.
 */
#ifndef VERIFY_DOOR_FILE_H
#define VERIFY_DOOR_FILE_H

#include "verify/door/door.h"

/*
 * RFC 959: USER anonymous, and never a password: who is let in by the name alone (230), or is asked
 * for no more than a mail address (RFC 1635), is told.
 */
extern const struct door file_ftp;
extern const struct door file_rsync; /* the list of modules of an rsync daemon */

#endif
