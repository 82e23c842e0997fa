/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/progress.h"

#include <stdio.h>

#define BAR_WIDTH 24
#define REDRAW (200 * MONO_MS)

void progress_open(struct progress *progress)
{
	progress->started = mono_now();
	progress->shown = 0;
}

void progress_show(struct progress *progress, uint64_t packets, uint64_t at, uint64_t size)
{
	mono_t now = mono_now(), spent = now - progress->started;
	double share = size ? (double)at / (double)size : 0, seconds = (double)spent / MONO_SECOND;
	int full = (int)(share * BAR_WIDTH);

	if (now - progress->shown < REDRAW || seconds <= 0)
		return;
	progress->shown = now;
	fprintf(stderr, "\r\033[K");
	if (size)
		fprintf(stderr, "[%.*s%*s] %3.0f%%  ", full,
			"========================", BAR_WIDTH - full, "", share * 100);
	fprintf(stderr, "%llu packets, %.0f/s", (unsigned long long)packets,
		(double)packets / seconds);
	if (share > 0.01)
		fprintf(stderr, ", %.0f s left", seconds / share - seconds);
}

void progress_close(struct progress *progress)
{
	if (progress->shown)
		fprintf(stderr, "\r\033[K");
}
