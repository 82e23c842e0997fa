/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The socket that people come to.
 */
#ifndef WEB_LISTEN_H
#define WEB_LISTEN_H

#include <stdint.h>

/*
 * Listens on a loopback address. 0 and the socket; ERR_SYNTAX no address, ERR_DENIED not loopback,
 * -errno.
 */
int listen_open(const char *address, uint16_t port, int *out);

#endif
