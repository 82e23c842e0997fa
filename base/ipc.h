/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages between roles over a SOCK_SEQPACKET pair: each packet of the socket carries whole
 * messages, {kind, version, length, origin, sequence} and their bytes. The kernel is the queue.
 */
#ifndef BASE_IPC_H
#define BASE_IPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * X(constant, size): size of the record, 0: none, IPC_BULK: a sealed memfd travels along.
 * What a role sends and takes is said at links[] in flowd/main.c.
 */
#define IPC_BULK ((size_t)-1)
#define IPC_KIND_LIST(X)                                                                           \
	X(IPC_HELLO, 0) /* any role: just born, knows nothing yet */                               \
	X(IPC_SIGHTING, sizeof(struct sighting))                                                   \
	X(IPC_HOST, sizeof(struct host_sighting)) /* sensor to core */                             \
	X(IPC_HINT, sizeof(struct hint))	  /* sensor to core */                             \
	X(IPC_TALLY, sizeof(struct tally))                                                         \
	X(IPC_END, 0)	       /* sensor to core: no more will come */                             \
	X(IPC_KNOWN, IPC_BULK) /* core to sensor: the bytes of a knownset */                       \
	X(IPC_JOB, sizeof(struct job))                                                             \
	X(IPC_NAME, sizeof(struct job)) /* core to verify: the wire has named a job's service */   \
	X(IPC_PROBE, sizeof(struct probe))                                                         \
	X(IPC_STOP, 0)			       /* core to verify: end */                           \
	X(IPC_EVENT, sizeof(struct event_row)) /* core to web: it has been committed */            \
	X(IPC_ALERT, sizeof(struct alert))     /* core to web, likewise */                         \
	X(IPC_VERIFY, sizeof(struct service))  /* web to core: probe it now */                     \
	X(IPC_ROLE, sizeof(struct role_news))  /* parent to core to web: a role fell or is back */ \
	X(IPC_TROUBLE,                                                                             \
	  sizeof(struct trouble_news))	   /* core to web; verify to core: of a vantage */         \
	X(IPC_SWEEP, sizeof(struct sweep)) /* web to core to verify: do it; back: how far it is */ \
	X(IPC_RELOAD, 0)		   /* web to core to parent: the rules anew */             \
	X(IPC_RULES, sizeof(struct rules_news)) /* parent to core to web: how that went */         \
	X(IPC_JUDGE, IPC_BULK) /* web to core to parent: a judge is to be born with this socket */ \
	X(IPC_TRIAL, IPC_BULK) /* web to judge: since when, and the rules */                       \
	X(IPC_OUTCOME, IPC_BULK)		 /* judge to web: JSON */                          \
	X(IPC_PROBING, sizeof(struct probing))	 /* parent, web to core to verify, web: may we? */ \
	X(IPC_LEARNING, sizeof(struct learning)) /* web to core: how long, or it is accepted */    \
	X(IPC_TOKEN, sizeof(struct token)) /* web to core: keep or forget it; back: it is done */  \
	X(IPC_PARCEL, sizeof(struct outbox_parcel))   /* core to relay */                          \
	X(IPC_RECEIPT, sizeof(struct outbox_receipt)) /* relay to core; back: it is committed */   \
	X(IPC_SINK, sizeof(struct outbox_news))	      /* relay to core */                          \
	X(IPC_LIFE, sizeof(struct outbox_life))	      /* core and relay: who are you, who I am */  \
	X(IPC_RESEND, sizeof(struct outbox_order))    /* web to core: dead letters once more */    \
	X(IPC_TRIAGE, sizeof(struct triage)) /* web to core: of an alert; back: it is committed */ \
	X(IPC_BOOK, IPC_BULK) /* web to core: entries of the baseline, see store/book/ledger.h */  \
	X(IPC_WHO, sizeof(struct orderer)) /* web to core: who gives the next order */             \
	X(IPC_FETCH, IPC_BULK) /* core to parent: a fetch is to be born with this socket */        \
	X(IPC_ASSET_QUERY, sizeof(struct asset_query)) /* core to fetch */                         \
	X(IPC_ASSETS, IPC_BULK)			       /* fetch to core: an outcome, and rows */   \
	X(IPC_ASSET, sizeof(struct asset_order))       /* web to core: of a person */              \
	X(IPC_SCOPE, IPC_BULK) /* core to verify: ranges; nothing else may be probed */            \
	X(IPC_BACKUP,                                                                              \
	  sizeof(struct backup)) /* web to core: a copy of the store; back: it is done */          \
	X(IPC_RUN,                                                                                 \
	  sizeof(struct tool_run)) /* web to core: hand a service over; back: how it fares */      \
	X(IPC_SCAN, IPC_BULK)	   /* core to parent: a scan is to be born with this socket */     \
	X(IPC_HANDOVER, IPC_BULK)  /* core to scan: see flowd/scan/handover.h */                   \
	X(IPC_RAN, IPC_BULK)	   /* scan to core: what came of it */                             \
	X(IPC_OUTSIDE, sizeof(struct job_outside)) /* core to verify, far: of the next job */

enum ipc_kind {
	IPC_NONE,
#define IPC_ENUM(id, size) id,
	IPC_KIND_LIST(IPC_ENUM)
#undef IPC_ENUM
		IPC_KIND_END
};

#define IPC_PACKET_MAX 32768

struct ipc_header {
	uint16_t kind;
	uint16_t version; /* RECORD_VERSION */
	uint32_t length;  /* of the bytes that follow */
	uint32_t origin;  /* which of several senders on this link, from 0 */
	uint32_t pad;
	uint64_t sequence; /* counts up by one a message and origin: a hole is a loss */
};

struct ipc_message {
	enum ipc_kind kind;
	uint32_t origin;
	uint64_t sequence;
	const void *record; /* borrowed until the next ipc_recv on the channel */
	int fd;		    /* of a bulk message, owned by the receiver; else -1 */
};

struct ipc; /* one end of a link */

/*
 * Makes a channel of a socket, which it owns from then on. `block`: a full queue makes the sender
 * wait (replay); otherwise it drops and counts. NULL when memory is short.
 */
struct ipc *ipc_new(int fd, uint32_t origin, bool block);
void ipc_free(struct ipc *ipc);

/* The socket, for a loop to watch; borrowed. */
int ipc_fd(const struct ipc *ipc);

/*
 * Puts a record of the kind's size into the batch, sending the batch first when it is full. 0;
 * -EAGAIN: the queue is full and the record is dropped and counted; -EPIPE: the other end is gone.
 */
int ipc_send(struct ipc *ipc, enum ipc_kind kind, const void *record);

/* Sends what is batched: call it before waiting. Results as ipc_send; on -EAGAIN the batch is kept.
 */
int ipc_flush(struct ipc *ipc);

/* Sends a bulk message: a memfd of `bytes`. Results as ipc_send, or -errno. */
int ipc_send_bulk(struct ipc *ipc, enum ipc_kind kind, const void *bytes, size_t len);

/*
 * The bytes of a bulk message, up to `most`, copied and the caller's to free, with a NUL behind
 * them; its descriptor stays open. 0; ERR_SHORT: it is longer, or may still change; -errno.
 */
int ipc_read_bulk(int fd, size_t most, char **out, size_t *len);

/* Sends a bulk message that carries `fd` itself, of which the caller keeps his own. Likewise. */
int ipc_send_fd(struct ipc *ipc, enum ipc_kind kind, int fd);

/* Records dropped because the queue was full. */
uint64_t ipc_drops(const struct ipc *ipc);

/*
 * Takes the next message. 1 and the message; 0: none is waiting (never when `wait`); -EPIPE: the
 * other end is gone; ERR_VERSION, ERR_SHORT, ERR_UNKNOWN: the rest of the packet is thrown away, go
 * on.
 */
int ipc_recv(struct ipc *ipc, bool wait, struct ipc_message *out);

/* Messages of a packet already taken from the socket are waiting: no loop will tell of them. */
bool ipc_has_more(const struct ipc *ipc);

/* A pair of connected sockets with send buffers of `buffer` bytes each. 0 or -errno. */
int ipc_pair(int fds[2], size_t buffer);

#endif
