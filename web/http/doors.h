/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The doors of the server, opened before the cage closes: the address with what seals it, and the
 * Unix socket.
 */
#ifndef WEB_HTTP_DOORS_H
#define WEB_HTTP_DOORS_H

#include "web/http/http.h"

struct conf;

#define DOORS_ERROR_MAX 256

struct doors {
	int tcp, local;		 /* -1: not there */
	char *certificate, *key; /* PEM; NULL: no TLS */
	char print[2 * 32 + 1];	 /* of the certificate, SHA-256 */
};

/*
 * Opens what the configuration wants; a certificate that nobody has given is made in the folder
 * `scratch`, and made anew a month before it ends. 0, or a negative number and what is wrong in
 * `error` (DOORS_ERROR_MAX bytes).
 */
int doors_open(struct doors *doors, const struct conf *conf, const char *scratch, char *error);

/* Hands the sockets to the server. False: it cannot. */
bool doors_serve(struct doors *doors, struct http *http);

void doors_close(struct doors *doors);

#endif
