/* Crashes of a report, for rs_report_finish. Inside finding/ only. */
#pragma once
#include "finding/finding.h"

/* Folds those that are alike, and looks for the findings, sorted and folded already, that explain them. */
void rs_crashes_finish(struct rs_report *report);
