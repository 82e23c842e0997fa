/* SPDX-License-Identifier: Apache-2.0 */
#include "web/http/target.h"

#include <stdio.h>
#include <string.h>

static const char *const methods[HTTP_METHOD_END] = { "GET", "POST", "PUT", "PATCH", "DELETE" };

/* Does a path fit a route's, and what stands where the route has its *? */
static bool path_fits(const char *route, const char *path, struct target_found *out)
{
	const char *star = strchr(route, '*');
	size_t before = star ? (size_t)(star - route) : 0, len = strlen(path), after;

	if (!star)
		return !strcmp(route, path);
	after = strlen(star + 1);
	if (len <= before + after || memcmp(route, path, before) ||
	    strcmp(star + 1, path + len - after))
		return false;
	out->name = path + before;
	out->name_len = len - before - after;
	return !memchr(out->name, '/', out->name_len);
}

static bool is_method(const struct http_route *route, const char *method)
{
	return !strcmp(method, methods[route->method]) ||
	       (route->method == HTTP_GET && !strcmp(method, "HEAD"));
}

void target_find(const struct http_route *routes, const char *method, const char *path,
		 struct target_found *out)
{
	const struct http_route *route;
	struct target_found at = { .name = NULL };
	size_t len = 0;

	*out = (struct target_found){ .route = NULL };
	for (route = routes; route->path && !out->route; route++) {
		if (!path_fits(route->path, path, &at))
			continue;
		if (is_method(route, method)) {
			out->route = route;
			out->name = at.name;
			out->name_len = at.name_len;
		}
		len += (size_t)snprintf(out->allow + len, sizeof(out->allow) - len, "%s%s%s",
					len ? ", " : "", methods[route->method],
					route->method == HTTP_GET ? ", HEAD" : "");
	}
}

unsigned target_refuses(const struct target_found *found, enum access access, const char **wrong)
{
	if (!found->route && !*found->allow)
		return *wrong = "there is no such page", 404;
	if (!found->route)
		return *wrong = "see the header Allow", 405;
	if (access >= found->route->need)
		return 0;
	if (access == ACCESS_NONE)
		return *wrong = "a token is needed: Authorization: Bearer ...", 401;
	return *wrong = "this needs a token of a higher role", 403;
}
