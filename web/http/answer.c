/* SPDX-License-Identifier: Apache-2.0 */
#include "web/http/answer.h"

#include "store/report/report.h"

#include <stdio.h>
#include <stdlib.h>

void http_answer_text(struct http_answer *answer, const char *type, char *text)
{
	answer->status = text ? 200 : 0;
	answer->type = type;
	answer->body = text;
	answer->len = text ? strlen(text) : 0;
}

static const char *title_of(unsigned status)
{
	static const struct {
		unsigned status;
		const char *title;
	} titles[] = { { 400, "Bad Request" },
		       { 401, "Unauthorized" },
		       { 403, "Forbidden" },
		       { 404, "Not Found" },
		       { 405, "Method Not Allowed" },
		       { 409, "Conflict" },
		       { 412, "Precondition Failed" },
		       { 413, "Content Too Large" },
		       { 414, "URI Too Long" },
		       { 415, "Unsupported Media Type" },
		       { 422, "Unprocessable Content" },
		       { 429, "Too Many Requests" },
		       { 431, "Request Header Fields Too Large" },
		       { 503, "Service Unavailable" } };
	size_t i;

	for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		if (titles[i].status == status)
			return titles[i].title;
	return "Internal Server Error";
}

void http_answer_problem(struct http_answer *answer, unsigned status, const char *detail,
			 const char *name)
{
	struct report *r = report_new();

	report_set_text(r, "type", "about:blank");
	report_set_text(r, "title", title_of(status));
	report_set_number(r, "status", status);
	report_set_text(r, "detail", detail);
	if (name)
		report_set_text(r, "parameter", name);
	free(answer->body);
	*answer = (struct http_answer){ 0 };
	http_answer_text(answer, HTTP_PROBLEM, report_text(r));
	answer->status = status;
}

void http_answer_wrong(struct http_answer *answer, const char *detail, const char *pointer)
{
	struct report *r = report_new(), *error = report_new();
	char fragment[128];

	report_set_text(r, "type", "about:blank");
	report_set_text(r, "title", title_of(400));
	report_set_number(r, "status", 400);
	report_set_text(r, "detail", detail);
	report_set_text(error, "detail", detail);
	snprintf(fragment, sizeof(fragment), "#%s", pointer);
	report_set_text(error, "pointer", fragment);
	report_list(r, "errors");
	report_add(r, "errors", error);
	http_answer_text(answer, HTTP_PROBLEM, report_text(r));
	answer->status = 400;
}
