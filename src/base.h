/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words every file of the model is written in: fixed-width integers, a few
 * bit helpers and the one way to report an internal fault.
 */
#ifndef STALELINE_BASE_H
#define STALELINE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t i64;

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(n) (1u << (n))

/* "No such id" for every u32 id of the model; 0 is reserved for "none" where an id is kept + 1. */
#define NO_ID 0xffffffffu

/*
 * Ends the program with exit status 70: the sentence is a belief of ours that turned out wrong, never
 * a fault of the user's input. Supplied at link time by the application or the test.
 */
_Noreturn void bug(const char *sentence, const char *file, int line);

#define bug_on(condition, sentence)                                                                \
	do {                                                                                       \
		if (__builtin_expect(!!(condition), 0))                                            \
			bug(sentence, __FILE__, __LINE__);                                         \
	} while (0)

static inline u32 align_down(u32 x, u32 power_of_two)
{
	return x & ~(power_of_two - 1);
}

static inline u32 min_u32(u32 a, u32 b)
{
	return a < b ? a : b;
}

static inline u32 max_u32(u32 a, u32 b)
{
	return a > b ? a : b;
}

static inline u32 log2_u32(u32 power_of_two)
{
	return 31u - (u32)__builtin_clz(power_of_two);
}

#endif
