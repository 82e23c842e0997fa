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

/*
 * Puts "file:line:column: " before an error of config_check that begins with an option's name, when
 * the file says that option and the command line has not said something else. `error`:
 * YAML_ERROR_MAX bytes; `path` NULL: no file was read.
 */
void yaml_locate(const char *path, const struct conf *conf, char *error);

#endif
