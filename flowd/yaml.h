/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A YAML file of options (YAML 1.2, libfyaml).
 */
#ifndef FLOWD_YAML_H
#define FLOWD_YAML_H

#include "base/conf.h"

#define YAML_ERROR_MAX 512

/*
 * Sets the options that the file names. 0; ERR_* or -errno and "file:line:column: what is wrong" in
 * `error` (YAML_ERROR_MAX bytes).
 */
int yaml_read(const char *path, struct conf *conf, char *error);

#endif
