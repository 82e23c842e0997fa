/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/capture.h"

#include "base/err.h"
#include "flowd/sensor/file/savefile.h"
#include "flowd/sensor/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Instead of the 4 KiB that libpcap would read at once: fits the second-level cache. Aligned, for
 * the kernel copies to a place 16 bytes into a page six times slower (measured; HACKING.md). For
 * files that savefile.h does not read itself.
 */
#define FILE_BUFFER (128 << 10)

/*
 * libpcap would open these anew each time it is asked, which a caged role may not, and then take
 * them to be zero again.
 */
static const char *const counter_names[] = { "rx_missed_errors", "rx_fifo_errors" };
#define INTERFACE_COUNTERS (sizeof(counter_names) / sizeof(counter_names[0]))

struct capture {
	char *name;		   /* interface or path */
	pcap_t *pcap;		   /* of a plain file: for its filter only; may be NULL */
	struct savefile *savefile; /* NULL: live */
	bool plain;		   /* its frames come without libpcap */
	FILE *file;		   /* else: libpcap's */
	char *buffer;
	uint64_t size;
	struct bpf_program filter; /* of a plain file; none without bf_insns */
	capture_fn fn;
	void *arg;
	int counters[INTERFACE_COUNTERS]; /* of the interface, held open; -1 none */
	uint64_t missed;		  /* of the interface when the capture was opened */
	uint64_t dropped;		  /* by the kernel, so far */
};

static struct capture *capture_new(const char *name, char *error)
{
	struct capture *c = calloc(1, sizeof(*c));
	size_t i;

	if (c && !(c->name = strdup(name))) {
		free(c);
		c = NULL;
	}
	if (!c)
		snprintf(error, CAPTURE_ERROR_MAX, "%s", strerror(ENOMEM));
	for (i = 0; c && i < INTERFACE_COUNTERS; i++)
		c->counters[i] = -1;
	return c;
}

void capture_close(struct capture *c)
{
	size_t i;

	if (!c)
		return;
	pcap_freecode(&c->filter);
	if (c->pcap)
		pcap_close(c->pcap); /* closes the stream too */
	else if (c->file)
		fclose(c->file);
	savefile_free(c->savefile);
	for (i = 0; i < INTERFACE_COUNTERS; i++)
		if (c->counters[i] >= 0)
			close(c->counters[i]);
	free(c->buffer);
	free(c->name);
	free(c);
}

/* Lets libpcap read what savefile.h does not; false and `error` when it can't. */
static bool file_open_stream(struct capture *c, char *error)
{
	char text[PCAP_ERRBUF_SIZE];

	c->file = savefile_stream(c->savefile);
	if (!c->file) {
		snprintf(error, CAPTURE_ERROR_MAX, "%s: %s", c->name, strerror(ENOMEM));
		return false;
	}
	c->buffer = aligned_alloc(4096, FILE_BUFFER);
	if (c->buffer)
		setvbuf(c->file, c->buffer, _IOFBF, FILE_BUFFER);
	c->pcap = pcap_fopen_offline(c->file, text);
	if (!c->pcap)
		snprintf(error, CAPTURE_ERROR_MAX, "%s: %s", c->name, text);
	return c->pcap;
}

/* Opens the file `c` is named by; false and `error` when that fails. */
static bool file_open(struct capture *c, char *error)
{
	int fd = strcmp(c->name, "-") ? open(c->name, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	struct stat st;

	if (fd >= 0 && !(c->savefile = savefile_new(fd))) {
		close(fd);
		errno = ENOMEM;
	}
	if (!c->savefile) {
		snprintf(error, CAPTURE_ERROR_MAX, "%s: %s", c->name, strerror(errno));
		return false;
	}
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		c->size = (uint64_t)st.st_size;
	c->plain = savefile_is_plain(c->savefile);
	return c->plain || file_open_stream(c, error);
}

int capture_open_file(const char *path, struct capture **out, char *error)
{
	struct capture *c = capture_new(path, error);

	if (!c)
		return ERR_CAPTURE;
	if (!file_open(c, error)) {
		capture_close(c);
		return ERR_CAPTURE;
	}
	*out = c;
	return 0;
}

/*
 * A block of the ring, 256 KiB, goes up when it is full or this old, however little is in it.
 * Longer would be felt in verdicts; shorter, and a sensor that has to wait for its turn finds the
 * ring used up by blocks of a packet each.
 */
#define BLOCK_MS 4

/* Sets up and starts `c->pcap`; the pcap status. */
static int live_start(struct capture *c, const struct conf *conf)
{
	char text[PCAP_ERRBUF_SIZE];
	int rc;

	pcap_set_snaplen(c->pcap, (int)conf->capture_snaplen);
	pcap_set_promisc(c->pcap, conf->capture_promiscuous);
	pcap_set_buffer_size(c->pcap, (int)conf->capture_buffer);
	pcap_set_immediate_mode(c->pcap, 0);
	pcap_set_timeout(c->pcap, BLOCK_MS);
	rc = pcap_activate(c->pcap);
	return rc < 0 ? rc : pcap_setnonblock(c->pcap, 1, text);
}

static void counters_open(struct capture *c, const char *interface)
{
	char path[128];
	size_t i;

	for (i = 0; i < INTERFACE_COUNTERS && !strchr(interface, '/'); i++) {
		snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/%s", interface,
			 counter_names[i]);
		c->counters[i] = open(path, O_RDONLY | O_CLOEXEC);
	}
}

/* Packets that the interface has dropped since it is there. */
static uint64_t counters_sum(const struct capture *c)
{
	uint64_t sum = 0;
	char text[32];
	ssize_t n;
	size_t i;

	for (i = 0; i < INTERFACE_COUNTERS; i++) {
		n = c->counters[i] < 0 ? 0 : pread(c->counters[i], text, sizeof(text) - 1, 0);
		text[n > 0 ? n : 0] = 0;
		sum += strtoull(text, NULL, 10);
	}
	return sum;
}

int capture_open_live(const char *interface, const struct conf *conf, struct capture **out,
		      char *error)
{
	char text[PCAP_ERRBUF_SIZE];
	struct capture *c = capture_new(interface, error);
	int rc;

	if (!c)
		return ERR_CAPTURE;
	c->pcap = pcap_create(interface, text);
	if (!c->pcap) {
		snprintf(error, CAPTURE_ERROR_MAX, "%s: %s", interface, text);
		capture_close(c);
		return ERR_CAPTURE;
	}
	rc = live_start(c, conf);
	if (rc < 0) {
		snprintf(error, CAPTURE_ERROR_MAX, "%s: %s (%s)", interface, pcap_statustostr(rc),
			 pcap_geterr(c->pcap));
		capture_close(c);
		return rc == PCAP_ERROR_NO_SUCH_DEVICE || rc == PCAP_ERROR_IFACE_NOT_UP
			       ? ERR_NOT_FOUND
			       : ERR_CAPTURE;
	}
	counters_open(c, interface);
	c->missed = counters_sum(c);
	*out = c;
	return 0;
}

int capture_filter(struct capture *c, const char *expression, char *error)
{
	struct bpf_program program;
	int rc;

	if (!c->pcap && !(c->pcap = pcap_open_dead(capture_link(c), INT_MAX))) {
		snprintf(error, CAPTURE_ERROR_MAX, "filter: %s", strerror(ENOMEM));
		return ERR_CAPTURE;
	}
	if (pcap_compile(c->pcap, &program, expression, 1, PCAP_NETMASK_UNKNOWN)) {
		snprintf(error, CAPTURE_ERROR_MAX, "filter: %s", pcap_geterr(c->pcap));
		return ERR_CAPTURE;
	}
	if (c->plain) {
		pcap_freecode(&c->filter);
		c->filter = program;
		return 0;
	}
	rc = pcap_setfilter(c->pcap, &program);
	pcap_freecode(&program);
	if (rc)
		snprintf(error, CAPTURE_ERROR_MAX, "filter: %s", pcap_geterr(c->pcap));
	return rc ? ERR_CAPTURE : 0;
}

const char *capture_name(const struct capture *c)
{
	return c->name;
}

int capture_link(const struct capture *c)
{
	return c->plain ? savefile_link(c->savefile) : pcap_datalink(c->pcap);
}

int capture_fd(const struct capture *c)
{
	return pcap_get_selectable_fd(c->pcap);
}

static void frame_came(u_char *user, const struct pcap_pkthdr *h, const u_char *bytes)
{
	const struct capture *c = (const struct capture *)user;
	const struct capture_frame frame = { bytes, h->caplen, h->len,
					     mono_join(h->ts.tv_sec, h->ts.tv_usec) };

	c->fn(c->arg, &frame, 1);
}

/* Keeps those of the frames that the filter of a plain file lets through; how many. */
static int filter(const struct capture *c, struct capture_frame *frames, int count)
{
	struct pcap_pkthdr h;
	int i, kept = 0;

	for (i = 0; i < count; i++) {
		h = (struct pcap_pkthdr){ .caplen = frames[i].captured, .len = frames[i].length };
		if (pcap_offline_filter(&c->filter, &h, frames[i].bytes))
			frames[kept++] = frames[i];
	}
	return kept;
}

/* capture_read of a plain file. */
static int read_plain(struct capture *c, int most, char *error)
{
	struct capture_frame frames[CAPTURE_BATCH];
	int rc = 1, done = 0;

	while (done < most && rc > 0) {
		rc = savefile_take(c->savefile, frames,
				   most - done < CAPTURE_BATCH ? most - done : CAPTURE_BATCH,
				   error);
		if (rc > 0 && c->filter.bf_insns)
			c->fn(c->arg, frames, filter(c, frames, rc));
		else if (rc > 0)
			c->fn(c->arg, frames, rc);
		done += rc > 0 ? rc : 0;
	}
	/* What is wrong is said when it comes first. */
	return done ? done : rc;
}

int capture_read(struct capture *c, int most, capture_fn fn, void *arg, char *error)
{
	int rc;

	c->fn = fn;
	c->arg = arg;
	if (c->plain)
		return read_plain(c, most, error);
	rc = pcap_dispatch(c->pcap, most, frame_came, (u_char *)c);
	if (rc >= 0)
		return rc;
	snprintf(error, CAPTURE_ERROR_MAX, "%s", pcap_geterr(c->pcap));
	return ERR_CAPTURE;
}

void capture_progress(const struct capture *c, uint64_t *at, uint64_t *size)
{
	*at = c->size ? savefile_at(c->savefile) : 0;
	*size = c->size;
}

void capture_drops(struct capture *c, uint64_t *kernel, uint64_t *interface)
{
	uint64_t missed;

	*kernel = *interface = 0;
	if (c->savefile)
		return;
	c->dropped += ring_drops(pcap_fileno(c->pcap));
	missed = counters_sum(c);
	*kernel = c->dropped;
	*interface = missed > c->missed ? missed - c->missed : 0;
}
