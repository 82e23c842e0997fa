/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sockets that people come to.
 */
#ifndef WEB_HTTP_LISTEN_H
#define WEB_HTTP_LISTEN_H

#include <stdint.h>

/* Listens on an address. 0 and the socket; ERR_SYNTAX no address, -errno. */
int listen_open(const char *address, uint16_t port, int *out);

/*
 * Listens at a path, where it takes away what an earlier flowd has left; only the owner and the
 * group of the file may connect. 0 and the socket; -EADDRINUSE somebody listens there, -EEXIST it
 * is no socket, -errno.
 */
int listen_open_path(const char *path, int *out);

#endif
