/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/flow/loss.h"

#include <stdlib.h>

#define TRACKS 256    /* connections looked at once; the oldest makes room */
#define ONE_IN 64     /* connections, once the first TRACKS have been looked at */
#define PACKETS 512   /* of a connection, then it has told enough */
#define FAR (1 << 22) /* bytes: who leaps further makes no sense or wants to deceive */

/* One direction. Sequence numbers are those of the next byte. */
struct side {
	uint32_t next;	/* that has been seen */
	uint32_t acked; /* that its peer waits for */
	uint32_t low;	/* where the first hole begins */
	uint32_t high;	/* where the last one ends */
	uint32_t missing;
};

struct loss_track {
	struct conn *conn; /* NULL: free */
	struct side sides[2];
	unsigned packets;
};

struct loss {
	struct loss_track tracks[TRACKS];
	uint64_t begun;
};

struct loss *loss_new(void)
{
	return calloc(1, sizeof(struct loss));
}

void loss_free(struct loss *loss)
{
	free(loss);
}

/* How far `a` is after `b`. */
static int32_t after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

void loss_begin(struct loss *loss, struct conn *c, uint64_t hash)
{
	struct loss_track *track;

	if (loss->begun >= TRACKS && hash % ONE_IN)
		return;
	track = &loss->tracks[loss->begun++ % TRACKS];
	if (track->conn)
		track->conn->track = NULL;
	*track = (struct loss_track){ .conn = c };
	track->sides[0].next = track->sides[0].acked = c->ack;
	track->sides[1].next = track->sides[1].acked = c->isn + 1;
	c->track = track;
}

void loss_end(struct conn *c)
{
	if (c->track)
		c->track->conn = NULL;
	c->track = NULL;
}

/* `seq` to `end` were seen. */
static void see(struct side *s, uint32_t seq, uint32_t end)
{
	uint32_t len = end - seq;

	if (after(end, s->next) <= 0) {
		/* Sent again, or overtaken: it may fill a hole. */
		if (s->missing && after(seq, s->low) >= 0 && after(end, s->high) <= 0)
			s->missing -= len < s->missing ? len : s->missing;
		return;
	}
	if (after(seq, s->next) > FAR)
		return;
	if (after(seq, s->next) > 0) {
		if (!s->missing)
			s->low = s->next;
		s->missing += seq - s->next;
		s->high = seq;
	}
	s->next = end;
}

/* The peer has got everything before `ack`. */
static void acknowledge(struct side *s, uint32_t ack, struct tally *tally)
{
	if (after(ack, s->acked) <= 0 || after(ack, s->next) > FAR)
		return;
	tally->acked_bytes += ack - s->acked;
	s->acked = ack;
	if (s->missing && after(ack, s->high) >= 0) {
		tally->gap_bytes += s->missing;
		s->missing = 0;
	}
	if (after(ack, s->next) > 0) {
		tally->gap_bytes += ack - s->next;
		s->next = ack;
	}
}

void loss_take(struct conn *c, const struct packet *p, bool from_server, struct tally *tally)
{
	struct loss_track *track = c->track;

	/* The number of a reset may be anything. */
	if (!(p->flags & TCP_RST)) {
		see(&track->sides[from_server], p->seq,
		    p->seq + p->data_len + !!(p->flags & TCP_FIN));
		if (p->flags & TCP_ACK)
			acknowledge(&track->sides[!from_server], p->ack, tally);
	}
	if (p->flags & TCP_RST || ++track->packets == PACKETS)
		loss_end(c);
}
