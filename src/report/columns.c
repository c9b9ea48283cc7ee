// SPDX-License-Identifier: GPL-2.0-or-later
#include "columns.h"

#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS_MIN 20u

static guint of_terminal(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		return 0;
	return size.ws_col;
}

guint columns_of_stdout(void)
{
	guint columns = of_terminal();

	return columns ? MAX(columns, COLUMNS_MIN) : COLUMNS_USUAL;
}

gboolean columns_are_few(guint wanted)
{
	guint columns = of_terminal();

	return columns && columns < wanted;
}
