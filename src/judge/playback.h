/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A trail's choices taken one by one, forward and back. */
#ifndef STALELINE_JUDGE_PLAYBACK_H
#define STALELINE_JUDGE_PLAYBACK_H

#include "explore/arena.h"
#include "scenario/compiled.h"

struct playback {
	const struct compiled *compiled;
	const struct trail *trail;
	struct arena arena; /* the world after `at` choices */
	u32 at;
	GArray *events; /* struct event: what the choice before this world did; empty before the first */
	GArray *back; /* per choice taken: how to take it back */
};

/* What a choice is about to do. */
struct doing {
	struct trail_mark mark; /* .step is always MARK_UNKNOWN */
	guint step; /* of the scenario; NO_ID */
};

/* `c` keeps identities, `trail` fits it, and both outlive the playback. NULL: no memory. */
struct playback *playback_new(const struct compiled *c, const struct trail *trail);
void playback_free(struct playback *p);
/* FALSE at the end of the trail, or without memory. */
gboolean playback_forward(struct playback *p);
/* Goes to the world after `at` choices, at most all; what led there is as if it had been gone to forward. */
void playback_seek(struct playback *p, u32 at);
/* The next choice of the trail, which there has to be. */
struct doing playback_next(const struct playback *p);

#endif
