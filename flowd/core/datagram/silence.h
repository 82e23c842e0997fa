/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a verdict means for a service over UDP: whoever is not answered may not have asked the right
 * thing, or not from the right place.
 */
#ifndef FLOWD_CORE_DATAGRAM_SILENCE_H
#define FLOWD_CORE_DATAGRAM_SILENCE_H

#include "store/store.h"

/*
 * The state that a verdict gives a service: the verdict's own, unless it is silence of a service
 * that the wire has seen answering about when the job was made. That stays what it was, a candidate
 * on the evidence there is, or open.
 */
enum state silence_state(const struct store_service *row, const struct job *job,
			 const struct probe *probe);

#endif
