/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services as people name them: with the id of the API, or as the page writes them.
 */
#ifndef WEB_CTL_NAMING_H
#define WEB_CTL_NAMING_H

/* The id of what is named 192.0.2.1:443, 192.0.2.1:53/udp or [2001:db8::1]:443; anything else is
 * left as it is. To be freed; NULL: memory is short. */
char *naming_service(const char *text);

/* The same, encoded for a path or a value; to be freed. */
char *naming_encode(const char *text);

#endif
