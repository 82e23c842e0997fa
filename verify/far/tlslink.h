/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream between two of us over TCP: TLS 1.3 (RFC 8446) alone, certificates of one's own
 * authority on both sides. Never blocks.
 */
#ifndef VERIFY_FAR_TLSLINK_H
#define VERIFY_FAR_TLSLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct tlslink_keys;
struct tlslink;

/* Files in PEM form: the authority's certificate, one's own and its key. 0; -EINVAL and in `bad`
 * (static) which of them is not to be used; -ENOMEM. */
int tlslink_keys_new(const char *const files[3], struct tlslink_keys **out, const char **bad);
void tlslink_keys_free(struct tlslink_keys *keys);

/* Over `fd` (borrowed), as server or client, with a peer whose certificate bears the name `peer`
 * (borrowed; NULL: whatever name the authority gave it). NULL when memory is short. */
struct tlslink *tlslink_new(const struct tlslink_keys *keys, int fd, bool server, const char *peer);
void tlslink_free(struct tlslink *link);

/* 1 it is done; 0 wait; -EPIPE: it is none of ours, or gone. */
int tlslink_greet(struct tlslink *link);

/* Bytes; 0 wait; -EPIPE. */
ssize_t tlslink_recv(struct tlslink *link, void *bytes, size_t len);
ssize_t tlslink_send(struct tlslink *link, const void *bytes, size_t len);

/* Does its certificate, which was found good, bear this name? */
bool tlslink_is_named(const struct tlslink *link, const char *name);

/* Is it writing that it waits for? */
bool tlslink_wants_write(const struct tlslink *link);

#endif
