/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/library.h"

#include "base/err.h"
#include "base/log.h"

#define FAULTS_TOLD 100

int library_read(struct library *l, const struct conf *conf)
{
	char bad[256] = "";
	int rc = shelf_read(&l->shelf, conf->verify_probes, bad, sizeof(bad));

	if (rc)
		log_error("verify.probes: %s: %s", bad, err_text(rc));
	return rc;
}

static void on_fault(void *arg, const char *source, uint32_t line, uint32_t column,
		     const char *what)
{
	struct library *l = arg;

	if (++l->faults <= FAULTS_TOLD)
		log_warning("%s:%u:%u: left out: %s", source, line, column, what);
	if (l->faults == FAULTS_TOLD)
		log_warning("probe files: no more of this is told");
}

int library_open(struct library *l, const struct conf *conf)
{
	mono_t begun = mono_now();
	int rc = shelf_open(&l->shelf, conf->verify_fragile, on_fault, l, &l->book);

	if (rc == ERR_SYNTAX)
		log_error("verify.fragile: %s", err_text(rc));
	else if (rc)
		log_error("probe database: %s", err_text(rc));
	else if (l->shelf.count)
		log_info("probe database: %zu questions, %zu matches, %u left out, read in %.1f ms",
			 book_questions(l->book), book_matches(l->book), l->faults,
			 (double)(mono_now() - begun) / MONO_MS);
	return rc;
}

void library_close(struct library *l)
{
	book_free(l->book);
	shelf_close(&l->shelf);
}
