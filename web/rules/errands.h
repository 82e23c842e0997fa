/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions that a judge answers: the request waits until it has, and web goes on meanwhile.
 */
#ifndef WEB_RULES_ERRANDS_H
#define WEB_RULES_ERRANDS_H

#include "base/record/trial.h"
#include "web/http/http.h"

struct api;

/*
 * Has a judge born and asks it, the body of the request with the order; or, when the request has
 * waited for its answer, gives that.
 */
void errands_ask(struct api *api, const struct http_request *request,
		 const struct trial_order *order, struct http_answer *answer);

#endif
