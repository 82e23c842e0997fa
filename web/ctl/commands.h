/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What flowctl can be asked: X(function, word, arguments, what it does). flowctl(1) and the
 * completion of the shell have the same words.
 */
#ifndef WEB_CTL_COMMANDS_H
#define WEB_CTL_COMMANDS_H

#define COMMAND_LIST(X)                                                                          \
	X(lists_services, "services", "[NAME=VALUE ...]", "what is exposed")                     \
	X(single_show, "show", "SERVICE", "one service: what the wire and the probes say of it") \
	X(single_verify, "verify", "SERVICE", "probe it now, and wait for what comes of it")     \
	X(lists_alerts, "alerts", "[--follow] [NAME=VALUE ...]", "alerts, or those to come")     \
	X(lists_events, "events", "[NAME=VALUE ...]", "what has happened")                       \
	X(wishes_assets, "assets",                                                               \
	  "[NAME=VALUE ...] | set NETWORK [NAME=VALUE ...] | remove NETWORK [NAME=VALUE ...]",   \
	  "whose addresses are")                                                                 \
	X(lists_hosts, "hosts", "", "hosts that answer on every port")                           \
	X(rulings_run, "rules",                                                                  \
	  "show | check FILE | test FILE [--since TIME] | explain SERVICE | reload",             \
	  "the rules, and others tried on what was recorded")                                    \
	X(scans_run, "scan",                                                                     \
	  "SERVICE [TOOL] [alert=NUMBER] | list [SERVICE] | show ID | cancel ID | tools",        \
	  "hand a service over to a tool, and wait for what it says")                            \
	X(wishes_approve, "approve", "SERVICE ... [NAME=VALUE ...]",                             \
	  "what is meant to be exposed")                                                         \
	X(wishes_baseline, "baseline",                                                           \
	  "list | import FILE [FORMAT] | remove SERVICE | learning | accept | learn [DAYS]",     \
	  "what may be exposed, and how long that is learnt")                                    \
	X(wishes_sweep, "sweep",                                                                 \
	  "PREFIX ... [ports=..] [rate=..] | list | pause ID | resume ID | cancel ID",           \
	  "look at every port")                                                                  \
	X(wishes_token, "token", "list | make NAME ROLE [DAYS] | revoke ID", "who may ask")      \
	X(condition_health, "health", "", "how flowd and its captures are")                      \
	X(lists_export, "export", "services | alerts | events [--csv]",                          \
	  "all of them, a line each")                                                            \
	X(backup_run, "backup", "[DIR] | list | remove NAME", "a copy of the store")

struct remote;

/* What was asked, behind the command; `argv` ends with NULL. */
struct command_line {
	int argc;
	char **argv;
};

/* Each returns the exit status: enum remote_status. */
#define COMMAND_DECLARE(function, ...) \
	int function(struct remote *remote, const struct command_line *line);
COMMAND_LIST(COMMAND_DECLARE)
#undef COMMAND_DECLARE

#endif
