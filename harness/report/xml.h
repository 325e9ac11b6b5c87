/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text in XML. */
#ifndef HARDSTOP_REPORT_XML_H
#define HARDSTOP_REPORT_XML_H

#include <stdio.h>

/* Puts entities for what XML takes for its own; what it does not allow is in no printable text. */
void xml_print(FILE *out, const char *text);

#endif
