/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The open ports of what nmap writes with -oX. Names of services are left out: nmap's are others
 * than ours, and mostly come from the port's number. Documents that declare entities are refused.
 */
#ifndef WEB_BOOK_NMAP_H
#define WEB_BOOK_NMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nmap_port {
	const char *address, *proto, *number;
};

/* What is wrong with a port, NULL nothing; no further ones come after that. */
typedef const char *(*nmap_fn)(void *arg, const struct nmap_port *port);

/* Reads a whole document of `len` bytes; what is wrong with it, NULL nothing, and in which line. */
const char *nmap_read(const char *text, size_t len, nmap_fn take, void *arg, uint64_t *line);

#endif
