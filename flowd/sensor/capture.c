/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/capture.h"

#include "base/err.h"
#include "flowd/sensor/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Instead of the 4 KiB that libpcap would read at once: fits the second-level cache. Aligned, for
 * the kernel copies to a place 16 bytes into a page six times slower (measured; HACKING.md).
 */
#define FILE_BUFFER (128 << 10)

/*
 * libpcap would open these anew each time it is asked, which a caged role may not, and then take
 * them to be zero again.
 */
static const char *const counter_names[] = { "rx_missed_errors", "rx_fifo_errors" };
#define INTERFACE_COUNTERS (sizeof(counter_names) / sizeof(counter_names[0]))

struct capture {
	char *name; /* interface or path */
	pcap_t *pcap;
	FILE *file;
	char *buffer;
	uint64_t size;
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
	if (c->pcap)
		pcap_close(c->pcap); /* closes the file too */
	else if (c->file)
		fclose(c->file);
	for (i = 0; i < INTERFACE_COUNTERS; i++)
		if (c->counters[i] >= 0)
			close(c->counters[i]);
	free(c->buffer);
	free(c->name);
	free(c);
}

/* Opens `path` into `c`; false and `error` when that fails. */
static bool file_open(struct capture *c, const char *path, char *error)
{
	char text[PCAP_ERRBUF_SIZE];
	struct stat st;

	c->file = strcmp(path, "-") ? fopen(path, "rbe") : stdin;
	if (!c->file) {
		snprintf(error, CAPTURE_ERROR_MAX, "%s: %s", path, strerror(errno));
		return false;
	}
	if (!fstat(fileno(c->file), &st) && S_ISREG(st.st_mode))
		c->size = (uint64_t)st.st_size;
	c->buffer = aligned_alloc(4096, FILE_BUFFER);
	if (c->buffer)
		setvbuf(c->file, c->buffer, _IOFBF, FILE_BUFFER);
	c->pcap = pcap_fopen_offline(c->file, text);
	if (!c->pcap)
		snprintf(error, CAPTURE_ERROR_MAX, "%s: %s", path, text);
	return c->pcap;
}

int capture_open_file(const char *path, struct capture **out, char *error)
{
	struct capture *c = capture_new(path, error);

	if (!c)
		return ERR_CAPTURE;
	if (!file_open(c, path, error)) {
		capture_close(c);
		return ERR_CAPTURE;
	}
	*out = c;
	return 0;
}

/* Sets up and starts `c->pcap`; the pcap status. */
static int live_start(struct capture *c, const struct conf *conf)
{
	char text[PCAP_ERRBUF_SIZE];
	int rc;

	pcap_set_snaplen(c->pcap, (int)conf->capture_snaplen);
	pcap_set_promisc(c->pcap, conf->capture_promiscuous);
	pcap_set_buffer_size(c->pcap, (int)conf->capture_buffer);
	/* A block goes up when full or after this; verdicts are judged in milliseconds. */
	pcap_set_immediate_mode(c->pcap, 0);
	pcap_set_timeout(c->pcap, 1);
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

	if (pcap_compile(c->pcap, &program, expression, 1, PCAP_NETMASK_UNKNOWN)) {
		snprintf(error, CAPTURE_ERROR_MAX, "filter: %s", pcap_geterr(c->pcap));
		return ERR_CAPTURE;
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
	return pcap_datalink(c->pcap);
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

	c->fn(c->arg, &frame);
}

int capture_read(struct capture *c, int most, capture_fn fn, void *arg, char *error)
{
	int rc;

	c->fn = fn;
	c->arg = arg;
	rc = pcap_dispatch(c->pcap, most, frame_came, (u_char *)c);
	if (rc >= 0)
		return rc;
	snprintf(error, CAPTURE_ERROR_MAX, "%s", pcap_geterr(c->pcap));
	return ERR_CAPTURE;
}

void capture_progress(const struct capture *c, uint64_t *at, uint64_t *size)
{
	off_t offset = c->size ? ftello(c->file) : -1;

	*at = offset < 0 ? 0 : (uint64_t)offset;
	*size = offset < 0 ? 0 : c->size;
}

void capture_drops(struct capture *c, uint64_t *kernel, uint64_t *interface)
{
	uint64_t missed;

	*kernel = *interface = 0;
	if (c->file)
		return;
	c->dropped += ring_drops(pcap_fileno(c->pcap));
	missed = counters_sum(c);
	*kernel = c->dropped;
	*interface = missed > c->missed ? missed - c->missed : 0;
}
