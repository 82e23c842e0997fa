/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The templates of a match line: text with pieces of the answer in it.
 */
#ifndef VERIFY_PROBES_TEMPLATE_H
#define VERIFY_PROBES_TEMPLATE_H

#include "verify/probes/parse.h"
#include "verify/probes/pattern.h"

/*
 * Writes the template with $1 to $9, $P(n) (what is printable of it), $SUBST(n,"a","b") and
 * $I(n,">") (a number in this byte order, "<" the other one) filled in: printable ASCII, cut to
 * `size` with its NUL; what is not printable becomes a blank, blanks at the ends go.
 */
void template_fill(struct parse_span text, const struct pattern_hit *hit, char *out, size_t size);

#endif
