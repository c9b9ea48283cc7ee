/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Executes a cell (one schedule, all of them, or a trail) and says what came of it. */
#ifndef STALELINE_JUDGE_OUTCOME_H
#define STALELINE_JUDGE_OUTCOME_H

#include "explore/random.h"
#include "scenario/scenario.h"

struct outcome_options {
	guint64 max_states; /* 0: the file's own limit, or none */
	guint64 max_steps; /* of a single schedule; 0: a million where contexts repeat for ever */
	gboolean first;
	gboolean watch_lines; /* say which lines of kernel routines were executed */
	gboolean trailless; /* nobody wants to know how to get to what an exploration finds */
	gboolean unreduced, exact;
	gboolean worst; /* of an exploration: the largest figures too */
	guint jobs; /* threads of an exploration */
	guint64 memory, seconds; /* of an exploration; 0: no limit */
	/* an exploration by chance: schedules, 0 for none; .length 0: see outcome_explore() */
	struct random_options random;
	const volatile int *interrupted;
	void (*explore_progress)(void *arg, const struct explore_progress *progress);
	void (*run_progress)(void *arg, u64 steps);
	void *progress_arg;
};

struct outcome {
	struct scenario *scenario;
	const struct scenario_cell *cell;
	struct compiled *compiled; /* as run or explored; NULL when refused */
	char *schedule; /* the one that was run; NULL when all were */
	gboolean explored;
	struct random_options
		random; /* .schedules != 0: explored by chance, with this seed and length */
	struct random_result taken_by_chance;
	gboolean complete; /* nothing stopped it early */
	gboolean interrupted;
	const char *limit; /* what stopped it, in words; NULL: nothing */
	u32 bounded; /* kinds (enum bound) of which a bound kept some choice from being tried */
	char *refused;
	enum verdict verdict;
	enum how rule[RULE_COUNT];
	u32 warned;
	u64 states, transitions; /* of a single schedule: 0 and the choices taken */
	u64 ends;
	struct found_list found; /* violations first, then warnings; in file order of their steps */
	struct worst_list worst; /* where asked for */
	gboolean reduced; /* not all choices were tried */
	GArray *unreached; /* guint: steps that no schedule executed */
	gboolean line_unreached; /* the mutated line was never executed */
	u32 line_done[LINES_MAX / 32]; /* lines executed, where they are watched */
	enum event_fate *fate; /* per event of the schedule */
	guint fates;
	struct trail trail; /* what was repeated, if it was a trail */
	struct trail taken; /* of one schedule: its choices */
};

/* `schedule`: NULL for "default". */
struct outcome *outcome_run(struct scenario *s, const struct scenario_cell *cell,
			    const char *schedule, const struct outcome_options *options);
/*
 * All schedules; or some by chance, of RANDOM_LENGTH choices at most unless told otherwise, RANDOM_LENGTH_FOREVER where
 * contexts repeat for ever or poll. Those are never complete.
 */
#define RANDOM_LENGTH 100000u
#define RANDOM_LENGTH_FOREVER 10000u
struct outcome *outcome_explore(struct scenario *s, const struct scenario_cell *cell,
				const struct outcome_options *options);
/*
 * Repeats `trail`, which the outcome takes over. Where it does not fit, `diverged` is called with the world and the
 * choice, see struct run_options; the outcome is then of the choices before.
 */
struct outcome *outcome_replay(struct scenario *s, const struct scenario_cell *cell,
			       struct trail *trail, const struct outcome_options *options,
			       void (*diverged)(void *arg, const struct world *w,
						const struct choice *choice, enum misfit misfit,
						struct trail_mark is),
			       void *arg);
void outcome_free(struct outcome *o);
/* Is the figure the largest of all schedules, and not only of those that were tried? */
gboolean outcome_exact(const struct outcome *o, const struct figure *f);

#endif
