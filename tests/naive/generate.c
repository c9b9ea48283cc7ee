// SPDX-License-Identifier: GPL-2.0-or-later
#include "generate.h"

#include <string.h>

enum { PAGE_BYTES = 64, PAGES_MAX = 3, CONTEXTS_MAX = 3, MAPS_MAX = 12, HANDLES_MAX = 12 };

enum level { PROCESS, SOFTIRQ, HARDIRQ };

struct map {
	guint context;
	const char *kind; /* single, page, sg; NULL: readahead */
	guint page, device;
};

struct handle {
	const char *unmap; /* the step that gives it back */
};

struct context {
	enum level level;
	guint cpu;
	gboolean raised; /* on: raise */
	gboolean served; /* on: a device */
	guint device;
};

struct generator {
	guint64 state;
	GString *out;
	guint64 waiting; /* numbers for what write buffers add: the rest of a seed is what it is without them */
	gboolean buffered;
	gboolean no_allocate,
		inclusive; /* of the L1, the L2: then the loader refuses write buffers */
	gboolean aliases;
	gboolean task_slots; /* the strategy maps with kmap_local() */
	guint cpus; /* on several, what takes interrupts between them is refused */
	gboolean apart; /* what is one CPU's is not another one's */
	gboolean speculates; /* then lines are long: each of them is in a cache or not at any moment */
	guint pages, devices, contexts;
	gboolean highmem[PAGES_MAX];
	gboolean free[PAGES_MAX]; /* if all steps ran in the order of the file */
	struct context context[CONTEXTS_MAX];
	struct map map[MAPS_MAX];
	guint maps;
	/* of the context being written */
	guint now, ids;
	struct handle handle[HANDLES_MAX];
	guint handles;
	guint handles_of[CONTEXTS_MAX]; /* of those written before */
};

guint64 generate_random(guint64 *state)
{
	guint64 x = *state += 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* Never twice among the arguments of one call: their order of evaluation is the compiler's choice. */
static guint below(struct generator *g, guint n)
{
	return (guint)(generate_random(&g->state) >> 33) % n;
}

static gboolean odds(struct generator *g, guint percent)
{
	return below(g, 100) < percent;
}

/* One of n pages or devices, for the context being written. */
static guint mine(struct generator *g, guint n)
{
	guint cpu = g->context[g->now].cpu;

	/* of two, each CPU has one; of three, the first CPU has two */
	return g->apart && cpu < n ? cpu + g->cpus * below(g, (n - cpu + g->cpus - 1) / g->cpus) :
				     below(g, n);
}

/* The same with the numbers for write buffers. */
static guint below_waiting(struct generator *g, guint n)
{
	return (guint)(generate_random(&g->waiting) >> 33) % n;
}

#define ONE_OF(g, ...)                                                                             \
	one_of(g, (const char *const[]){__VA_ARGS__},                                              \
	       sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static const char *one_of(struct generator *g, const char *const *words, guint n)
{
	return words[below(g, n)];
}

static void line(struct generator *g, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void line(struct generator *g, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_string_append_vprintf(g->out, format, args);
	va_end(args);
	g_string_append_c(g->out, '\n');
}

/* The rest of a cache's map: mostly LRU, write-back and write-allocate, as most machines have it. */
static void policies(struct generator *g, gboolean *no_allocate)
{
	if (odds(g, 30))
		g_string_append_printf(g->out, ", replacement: %s",
				       ONE_OF(g, "fifo", "plru", "random", "any"));
	if (odds(g, 15))
		g_string_append(g->out, ", write: through");
	*no_allocate = odds(g, 15);
	if (*no_allocate)
		g_string_append(g->out, ", allocate: no");
}

static void machine(struct generator *g)
{
	static const char *const plain[] = {
		"{size: 32, ways: 1, line: 16, index: virtual",
		"{size: 64, ways: 2, line: 16, index: virtual",
		"{size: 128, ways: 2, line: 16, index: virtual",
		"{size: 128, ways: 2, line: 32, index: virtual",
		"{size: 256, ways: 2, line: 16, index: physical",
	};
	static const char *const aliasing[] = {
		"{size: 128, ways: 1, line: 16, index: virtual",
		"{size: 256, ways: 2, line: 16, index: virtual",
		"{size: 128, ways: 1, line: 32, index: virtual",
	};
	static const char *const plain_long[] = {
		"{size: 64, ways: 1, line: 64, index: virtual",
		"{size: 128, ways: 2, line: 64, index: virtual",
		"{size: 64, ways: 1, line: 32, index: virtual",
		"{size: 128, ways: 2, line: 32, index: virtual",
		"{size: 128, ways: 2, line: 64, index: physical",
	};
	static const char *const aliasing_long[] = {
		"{size: 128, ways: 1, line: 64, index: virtual",
		"{size: 256, ways: 2, line: 64, index: virtual",
		"{size: 128, ways: 1, line: 32, index: virtual",
	};

	g->aliases = odds(g, 25);
	line(g, "machine:");
	line(g, "  preset: toy");
	if (g->cpus > 1) {
		line(g, "  cpus: %u", g->cpus);
		line(g, "  cpu-coherence: %s", ONE_OF(g, "snooped", "snooped", "none"));
	}
	g_string_append_printf(g->out, "  l1d: %s",
			       g->aliases ? one_of(g, g->speculates ? aliasing_long : aliasing,
						   G_N_ELEMENTS(aliasing)) :
					    one_of(g, g->speculates ? plain_long : plain,
						   G_N_ELEMENTS(plain)));
	policies(g, &g->no_allocate);
	/* the kernel then believes in no aliases, but the scenario's own cache ops still meet two colours */
	line(g, "%s}", g->aliases && odds(g, 25) ? ", alias-free: yes" : "");
	if (odds(g, 35)) {
		gboolean no_allocate;

		g_string_append_printf(g->out, "  l2: {size: %u, ways: 2, line: %u",
				       (g->speculates ? 128 : 64) << below(g, 3),
				       g->speculates ? 64 : 32);
		policies(g, &no_allocate);
		g->inclusive = odds(g, 30);
		line(g, "%s}", g->inclusive ? ", inclusive: yes" : "");
	}
	g->buffered = below_waiting(g, 3) == 0 && !(g->inclusive && g->no_allocate);
	if (g->buffered)
		line(g, "  write-buffer: %u", 1u << below_waiting(g, 3));
	line(g, "  tlb: {entries: %u}", 3 + below(g, 4));
	if (odds(g, 20))
		line(g, "  machine-check: no");
	if (odds(g, 10))
		line(g, "  dma: coherent");
	if (odds(g, 10))
		line(g, "  post-dma-flush: yes");
	if (g->speculates)
		line(g, "  speculation: loads");
}

static void kernel(struct generator *g)
{
	line(g, "kernel:");
	line(g, "  last-pkmap: %s", ONE_OF(g, "2", "4"));
	line(g, "  debug-highmem: %s", ONE_OF(g, "no", "no", "yes"));
	line(g, "  hardirq-nesting: %s", ONE_OF(g, "no", "no", "yes"));
	/* slots of tasks, switched with them, are not modelled: the loader refuses the two together */
	if (g->buffered && below_waiting(g, 3) == 0)
		line(g, "  sync-after-op: yes");
	line(g, "  preempt: %s", g->task_slots ? "no" : ONE_OF(g, "no", "no", "yes"));
}

static void pages(struct generator *g)
{
	guint i;

	g->pages = 1 + below(g, PAGES_MAX);
	if (g->apart && g->pages < g->cpus)
		g->pages = g->cpus;
	line(g, "pages:");
	for (i = 0; i < g->pages; i++) {
		/* a kernel declines highmem with aliases; `force` below has it all the same */
		g->highmem[i] = odds(g, g->aliases ? 20 : 65);
		g->free[i] = odds(g, 15);
		line(g, "  p%u: {zone: %s%s}", i, g->highmem[i] ? "highmem" : "lowmem",
		     g->free[i] ? ", free: yes" : "");
	}
	if (g->aliases)
		line(g, "force: yes");
}

static void devices(struct generator *g)
{
	guint i;

	g->devices = below(g, 3);
	if (!g->devices)
		return;
	line(g, "devices:");
	for (i = 0; i < g->devices; i++)
		line(g, "  d%u: {%s}", i, odds(g, 10) ? "dma: coherent" : "");
}

/* Begins a step; the caller goes on with its arguments. */
static void step(struct generator *g, const char *name)
{
	g_string_append_printf(g->out, "      - %s: ", name);
}

static guint handle_new(struct generator *g, const char *unmap)
{
	g->handle[g->handles].unmap = unmap;
	return g->handles++;
}

/* Giving out a page in use ends a schedule at once: mostly it is the other way round. */
static void page_in_use(struct generator *g, guint page)
{
	step(g, g->free[page] != odds(g, 5) ? "alloc" : "free");
	line(g, "{pages: p%u}", page);
	g->free[page] = !g->free[page];
}

/* A place to touch: a mapping of this context, or a lowmem page. NULL: there is none. */
static char *address(struct generator *g, gboolean *kernel_address)
{
	guint page = mine(g, g->pages);
	guint offset = below(g, 2) ? 16 * below(g, PAGE_BYTES / 16) : 4 * below(g, PAGE_BYTES / 4);

	*kernel_address = FALSE;
	/* a mapping that another context made, perhaps on another CPU */
	if (g->now && !g->apart && odds(g, 25)) {
		guint other = below(g, g->now);

		if (g->handles_of[other])
			return g_strdup_printf("c%u.h%u+%u", other,
					       below(g, g->handles_of[other]), offset);
	}
	if (g->handles && odds(g, 80))
		return g_strdup_printf("h%u+%u", below(g, g->handles), offset);
	if (g->highmem[page])
		return NULL;
	*kernel_address = TRUE;
	return g_strdup_printf("p%u+%u", page, offset);
}

static void touch(struct generator *g)
{
	gboolean kernel_address;
	g_autofree char *at = address(g, &kernel_address);
	gboolean store = odds(g, 55);

	if (!at)
		return;
	if (odds(g, 10)) {
		step(g, "cache-op");
		line(g, "{op: %s, at: %s}",
		     ONE_OF(g, "Hit_Invalidate_D", "Hit_Writeback_Inv_D", "Hit_Writeback_D"), at);
		return;
	}
	if (odds(g, 8)) {
		step(g, store ? "fill" : "scan");
		line(g, "{%s: %s}", store ? "to" : "from", at);
		return;
	}
	step(g, store ? "write" : "read");
	line(g, "{%s: %s%s}", store ? "to" : "from", at,
	     kernel_address && odds(g, 15) ? ", uncached: yes" : "");
}

static void give_back(struct generator *g)
{
	guint handle;

	if (!g->handles)
		return;
	handle = below(g, g->handles);
	step(g, g->handle[handle].unmap);
	line(g, "{map: h%u}", handle);
}

static void map_page(struct generator *g)
{
	guint page = mine(g, g->pages), what;
	gboolean process = g->context[g->now].level == PROCESS;

	if (g->handles == HANDLES_MAX)
		return;
	what = below(g, process && !g->apart ? 4 : 2);
	if (what == 2 && g->cpus > 1 && g->highmem[page])
		what = 3;
	switch (what) {
	case 0:
	case 1:
		step(g, "kmap-atomic");
		line(g, "{page: p%u, as: h%u, slot: %s}", page, handle_new(g, "kunmap-atomic"),
		     ONE_OF(g, "KM_USER0", "KM_USER0", "KM_IRQ0", "KM_SYNC_DCACHE", "KM_L1_CACHE"));
		break;
	case 2:
		step(g, "kmap");
		line(g, "{page: p%u, as: h%u}", page, handle_new(g, "kunmap"));
		break;
	default:
		step(g, "map-user");
		if (g->aliases && odds(g, 60))
			line(g, "{page: p%u, as: h%u, colour: %u}", page,
			     handle_new(g, "unmap-user"), below(g, 2));
		else
			line(g, "{page: p%u, as: h%u}", page, handle_new(g, "unmap-user"));
		break;
	}
	if (odds(g, 80))
		touch(g);
	if (odds(g, 20))
		touch(g);
	/* a slot that is kept leaves preemption off */
	if (g_str_equal(g->handle[g->handles - 1].unmap, "kunmap-atomic") ? odds(g, 90) :
									    odds(g, 40)) {
		step(g, g->handle[g->handles - 1].unmap);
		line(g, "{map: h%u}", g->handles - 1);
	}
}

static struct map *map_new(struct generator *g, const char *kind)
{
	struct map *m = &g->map[g->maps++];

	*m = (struct map){
		.context = g->now,
		.kind = kind,
		.page = mine(g, g->pages),
		.device = g->devices ? mine(g, g->devices) : 0,
	};
	return m;
}

static void dma(struct generator *g)
{
	const char *kind = ONE_OF(g, "single", "page", "sg", "sg");
	const char *direction = ONE_OF(g, "to-device", "from-device", "bidirectional");
	const char *what = g_str_equal(direction, "bidirectional") ?
				   ONE_OF(g, "to-device", "from-device") :
				   direction;
	struct map *m;
	guint id;

	if (g->maps == MAPS_MAX)
		return;
	id = g->maps;
	m = map_new(g, kind);
	if (g_str_equal(kind, "single") && g->highmem[m->page])
		m->kind = kind = "page";
	g_string_append_printf(g->out, "      - dma-map-%s: {%s: ", kind,
			       g_str_equal(kind, "sg") ? "pages" : "page");
	if (odds(g, 50))
		g_string_append_printf(g->out, "p%u", m->page);
	else if (odds(g, 70))
		g_string_append_printf(g->out, "{page: p%u, offset: %u, len: 16}", m->page,
				       16 * below(g, PAGE_BYTES / 16));
	else
		g_string_append_printf(g->out, "{page: p%u, offset: 8, len: 24}", m->page);
	g_string_append_printf(g->out, ", dir: %s", direction);
	if (g->devices && odds(g, 80))
		g_string_append_printf(g->out, ", dev: d%u", m->device);
	line(g, ", id: m%u}", id);
	if (odds(g, 15)) {
		step(g, "dev-transfer");
		line(g, "{map: m%u, dir: %s}", id, odds(g, 5) ? "from-device" : what);
	} else if (g->devices && odds(g, 80)) {
		step(g, "dev-start");
		line(g, "{dev: d%u, map: m%u, dir: %s}", m->device, id,
		     odds(g, 5) ? "from-device" : what);
		if (g->context[g->now].level == PROCESS && odds(g, 75)) {
			step(g, "wait-irq");
			line(g, "{dev: d%u}", m->device);
		}
	}
	if (odds(g, 20)) {
		g_string_append_printf(g->out, "      - dma-sync-%s-for-%s: ",
				       g_str_equal(kind, "sg") ? "sg" : "single",
				       ONE_OF(g, "cpu", "device"));
		line(g, "{map: m%u}", id);
	}
	if (odds(g, 80))
		line(g, "      - dma-unmap-%s: {map: m%u}", kind, id);
}

static void read_ahead(struct generator *g)
{
	struct map *m;
	guint id = g->maps;

	if (g->maps == MAPS_MAX || !g->devices)
		return;
	m = map_new(g, NULL);
	if (!g->free[m->page])
		page_in_use(g, m->page);
	g->free[m->page] = FALSE;
	step(g, "readahead");
	line(g, "{pages: p%u, dev: d%u, id: m%u}", m->page, m->device, id);
	if (odds(g, 70)) {
		step(g, "wait-on-page");
		line(g, "{pages: p%u}", m->page);
	}
}

/* A softirq is raised on its own CPU. */
static gboolean may_raise(struct generator *g, guint i)
{
	return g->context[i].raised && ((g->context[i].level != SOFTIRQ && !g->apart) ||
					g->context[i].cpu == g->context[g->now].cpu);
}

/* The other end of a mapping that an earlier context, or this one, made. */
static void complete(struct generator *g)
{
	guint id, i;
	struct map *m;

	if (!g->maps)
		return;
	id = below(g, g->maps);
	m = &g->map[id];
	if (g->apart && g->context[m->context].cpu != g->context[g->now].cpu)
		return;
	if (m->kind) {
		line(g, "      - dma-unmap-%s: {map: c%u.m%u}", m->kind, m->context, id);
		return;
	}
	if (odds(g, 25)) {
		step(g, "end-bio");
		line(g, "{map: c%u.m%u}", m->context, id);
		return;
	}
	step(g, "ata-qc-complete");
	for (i = 0; i < g->contexts; i++)
		if (may_raise(g, i) && odds(g, 50)) {
			line(g, "{map: c%u.m%u, raise: c%u}", m->context, id, i);
			return;
		}
	line(g, "{map: c%u.m%u}", m->context, id);
}

static void section(struct generator *g)
{
	const char *what = ONE_OF(g, "local-irq", "local-bh", "preempt");

	line(g, "      - %s-disable", what);
	touch(g);
	if (odds(g, 95))
		line(g, "      - %s-enable", what);
}

static void raise_one(struct generator *g)
{
	guint i;

	for (i = 0; i < g->contexts; i++)
		if (may_raise(g, i) && odds(g, 70)) {
			step(g, "raise");
			line(g, "c%u", i);
			return;
		}
}

static void loop(struct generator *g)
{
	gboolean kernel_address;
	g_autofree char *at = address(g, &kernel_address);

	if (at)
		line(g, "      - repeat: {times: %u, steps: [%s: {%s: %s}]}", 2 + below(g, 2),
		     "write", "to", at);
}

/* SYNC, or an access that passes what waits. */
static void around_buffer(struct generator *g)
{
	guint page = below_waiting(g, g->pages);

	if (g->apart)
		page = g->context[g->now].cpu;
	if (g->highmem[page] || below_waiting(g, 2))
		line(g, "      - sync");
	else if (below_waiting(g, 2))
		line(g, "      - write: {to: p%u+%u, uncached: yes}", page,
		     4 * below_waiting(g, PAGE_BYTES / 4));
	else
		line(g, "      - read: {from: p%u+%u, uncached: yes}", page,
		     4 * below_waiting(g, PAGE_BYTES / 4));
}

static void one_step(struct generator *g)
{
	guint what = below(g, 100);

	if (what < 22)
		map_page(g);
	else if (what < 44)
		touch(g);
	else if (what < 62)
		dma(g);
	else if (what < 70)
		read_ahead(g);
	else if (what < 78)
		complete(g);
	else if (what < 82)
		page_in_use(g, mine(g, g->pages));
	else if (what < 87)
		section(g);
	else if (what < 92)
		raise_one(g);
	else if (what < 98)
		loop(g);
	else
		give_back(g);
}

static void context_plan(struct generator *g, guint i)
{
	struct context *c = &g->context[i];

	c->level = i ? (enum level)below(g, 3) : PROCESS;
	c->cpu = g->apart ? i % g->cpus : below(g, g->cpus);
	if (c->level == PROCESS)
		return;
	c->raised = odds(g, 35);
	if (!c->raised && c->level == HARDIRQ && g->devices && odds(g, 70)) {
		c->served = TRUE;
		g->now = i;
		c->device = mine(g, g->devices);
	}
}

static void context(struct generator *g, guint i)
{
	static const char *const levels[] = {"process", "softirq", "hardirq"};
	struct context *c = &g->context[i];
	guint steps = c->level == PROCESS ? 3 + below(g, 3) : 1 + below(g, 2);

	g->now = i;
	g->handles = 0;
	line(g, "  c%u:", i);
	line(g, "    level: %s", levels[c->level]);
	if (g->cpus > 1)
		line(g, "    cpu: %u", c->cpu);
	if (c->served)
		line(g, "    on: d%u", c->device);
	else if (c->raised)
		line(g, "    on: raise");
	else if (c->level != PROCESS)
		line(g, "    on: any");
	else if (i && !g->apart && odds(g, 50))
		line(g, "    on: c0");
	if (odds(g, 12))
		line(g, "    times: %s", ONE_OF(g, "2", "2", "forever"));
	line(g, "    steps:");
	/* an interrupt of a device mostly takes the buffer back */
	if (c->served && odds(g, 70))
		complete(g);
	while (steps--) {
		one_step(g);
		if (g->buffered && below_waiting(g, 3) == 0)
			around_buffer(g);
	}
	g->handles_of[i] = g->handles;
	/* luck may have written nothing so far */
	line(g, "      - preempt-disable");
	line(g, "      - preempt-enable");
}

char *generate_scenario(guint64 seed)
{
	struct generator g = {
		.state = seed, .waiting = seed ^ 0x9e3779b1u, .out = g_string_new(NULL)};
	/* drawn apart, so that the seeds of other scenarios make what they made before */
	struct generator special = {.state = seed ^ 0x5bd1e995u};
	const char *strategy;
	guint i;

	g.speculates = odds(&special, 25);
	line(&g, "format: 1");
	g.cpus = odds(&g, 20) ? 2 : 1;
	do
		strategy = ONE_OF(&g, "none", "lowmem-only", "kmap-high-get", "arm-reentrant",
				  "ppc", "shared-slot", "flush-all", "context-slots", "kmap-stack",
				  "kmap-local", "l1-only", "uncached");
	while (g.cpus > 1 && (!strcmp(strategy, "flush-all") || !strcmp(strategy, "l1-only")));
	g.apart = g.cpus > 1 && odds(&g, 50);
	g.task_slots = !strcmp(strategy, "kmap-local");
	line(&g, "strategy: %s", strategy);
	machine(&g);
	kernel(&g);
	pages(&g);
	devices(&g);
	g.contexts = odds(&g, 15) ? 1 : 2 + below(&g, CONTEXTS_MAX - 1);
	for (i = 0; i < g.contexts; i++)
		context_plan(&g, i);
	line(&g, "contexts:");
	for (i = 0; i < g.contexts; i++)
		context(&g, i);
	line(&g, "explore:");
	line(&g, "  evictions: %s", ONE_OF(&g, "none", "1", "2", "any", "any"));
	line(&g, "  tlb: %s", ONE_OF(&g, "when-full", "when-full", "any"));
	if (g.speculates)
		line(&g, "  fills: %s", ONE_OF(&special, "any", "any", "any", "1", "2", "none"));
	return g_string_free(g.out, FALSE);
}

char *generate_bounds(guint64 seed)
{
	static const char *const kinds[] = {"interrupts",    "hardirqs",    "softirqs",
					    "nested",        "preemptions", "bursts",
					    "cache-victims", "tlb-victims"};
	struct generator g = {.state = ~seed, .out = g_string_new(NULL)};
	gboolean some = odds(&g, 50);
	guint i;

	for (i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (some && odds(&g, 40))
			line(&g, "  %s: %s", kinds[i], ONE_OF(&g, "none", "1", "2", "3"));
	if (odds(&g, 5))
		line(&g, "  steps: %u", 1 + below(&g, 30));
	return g_string_free(g.out, FALSE);
}
