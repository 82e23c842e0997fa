/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ipc.h"

#include "base/err.h"
#include "base/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Header and record are kept at multiples of this, so that records may be read in place. */
#define ALIGN(n) (((n) + 7) & ~(size_t)7)

struct ipc {
	int fd;
	uint32_t origin;
	int send_flags;
	uint64_t sequence, drops;
	size_t out_len; /* bytes batched in `out` */
	uint64_t out_count;
	size_t in_len, in_at; /* packet being taken apart */
	int in_fd;	      /* came with that packet; -1 none */
	_Alignas(8) uint8_t out[IPC_PACKET_MAX], in[IPC_PACKET_MAX];
};

static const size_t sizes[IPC_KIND_END] = {
#define IPC_SIZE(id, size) [id] = size,
	IPC_KIND_LIST(IPC_SIZE)
#undef IPC_SIZE
};

struct ipc *ipc_new(int fd, uint32_t origin, bool block)
{
	struct ipc *ipc = calloc(1, sizeof(*ipc));

	if (!ipc)
		return NULL;
	ipc->fd = fd;
	ipc->in_fd = -1;
	ipc->origin = origin;
	ipc->send_flags = MSG_NOSIGNAL | (block ? 0 : MSG_DONTWAIT);
	return ipc;
}

void ipc_free(struct ipc *ipc)
{
	if (!ipc)
		return;
	if (ipc->in_fd >= 0)
		close(ipc->in_fd);
	close(ipc->fd);
	free(ipc);
}

int ipc_fd(const struct ipc *ipc)
{
	return ipc->fd;
}

uint64_t ipc_drops(const struct ipc *ipc)
{
	return ipc->drops;
}

/* Sends one packet, with a descriptor when `fd` is not -1. */
static int packet_send(struct ipc *ipc, const void *bytes, size_t len, int fd)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)),
				.cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS } };
	struct iovec iov = { (void *)bytes, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	if (fd >= 0) {
		memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
		msg.msg_control = control.space;
		msg.msg_controllen = sizeof(control.space);
	}
	do
		n = sendmsg(ipc->fd, &msg, ipc->send_flags);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		return 0;
	if (errno == EWOULDBLOCK || errno == ENOBUFS)
		return -EAGAIN;
	return errno == ECONNRESET || errno == ENOTCONN ? -EPIPE : -errno;
}

static void message_put(struct ipc *ipc, uint8_t *at, enum ipc_kind kind, const void *record,
			size_t len)
{
	struct ipc_header header = { .kind = (uint16_t)kind,
				     .version = RECORD_VERSION,
				     .length = (uint32_t)len,
				     .origin = ipc->origin,
				     .sequence = ipc->sequence++ };

	memcpy(at, &header, sizeof(header));
	if (len)
		memcpy(at + sizeof(header), record, len);
	memset(at + sizeof(header) + len, 0, ALIGN(len) - len);
}

int ipc_flush(struct ipc *ipc)
{
	int rc;

	if (!ipc->out_len)
		return 0;
	rc = packet_send(ipc, ipc->out, ipc->out_len, -1);
	if (rc != -EAGAIN)
		ipc->out_len = ipc->out_count = 0;
	return rc;
}

int ipc_send(struct ipc *ipc, enum ipc_kind kind, const void *record)
{
	size_t need = sizeof(struct ipc_header) + ALIGN(sizes[kind]);
	int rc;

	if (ipc->out_len + need > sizeof(ipc->out)) {
		rc = ipc_flush(ipc);
		if (rc == -EAGAIN) {
			ipc->drops++;
			ipc->sequence++;
		}
		if (rc)
			return rc;
	}
	message_put(ipc, ipc->out + ipc->out_len, kind, record, sizes[kind]);
	ipc->out_len += need;
	ipc->out_count++;
	return 0;
}

static int bulk_fill(int fd, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	ssize_t n;

	while (len) {
		n = write(fd, p, len);
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL))
		return -errno;
	return 0;
}

int ipc_send_fd(struct ipc *ipc, enum ipc_kind kind, int fd)
{
	_Alignas(8) uint8_t packet[sizeof(struct ipc_header)];
	int rc = ipc_flush(ipc);

	if (rc)
		return rc;
	message_put(ipc, packet, kind, NULL, 0);
	return packet_send(ipc, packet, sizeof(packet), fd);
}

int ipc_send_bulk(struct ipc *ipc, enum ipc_kind kind, const void *bytes, size_t len)
{
	int fd, rc;

	fd = memfd_create("flowd-bulk", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return -errno;
	rc = bulk_fill(fd, bytes, len);
	if (!rc)
		rc = ipc_send_fd(ipc, kind, fd);
	close(fd);
	return rc;
}

int ipc_read_bulk(int fd, size_t most, char **out, size_t *len)
{
	const int seals = fcntl(fd, F_GET_SEALS), want = F_SEAL_SHRINK | F_SEAL_WRITE;
	struct stat st;
	char *text;
	ssize_t n;

	if (seals < 0 || fstat(fd, &st))
		return -errno;
	if ((seals & want) != want || st.st_size < 0 || (size_t)st.st_size > most)
		return ERR_SHORT;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	n = pread(fd, text, (size_t)st.st_size, 0);
	if (n != st.st_size) {
		free(text);
		return n < 0 ? -errno : ERR_SHORT;
	}
	text[n] = 0;
	*out = text;
	*len = (size_t)n;
	return 0;
}

/* Takes the descriptor that came with a packet, if one did. */
static int control_fd(struct msghdr *msg)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	int fd = -1;

	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len >= CMSG_LEN(sizeof(fd)))
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

/* 1: a packet is there; 0: none is waiting; -EPIPE, -errno, ERR_SHORT. */
static int packet_recv(struct ipc *ipc, bool wait)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { ipc->in, sizeof(ipc->in) };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control.space,
			      .msg_controllen = sizeof(control.space) };
	ssize_t n;

	if (ipc->in_fd >= 0) {
		close(ipc->in_fd);
		ipc->in_fd = -1;
	}
	do
		n = recvmsg(ipc->fd, &msg, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EWOULDBLOCK ? 0 : errno == ECONNRESET ? -EPIPE : -errno;
	if (!n)
		return -EPIPE;
	ipc->in_fd = control_fd(&msg);
	ipc->in_len = (size_t)n;
	ipc->in_at = 0;
	return msg.msg_flags & MSG_TRUNC ? ERR_SHORT : 1;
}

/* The message at in_at, checked. 1, ERR_VERSION, ERR_SHORT, ERR_UNKNOWN. */
static int message_take(struct ipc *ipc, struct ipc_message *out)
{
	size_t left = ipc->in_len - ipc->in_at, want;
	struct ipc_header header;

	if (left < sizeof(header))
		return ERR_SHORT;
	memcpy(&header, ipc->in + ipc->in_at, sizeof(header));
	if (header.version != RECORD_VERSION)
		return ERR_VERSION;
	if (header.kind <= IPC_NONE || header.kind >= IPC_KIND_END)
		return ERR_UNKNOWN;
	want = sizes[header.kind] == IPC_BULK ? 0 : sizes[header.kind];
	if (header.length != want || left - sizeof(header) < ALIGN(want) ||
	    (sizes[header.kind] == IPC_BULK) != (ipc->in_fd >= 0))
		return ERR_SHORT;
	*out = (struct ipc_message){ .kind = header.kind,
				     .origin = header.origin,
				     .sequence = header.sequence,
				     .record = ipc->in + ipc->in_at + sizeof(header),
				     .fd = ipc->in_fd };
	ipc->in_fd = -1;
	ipc->in_at += sizeof(header) + ALIGN(want);
	return 1;
}

int ipc_recv(struct ipc *ipc, bool wait, struct ipc_message *out)
{
	int rc;

	if (ipc->in_at == ipc->in_len) {
		rc = packet_recv(ipc, wait);
		if (rc <= 0) {
			ipc->in_at = ipc->in_len = 0;
			return rc;
		}
	}
	rc = message_take(ipc, out);
	if (rc < 0)
		ipc->in_at = ipc->in_len;
	return rc;
}

bool ipc_has_more(const struct ipc *ipc)
{
	return ipc->in_at < ipc->in_len;
}

int ipc_pair(int fds[2], size_t buffer)
{
	int i, size = (int)buffer;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return -errno;
	/* Over the limit of unprivileged users when we may, else as much as there is. */
	for (i = 0; i < 2; i++)
		if (setsockopt(fds[i], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
			setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return 0;
}
