/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a DTLS server sends before anything is encrypted (RFC 6347): its cookie, version, cipher,
 * its certificates, in as many parts and datagrams as it likes.
 */
#ifndef VERIFY_UDP_DTLS_H
#define VERIFY_UDP_DTLS_H

#include "verify/udp/answer.h"

/* As answer_fn. */
bool dtls_read(const struct answer *a, struct probe *p);

#endif
