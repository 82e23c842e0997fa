/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/door/web.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define FIELD_MAX 200

/* An answer so far. */
struct page {
	int status;		 /* 0: this is no HTTP */
	const char *head, *body; /* body: NULL, its headers are not whole yet */
	bool whole; /* of the body as much as its Content-Length says, or all there is */
};

static void request(struct door_talk *t, const char *what, const char *body)
{
	char text[DOOR_OUT_MAX];
	int n;

	n = snprintf(text, sizeof(text),
		     "%s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\nAccept: */*\r\n"
		     "Connection: close\r\n",
		     what, t->host, t->agent);
	if (body && n > 0 && (size_t)n < sizeof(text))
		n += snprintf(text + n, sizeof(text) - (size_t)n,
			      "Content-Type: application/json\r\nContent-Length: %zu\r\n",
			      strlen(body));
	if (n > 0 && (size_t)n < sizeof(text))
		n += snprintf(text + n, sizeof(text) - (size_t)n, "\r\n%s", body ? body : "");
	if (n > 0 && (size_t)n < sizeof(text))
		door_say(t, text, (size_t)n);
}

/* The value of a header, "" when it is not there. */
static void header(const struct page *p, const char *name, char *out, size_t size)
{
	const char *line = p->head, *end;
	size_t len = strlen(name);

	out[0] = 0;
	while ((line = strchr(line, '\n')) && ++line < p->body) {
		if (strncasecmp(line, name, len) || line[len] != ':')
			continue;
		line += len + 1;
		line += strspn(line, " \t");
		end = line + strcspn(line, "\r\n");
		while (end > line && isspace((unsigned char)end[-1]))
			end--;
		snprintf(out, size, "%.*s", (int)(end - line < FIELD_MAX ? end - line : FIELD_MAX),
			 line);
		return;
	}
}

static struct page read_page(const struct door_talk *t, const char *text)
{
	struct page p = { .head = text };
	char length[FIELD_MAX + 1];
	const char *end;
	size_t skip = 4;

	if (strncmp(text, "HTTP/", 5) != 0 || strcspn(text, " ") > 8)
		return p;
	p.status = atoi(text + strcspn(text, " "));
	if (p.status < 100 || p.status > 999)
		p.status = 0;
	end = strstr(text, "\r\n\r\n");
	if (!end) {
		end = strstr(text, "\n\n");
		skip = 2;
	}
	if (!end)
		return p;
	p.body = end + skip;
	header(&p, "content-length", length, sizeof(length));
	p.whole =
		t->ended || t->in_len == sizeof(t->in) ||
		(isdigit((unsigned char)length[0]) && strlen(p.body) >= strtoul(length, NULL, 10));
	return p;
}

/* Reads what has come into `text`. False: more must come first. */
static bool take_page(const struct door_talk *t, char *text, size_t size, struct page *out)
{
	size_t len = door_text(t, text, size);

	if (len >= 5 && strncmp(text, "HTTP/", 5) != 0) {
		*out = (struct page){ .status = 0 };
		return true;
	}
	*out = read_page(t, text);
	if (!out->body && t->ended)
		out->status = 0;
	return (out->body && out->whole) || t->ended;
}

/* The text of an element, blanks put together. */
static bool read_title(const char *body, char *out, size_t size)
{
	const char *at = strcasestr(body, "<title"), *end;
	size_t len = 0;

	at = at ? strchr(at, '>') : NULL;
	end = at ? strcasestr(at, "</title") : NULL;
	if (!end)
		return false;
	for (at++; at < end && len < size - 1; at++) {
		if (!isspace((unsigned char)*at))
			out[len++] = *at;
		else if (len && out[len - 1] != ' ')
			out[len++] = ' ';
	}
	while (len && out[len - 1] == ' ')
		len--;
	out[len] = 0;
	return len > 0;
}

/* A value of JSON that is a string, found by its name, wherever it stands. */
static bool read_member(const char *body, const char *name, char *out, size_t size)
{
	char quoted[48];
	const char *at;
	size_t len;

	snprintf(quoted, sizeof(quoted), "\"%s\"", name);
	at = strstr(body, quoted);
	if (!at)
		return false;
	at += strlen(quoted);
	at += strspn(at, " \t\r\n:");
	if (*at != '"')
		return false;
	at++;
	len = strcspn(at, "\"\r\n");
	len = len < size - 1 ? len : size - 1;
	memcpy(out, at, len);
	out[len] = 0;
	return true;
}

static void tell_page(struct door_talk *t, const struct page *p)
{
	char text[FIELD_MAX + 1];
	size_t line = strcspn(p->head, "\r\n"), at = strcspn(p->head, " ") + 1;

	if (at < line)
		door_fact(t, FACT_HTTP_STATUS, "%.*s", (int)(line - at < 60 ? line - at : 60),
			  p->head + at);
	header(p, "server", text, sizeof(text));
	if (text[0])
		door_fact(t, FACT_HTTP_SERVER, "%s", text);
	header(p, "location", text, sizeof(text));
	if (text[0])
		door_fact(t, FACT_HTTP_LOCATION, "%s", text);
	if (read_title(p->body, text, sizeof(text)))
		door_fact(t, FACT_HTTP_TITLE, "%s", text);
}

/* Programs are not greeted with a page: what is it that has none, or speaks JSON? */
static bool is_interface(const struct page *p)
{
	char type[FIELD_MAX + 1];

	header(p, "content-type", type, sizeof(type));
	return strncasecmp(type, "text/html", 9) != 0 &&
	       (p->status == 404 || p->status == 401 || p->status == 403 ||
		!strncasecmp(type, "application/json", 16));
}

static void set_version(struct door_talk *t, const char *version)
{
	if (!t->probe->version[0])
		record_text_set(t->probe->version, sizeof(t->probe->version), version);
}

/* Elasticsearch and OpenSearch say who they are to whom they let in. */
static bool tell_search(struct door_talk *t, const struct page *p)
{
	char cluster[64], version[32] = "";

	if (p->status != 200 || !read_member(p->body, "cluster_name", cluster, sizeof(cluster)) ||
	    !strstr(p->body, "\"lucene_version\""))
		return false;
	read_member(p->body, "number", version, sizeof(version));
	door_fact(t, FACT_NOAUTH, "%s: cluster %s, version %s",
		  strstr(p->body, "\"opensearch\"") ? "opensearch" : "elasticsearch", cluster,
		  version);
	return true;
}

/* Does the page show the way to what is measured, as exporters do, or to Prometheus' own pages? */
static bool has_metrics(const struct page *p)
{
	char to[FIELD_MAX + 1];

	header(p, "location", to, sizeof(to));
	return !strcmp(to, "/graph") || !strcmp(to, "/classic/graph") || !strcmp(to, "/query") ||
	       strcasestr(p->body, "href=\"/metrics\"") ||
	       strcasestr(p->body, "href=\"metrics\"") || strcasestr(p->body, "href='/metrics'");
}

/* "HAProxy version 2.6.12-1" on a page whose title names the same: of that program, if it is the
 * one.
 */
static void tell_page_version(struct door_talk *t, const char *body)
{
	static const char word[] = " version ";
	char title[FIELD_MAX + 1], program[41];
	const char *at, *name, *end;

	if (!read_title(body, title, sizeof(title)))
		return;
	for (at = body; (at = strcasestr(at, word)); at += sizeof(word) - 1) {
		end = at + sizeof(word) - 1;
		end += *end == 'v';
		for (name = at; name > body && isalnum((unsigned char)name[-1]); name--)
			;
		if (name == at || !isdigit((unsigned char)*end) || !strchr(end, '.'))
			continue;
		snprintf(program, sizeof(program), "%.*s", (int)(at - name), name);
		if (!strcasestr(title, program))
			continue;
		record_text_set(t->probe->product, sizeof(t->probe->product), program);
		snprintf(t->probe->version, sizeof(t->probe->version), "%.*s",
			 (int)strspn(end, "0123456789."), end);
		return;
	}
}

static void open_root(struct door_talk *t)
{
	request(t, "GET /", NULL);
}

static enum door_step hear_root(struct door_talk *t)
{
	char text[DOOR_IN_MAX];
	struct page p;

	if (!take_page(t, text, sizeof(text), &p))
		return DOOR_WAIT;
	if (!p.status)
		return DOOR_DONE;
	tell_page(t, &p);
	if (tell_search(t, &p))
		return DOOR_DONE;
	if (is_interface(&p))
		t->next = &web_version;
	else if (has_metrics(&p))
		t->next = &web_metrics;
	else if (!t->probe->version[0])
		tell_page_version(t, p.body);
	return DOOR_DONE;
}

const struct door web_root = { "http", open_root, hear_root };

static void open_version(struct door_talk *t)
{
	request(t, "GET /version", NULL);
}

static enum door_step hear_version(struct door_talk *t)
{
	char text[DOOR_IN_MAX], version[32] = "";
	struct page p;

	if (!take_page(t, text, sizeof(text), &p))
		return DOOR_WAIT;
	if (p.status == 401 || p.status == 403 || p.status == 404) {
		t->next = &web_pods;
	} else if (p.status == 200 && read_member(p.body, "etcdserver", version, sizeof(version))) {
		set_version(t, version);
		door_fact(t, FACT_INFO, "etcd %s", version);
		t->next = &web_keys;
	} else if (p.status == 200 && read_member(p.body, "gitVersion", version, sizeof(version)) &&
		   strstr(p.body, "\"goVersion\"")) {
		door_fact(t, FACT_INFO, "Kubernetes %s", version);
	} else if (p.status == 200 && strstr(p.body, "\"ApiVersion\"") &&
		   read_member(p.body, "Version", version, sizeof(version))) {
		set_version(t, version);
		door_fact(t, FACT_NOAUTH, "docker: the API answers, version %s", version);
	}
	return DOOR_DONE;
}

const struct door web_version = { "version", open_version, hear_version };

static void open_pods(struct door_talk *t)
{
	request(t, "GET /pods", NULL);
}

static enum door_step hear_pods(struct door_talk *t)
{
	char text[DOOR_IN_MAX], kind[16];
	struct page p;

	if (!take_page(t, text, sizeof(text), &p))
		return DOOR_WAIT;
	if (p.status == 200 && read_member(p.body, "kind", kind, sizeof(kind)) &&
	    !strcmp(kind, "PodList"))
		door_fact(t, FACT_NOAUTH, "kubelet: the list of pods is told");
	return DOOR_DONE;
}

const struct door web_pods = { "pods", open_pods, hear_pods };

/* All keys from NUL on, of which only the number is asked for. */
static void open_keys(struct door_talk *t)
{
	request(t, "POST /v3/kv/range",
		"{\"key\":\"AA==\",\"range_end\":\"AA==\",\"count_only\":true}");
}

static enum door_step hear_keys(struct door_talk *t)
{
	char text[DOOR_IN_MAX], count[24] = "0";
	struct page p;

	if (!take_page(t, text, sizeof(text), &p))
		return DOOR_WAIT;
	if (p.status != 200 || !strstr(p.body, "\"cluster_id\""))
		return DOOR_DONE;
	read_member(p.body, "count", count, sizeof(count));
	door_fact(t, FACT_NOAUTH, "etcd: keys may be read: %s", count);
	return DOOR_DONE;
}

const struct door web_keys = { "keys", open_keys, hear_keys };

/* HTTP/1.0: lengths of pieces would stand in the middle of lines. */
static void open_metrics(struct door_talk *t)
{
	char text[DOOR_OUT_MAX];

	snprintf(
		text, sizeof(text),
		"GET /metrics HTTP/1.0\r\nHost: %s\r\nUser-Agent: %s\r\nAccept: text/plain\r\n\r\n",
		t->host, t->agent);
	door_say_text(t, text);
}

/* NAME_build_info{...,version="VERSION",...} 1: but that of the library it is written with. */
static bool tell_build(struct door_talk *t, const char *line)
{
	static const char mark[] = "_build_info{", label[] = "version=\"";
	const char *end = strstr(line, mark), *at;
	char name[48], version[32];
	size_t len;

	len = end ? (size_t)(end - line) : 0;
	if (!len || len >= sizeof(name) || strcspn(line, " {") != len + sizeof(mark) - 2 ||
	    (len == 2 && !memcmp(line, "go", 2)))
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)len, line);
	for (at = end + sizeof(mark) - 1; (at = strstr(at, label)); at += sizeof(label) - 1)
		if (at[-1] == '{' || at[-1] == ',')
			break;
	if (!at)
		return false;
	at += sizeof(label) - 1;
	at += *at == 'v';
	len = strcspn(at, "\"");
	if (!isdigit((unsigned char)*at) || !at[len] || len >= sizeof(version))
		return false;
	snprintf(version, sizeof(version), "%.*s", (int)len, at);
	memset(t->probe->version, 0, sizeof(t->probe->version));
	record_text_set(t->probe->product, sizeof(t->probe->product), name);
	set_version(t, version);
	door_fact(t, FACT_INFO, "%s %s", name, version);
	return true;
}

static enum door_step hear_metrics(struct door_talk *t)
{
	char line[1024];

	while (door_line(t, line, sizeof(line))) {
		if (!t->stage++ && (strncmp(line, "HTTP/1.", 7) != 0 || !strstr(line, " 200")))
			return DOOR_DONE;
		if (tell_build(t, line))
			return DOOR_DONE;
	}
	return DOOR_WAIT;
}

const struct door web_metrics = { "metrics", open_metrics, hear_metrics };
