/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/sensor.h"

#include "base/err.h"
#include "base/ipc.h"
#include "base/log.h"
#include "base/loop.h"
#include "flowd/role.h"
#include "flowd/sensor/capture.h"
#include "flowd/sensor/flow/flow.h"
#include "flowd/sensor/progress.h"

#include <errno.h>
#include <ifaddrs.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define INTERFACES_MAX 16
#define READ_MOST 4096 /* frames between two looks at anything else */
#define TALLY_EVERY (1 * MONO_SECOND)

struct sensor {
	const struct conf *conf;
	struct ipc *core;
	struct loop *loop;
	struct prefix_set own;
	struct known *known;
	struct classify *classify;
	struct watch watch;
	struct flow *flow;
	struct tally tally;
	wall_t now;	/* of the latest packet */
	uint64_t frame; /* number of the latest frame */
	int link;	/* of the capture being read */
	struct capture *captures[INTERFACES_MAX];
	struct loop_event *events[INTERFACES_MAX + 4];
	size_t capture_count, event_count;
	struct loop_event *flush_timer, *tally_timer;
};

static void handle_frame(void *arg, const struct capture_frame *frame)
{
	struct sensor *s = arg;
	struct packet packet;

	s->frame++;
	s->tally.packets++;
	s->tally.bytes += frame->length;
	s->tally.truncated += frame->captured < frame->length;
	s->now = packet.time_us = frame->time_us;
	switch (decode_frame(s->link, frame->bytes, frame->captured, &packet)) {
	case DECODE_OK:
		if (packet.proto == PROTO_TCP)
			flow_take(s->flow, &packet);
		else
			s->tally.undecoded++;
		break;
	case DECODE_OTHER:
		s->tally.undecoded++;
		break;
	case DECODE_FRAGMENT:
		s->tally.fragments++;
		break;
	case DECODE_SHORT:
	case DECODE_MALFORMED:
		s->tally.malformed++;
		break;
	}
}

static int say(void *arg, const struct sighting *sighting)
{
	struct sensor *s = arg;

	return ipc_send(s->core, IPC_SIGHTING, sighting);
}

static void send_tally(struct sensor *s)
{
	uint64_t kernel, interface;
	size_t i;

	s->tally.time_us = s->now;
	s->tally.kernel_drops = s->tally.interface_drops = 0;
	for (i = 0; i < s->capture_count; i++) {
		capture_drops(s->captures[i], &kernel, &interface);
		s->tally.kernel_drops += kernel;
		s->tally.interface_drops += interface;
	}
	s->tally.records_dropped = ipc_drops(s->core);
	ipc_send(s->core, IPC_TALLY, &s->tally);
}

/* Everything that core has not heard yet; the last words of the role. */
static void say_all(struct sensor *s)
{
	flow_finish(s->flow);
	known_flush(s->known, say, s);
	send_tally(s);
	ipc_send(s->core, IPC_END, NULL);
	ipc_flush(s->core);
}

/* The addresses that our own probes come from. 0 or -errno. */
static int find_own(struct sensor *s)
{
	struct ifaddrs *list, *i;
	struct prefix_range one;
	int rc;

	rc = prefix_set_parse(&s->own, s->conf->verify_source, NULL);
	if (rc || *s->conf->read)
		return rc;
	if (getifaddrs(&list))
		return -errno;
	for (i = list; i && !rc; i = i->ifa_next) {
		const struct sockaddr_storage *ss = (const void *)i->ifa_addr;

		if (!ss || addr_from_socket(ss, &one.low, NULL))
			continue;
		one.high = one.low;
		rc = prefix_set_add(&s->own, &one);
	}
	freeifaddrs(list);
	return rc;
}

static bool add_capture(struct sensor *s, struct capture *capture, const char *name)
{
	char error[CAPTURE_ERROR_MAX];

	s->captures[s->capture_count++] = capture;
	if (!decode_knows(capture_link(capture))) {
		log_error("%s: frames of link type %d are not read", name, capture_link(capture));
		return false;
	}
	if (*s->conf->filter && capture_filter(capture, s->conf->filter, error)) {
		log_error("%s", error);
		return false;
	}
	return true;
}

static bool open_live(struct sensor *s)
{
	char error[CAPTURE_ERROR_MAX], *names = strdup(s->conf->interfaces), *at = names, *name;
	struct capture *capture;
	bool good = names;

	while (good && (name = strsep(&at, ","))) {
		if (s->capture_count == INTERFACES_MAX) {
			log_error("more than %d interfaces", INTERFACES_MAX);
			good = false;
		} else if (capture_open_live(name, s->conf, &capture, error)) {
			log_error("%s", error);
			good = false;
		} else {
			good = add_capture(s, capture, name);
		}
	}
	free(names);
	return good;
}

static bool open_captures(struct sensor *s)
{
	char error[CAPTURE_ERROR_MAX];
	struct capture *capture;

	s->now = mono_wall();
	if (!*s->conf->read)
		return open_live(s);
	if (capture_open_file(s->conf->read, &capture, error)) {
		log_error("%s", error);
		return false;
	}
	return add_capture(s, capture, s->conf->read);
}

/* Enters into the table what core knows. 0 or ERR_SHORT, -errno. */
static int take_known(struct sensor *s, int fd, struct known_head *head)
{
	struct known_service row;
	struct known_entry *entry;
	struct stat st;
	const char *map;
	size_t at = sizeof(*head);

	if (fstat(fd, &st))
		return -errno;
	if ((size_t)st.st_size < sizeof(*head) ||
	    ((size_t)st.st_size - sizeof(*head)) % sizeof(row))
		return ERR_SHORT;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	memcpy(head, map, sizeof(*head));
	for (; at < (size_t)st.st_size; at += sizeof(row)) {
		memcpy(&row, map + at, sizeof(row));
		entry = known_find(s->known, &row.service);
		if (!entry)
			break;
		entry->sighting.evidence = entry->said = row.evidence;
		memcpy(entry->sighting.app, row.app, sizeof(row.app));
		entry->named = *row.app;
	}
	munmap((void *)map, (size_t)st.st_size);
	return 0;
}

/* Says hello and waits for what core knows. 0 or an error. */
static int learn_known(struct sensor *s, struct known_head *head)
{
	struct ipc_message message;
	int rc = ipc_send(s->core, IPC_HELLO, NULL);

	if (!rc)
		rc = ipc_flush(s->core);
	while (!rc && (rc = ipc_recv(s->core, true, &message)) == 1) {
		if (message.kind == IPC_KNOWN) {
			rc = take_known(s, message.fd, head);
			close(message.fd);
			return rc;
		}
		rc = 0;
		/*
		 * The core that took our hello may have died over it, and this is the next one. In
		 * a replay nobody is born again, and an answer left unread would reset the socket.
		 */
		if (message.kind == IPC_HELLO && !*s->conf->read &&
		    !(rc = ipc_send(s->core, IPC_HELLO, NULL)))
			rc = ipc_flush(s->core);
	}
	return rc;
}

static bool build(struct sensor *s)
{
	/* A replay must be the same from run to run. */
	struct hash_key key = { { 0x666c6f7764, 0x7265706c6179 } };
	struct known_head head = { .peer_key = key };
	int rc;

	if (!*s->conf->read)
		key = hash_key_new();
	s->known = known_new(s->conf->limit_known, &key);
	s->classify = classify_new();
	if (!s->known || !s->classify) {
		log_error("%s", err_text(-ENOMEM));
		return false;
	}
	if ((rc = learn_known(s, &head))) {
		log_error("core does not say what is known: %s", err_text(rc));
		return false;
	}
	s->watch = (struct watch){ .conf = s->conf,
				   .own = &s->own,
				   .known = s->known,
				   .classify = s->classify,
				   .tally = &s->tally,
				   .say = say,
				   .arg = s,
				   .peer_key = head.peer_key };
	watch_open(&s->watch);
	s->flow = flow_new(&s->watch, s->classify, &key);
	if (!s->flow)
		log_error("%s", err_text(-ENOMEM));
	return s->flow;
}

static int replay(struct sensor *s)
{
	bool bar = s->conf->progress && isatty(STDERR_FILENO);
	char error[CAPTURE_ERROR_MAX];
	struct progress progress;
	uint64_t at, size;
	int n;

	s->now = 0;
	if (!role_seal(s->conf, CAGE_SENSOR))
		return 1;
	s->link = capture_link(s->captures[0]);
	progress_open(&progress);
	while ((n = capture_read(s->captures[0], READ_MOST, handle_frame, s, error)) > 0) {
		if (!bar)
			continue;
		capture_progress(s->captures[0], &at, &size);
		progress_show(&progress, s->tally.packets, at, size);
	}
	progress_close(&progress);
	if (n < 0)
		log_error("%s: after frame %llu: %s", s->conf->read, (unsigned long long)s->frame,
			  error);
	say_all(s);
	return n < 0 ? SENSOR_UNREADABLE : 0;
}

struct watched {
	struct sensor *sensor;
	struct capture *capture;
};

static void frames_wait(void *arg, int what)
{
	const struct watched *w = arg;
	struct sensor *s = w->sensor;
	char error[CAPTURE_ERROR_MAX];

	(void)what;
	s->link = capture_link(w->capture);
	if (capture_read(w->capture, READ_MOST, handle_frame, s, error) < 0) {
		log_error("%s", error);
		loop_stop(s->loop);
	}
	ipc_flush(s->core);
}

static void flush_due(void *arg, int what)
{
	struct sensor *s = arg;

	(void)what;
	known_flush(s->known, say, s);
	ipc_flush(s->core);
	loop_timer_set(s->flush_timer, s->conf->flush);
}

static void tally_due(void *arg, int what)
{
	struct sensor *s = arg;

	(void)what;
	s->now = mono_wall();
	send_tally(s);
	ipc_flush(s->core);
	loop_timer_set(s->tally_timer, TALLY_EVERY);
}

static void core_speaks(void *arg, int what)
{
	struct sensor *s = arg;
	struct ipc_message message;
	int rc;

	(void)what;
	while ((rc = ipc_recv(s->core, false, &message))) {
		if (rc == -EPIPE) {
			loop_stop(s->loop);
			return;
		}
		if (rc == 1 && message.kind == IPC_HELLO) {
			known_unsay(s->known);
			flush_due(s, 0);
		}
		if (rc == 1 && message.fd >= 0)
			close(message.fd);
	}
}

static void stop_asked(void *arg, int what)
{
	struct sensor *s = arg;

	(void)what;
	loop_stop(s->loop);
}

static int live(struct sensor *s)
{
	struct watched watched[INTERFACES_MAX];
	bool good;
	size_t i;

	s->loop = loop_new();
	if (!s->loop)
		return 1;
	s->flush_timer = s->events[s->event_count++] = loop_timer_new(s->loop, flush_due, s);
	s->tally_timer = s->events[s->event_count++] = loop_timer_new(s->loop, tally_due, s);
	s->events[s->event_count++] = loop_signal_new(s->loop, SIGTERM, stop_asked, s);
	s->events[s->event_count++] =
		loop_fd_new(s->loop, ipc_fd(s->core), LOOP_READ, core_speaks, s);
	for (i = 0; i < s->capture_count; i++) {
		watched[i] = (struct watched){ s, s->captures[i] };
		s->events[s->event_count++] = loop_fd_new(s->loop, capture_fd(s->captures[i]),
							  LOOP_READ, frames_wait, &watched[i]);
	}
	for (i = 0, good = true; i < s->event_count; i++)
		good &= s->events[i] != NULL;
	good = good && role_seal(s->conf, CAGE_SENSOR);
	if (good) {
		loop_timer_set(s->flush_timer, s->conf->flush);
		loop_timer_set(s->tally_timer, TALLY_EVERY);
		/* Tells when this life began: frames have waited in the kernel since then. */
		send_tally(s);
		ipc_flush(s->core);
		loop_run(s->loop);
		s->now = mono_wall();
		say_all(s);
	}
	for (i = 0; i < s->event_count; i++)
		loop_event_free(s->events[i]);
	loop_free(s->loop);
	return good ? 0 : 1;
}

int sensor_run(const struct conf *conf, struct ipc *core)
{
	struct sensor s = { .conf = conf, .core = core };
	int own = find_own(&s), rc = 1;
	size_t i;

	if (own)
		log_error("own addresses: %s", err_text(own));
	else if (open_captures(&s) && role_cage(conf, NULL) && build(&s))
		rc = *conf->read ? replay(&s) : live(&s);
	if (rc == 1)
		ipc_send(core, IPC_END, NULL);
	for (i = 0; i < s.capture_count; i++)
		capture_close(s.captures[i]);
	flow_free(s.flow);
	known_free(s.known);
	classify_free(s.classify);
	prefix_set_clear(&s.own);
	ipc_flush(core);
	ipc_free(core);
	return rc;
}
