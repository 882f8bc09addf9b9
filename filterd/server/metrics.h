/* Metrics in Prometheus' text format, from one table. */
#pragma once

#include "server/worker.h"

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/*
 * Appends all metrics of the service; any thread may ask. Every label value is one of ours or a
 * rule id, so their number is bounded by the rules.
 */
void metrics_write(struct buf *out, struct service *service);

/* Appends the table of metrics as Markdown, for README.md in this folder. */
void metrics_describe(struct buf *out);

/* Comments of the generation that a rule held for, all workers together. */
uint64_t metrics_rule_hits(const struct generation *generation, uint32_t rule);
