/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that a rules text names: more statements, and the items of groups.
 */
#ifndef RULES_READ_FILES_H
#define RULES_READ_FILES_H

#include "rules/read/reader.h"

#define FILES_DEPTH_MAX 8	   /* texts in one another */
#define FILES_MAX 256		   /* all of them together */
#define FILES_BYTES_MAX (8u << 20) /* likewise */

/*
 * Reads the text named by the token with `read`, as if it stood here; leaves the token behind the
 * name. What is wrong in it has its name and place.
 */
int files_read(struct reader *p, int (*read)(struct reader *p, void *arg), void *arg);

#endif
