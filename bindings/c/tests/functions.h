/* Which functions does the library have, and how is each called when nothing is wrong? */
#ifndef FUNCTIONS_H
#define FUNCTIONS_H

#include "call.h"

#include <stddef.h>

/* -- What there is to be called with ------------------------------------------------------------------ */

static struct {
  const char *scratch;
  char path[1024], closed_path[1024], index[1024], numbers[1024];
  unsigned paths; /* new ones that were named so far */
  stoplist_store *store, *closed_store;
  stoplist_gate *gate, *closed_gate, *frozen;
  stoplist_filter *filter, *closed_filter;
  stoplist_pass *pass, *closed_pass;
  stoplist_report *report;
  uint64_t bulk; /* the change that can be undone */
} world;

static const int64_t INTEGERS[2] = {12025550101, 12025550102};

#define ZEROS "0000000000000000"
#define ZERO_DIGEST "sha256:" ZEROS ZEROS ZEROS ZEROS

/* Codes that mean nothing. */
static const uint32_t NO_FLAG[] = {2, UINT32_MAX, 0}, NO_RESERVE[] = {1, UINT32_MAX, 0};
static const uint32_t NO_TRAFFIC[] = {16, 1u << 31, 0}, NO_DIRECTION[] = {3, 4, 99, 0};
static const uint32_t NO_PERMISSION[] = {128, 1u << 31, 0}, NO_POLICY[] = {3, UINT32_MAX, 0};
static const uint32_t NO_CHOICE[] = {2, UINT32_MAX, 0};

static void actor(struct call *call) { text(call, "actor", "ana", 0); }
static void json(struct call *call, unsigned flags) { out(call, "json", sizeof(stoplist_text *), A_TEXT, flags); }
static void generation(struct call *call, unsigned flags) { out(call, "generation", sizeof(uint64_t), PLAIN, flags); }
static void of_store(struct call *call) { store(call, world.store); }
static void of_gate(struct call *call) { handle(call, "gate", world.gate, world.closed_gate, 0); }
static void of_filter(struct call *call) { handle(call, "filter", world.filter, world.closed_filter, 0); }
static void of_pass(struct call *call) { handle(call, "pass", world.pass, world.closed_pass, 0); }

/* A path where nothing is yet. */
static void new_path(struct call *call, const char *ending) {
  char path[1200];
  snprintf(path, sizeof path, "%s/new-%u%s", world.scratch, world.paths, ending);
  text(call, "path", path, ANY_BYTES);
}

#define FIELD(copy, type, name) ((copy) + offsetof(type, name))

static void store_options(struct call *call) {
  stoplist_store_options good = {.size = sizeof good, .sync_interval_ms = 100, .state_in_memory = 1};
  unsigned char *copy = options(call, "options", &good, sizeof good, OPTIONAL);
  code_field(call, FIELD(copy, stoplist_store_options, state_in_memory), "state_in_memory", NO_FLAG);
  text_field(call, FIELD(copy, stoplist_store_options, region), "region", "US");
}

static void gate_options(struct call *call, const char *name) {
  stoplist_gate_options good = {.size = sizeof good, .traffic = STOPLIST_OUTBOUND};
  unsigned char *copy = options(call, name, &good, sizeof good, OPTIONAL);
  code_field(call, FIELD(copy, stoplist_gate_options, traffic), "traffic", NO_TRAFFIC);
  code_field(call, FIELD(copy, stoplist_gate_options, reserved), "reserved", NO_RESERVE);
  texts_field(call, FIELD(copy, stoplist_gate_options, lists), "lists", "blocked");
  text_field(call, FIELD(copy, stoplist_gate_options, region), "region", "US");
}

static void documentation(struct call *call) {
  stoplist_documentation good = {.size = sizeof good};
  unsigned char *copy = options(call, "why", &good, sizeof good, 0);
  text_field(call, FIELD(copy, stoplist_documentation, reason), "reason", "opt_out");
  text_field(call, FIELD(copy, stoplist_documentation, note), "note", "wrote STOP");
  text_field(call, FIELD(copy, stoplist_documentation, reference), "reference", "C-17");
  text_field(call, FIELD(copy, stoplist_documentation, source), "source", "form");
}

static void block_options(struct call *call) {
  stoplist_block_options good = {.size = sizeof good, .traffic = STOPLIST_BROADCAST};
  unsigned char *copy = options(call, "options", &good, sizeof good, OPTIONAL);
  code_field(call, FIELD(copy, stoplist_block_options, traffic), "traffic", NO_TRAFFIC);
  code_field(call, FIELD(copy, stoplist_block_options, reserved), "reserved", NO_RESERVE);
}

/* One of the three kinds. */
static void bulk_targets(struct call *call, int by_number) {
  static const uint64_t number = 12025550107;
  stoplist_bulk_targets good = {.size = sizeof good};
  unsigned char *copy = options(call, "targets", &good, sizeof good, 0);
  texts_field(call, FIELD(copy, stoplist_bulk_targets, filters), "filters", by_number ? NULL : "category=Lead");
  texts_field(call, FIELD(copy, stoplist_bulk_targets, who), "who", NULL);
  numbers_field(call, FIELD(copy, stoplist_bulk_targets, numbers), "numbers", by_number ? &number : NULL);
  if (by_number) {
    text_field(call, FIELD(copy, stoplist_bulk_targets, origin), "origin", "spring.csv");
  }
}

static void bulk_limits(struct call *call) {
  stoplist_bulk_limits good = {.size = sizeof good, .confirmed = 1};
  unsigned char *copy = options(call, "limits", &good, sizeof good, OPTIONAL);
  code_field(call, FIELD(copy, stoplist_bulk_limits, dry_run), "dry_run", NO_FLAG);
  code_field(call, FIELD(copy, stoplist_bulk_limits, confirmed), "confirmed", NO_FLAG);
  code_field(call, FIELD(copy, stoplist_bulk_limits, reserved), "reserved", NO_RESERVE);
}

static void list_settings(struct call *call) {
  stoplist_list_settings good = {.size = sizeof good, .traffic = STOPLIST_OUTBOUND};
  unsigned char *copy = options(call, "settings", &good, sizeof good, 0);
  code_field(call, FIELD(copy, stoplist_list_settings, traffic), "traffic", NO_TRAFFIC);
  code_field(call, FIELD(copy, stoplist_list_settings, fail_when_stale), "fail_when_stale", NO_FLAG);
  code_field(call, FIELD(copy, stoplist_list_settings, reserved), "reserved", NO_RESERVE);
  text_field(call, FIELD(copy, stoplist_list_settings, source), "source", "registry");
}

static void import_options(struct call *call) {
  stoplist_import_options good = {.size = sizeof good};
  unsigned char *copy = options(call, "options", &good, sizeof good, OPTIONAL);
  code_field(call, FIELD(copy, stoplist_import_options, replace), "replace", NO_FLAG);
  code_field(call, FIELD(copy, stoplist_import_options, dry_run), "dry_run", NO_FLAG);
  text_field(call, FIELD(copy, stoplist_import_options, format), "format", "csv");
  text_field(call, FIELD(copy, stoplist_import_options, column), "column", "phone");
}

static void filter_options(struct call *call) {
  stoplist_filter_options good = {.size = sizeof good, .threads = 1};
  unsigned char *copy = options(call, "options", &good, sizeof good, OPTIONAL);
  texts_field(call, FIELD(copy, stoplist_filter_options, columns), "columns", "phone");
  code_field(call, FIELD(copy, stoplist_filter_options, on_invalid), "on_invalid", NO_POLICY);
  code_field(call, FIELD(copy, stoplist_filter_options, on_null), "on_null", NO_POLICY);
  code_field(call, FIELD(copy, stoplist_filter_options, on_blocked), "on_blocked", NO_CHOICE);
  code_field(call, FIELD(copy, stoplist_filter_options, excluded), "excluded", NO_FLAG);
  code_field(call, FIELD(copy, stoplist_filter_options, reserved), "reserved", NO_RESERVE);
}

static struct counted *batch_schema(struct heap *heap) {
  struct counted *made = make_schema(heap, "+s", "");
  add_child(made, make_schema(heap, "l", "phone"));
  return made;
}

static struct counted *batch_array(struct heap *heap) {
  struct counted *made = make_array(heap, 2, 1);
  add_child(made, make_integers(heap, INTEGERS, 2));
  return made;
}

static void batch(struct call *call) {
  taken(call, TAKEN_ARRAY, "array", batch_array(&call->heap));
  taken(call, TAKEN_SCHEMA, "schema", batch_schema(&call->heap));
}

static void rows(struct call *call, const char *array, const char *schema) {
  out(call, array, sizeof(struct ArrowArray), AN_ARRAY, 0);
  out(call, schema, sizeof(struct ArrowSchema), A_SCHEMA, 0);
}

static void stream(struct call *call) {
  taken(call, TAKEN_STREAM, "stream", make_stream(&call->heap, batch_schema(&call->heap), NULL));
}

static int32_t go_on(void *user, uint64_t done, uint64_t total) {
  (void)done;
  (void)total;
  return user != NULL;
}

/* -- The functions: how each is called, and with what --------------------------------------------------- */

#define P(at) arguments[at].p
#define N(at) arguments[at].n
#define U(at) arguments[at].u
#define W(at) (uint32_t)arguments[at].u
#define I(at) (int64_t)arguments[at].u

/* A function, its arguments, and the description of them. */
#define FUNCTION(name, passed, ...)                                                \
  static int32_t call_##name(const union slot *arguments, stoplist_error **error) { \
    return name(UNWRAP passed, error);                                             \
  }                                                                                \
  static void describe_##name(struct call *call) { __VA_ARGS__; }
#define UNWRAP(...) __VA_ARGS__

FUNCTION(stoplist_number_parse, (P(0), N(1), P(2), N(3), P(4)),
         text(call, "text", "(202) 555-0142", PHONE); text(call, "region", "US", 0);
         out(call, "number", sizeof(uint64_t), PLAIN, 0))
FUNCTION(stoplist_gate_open, (P(0), P(1), P(2)),
         of_store(call); gate_options(call, "options"); out(call, "gate", sizeof(stoplist_gate *), A_GATE, 0))
FUNCTION(stoplist_gate_open_index, (P(0), N(1), P(2), N(3), U(4), P(5), N(6), P(7)),
         text(call, "path", world.index, ANY_BYTES); text(call, "list", "dnc", 0); value(call, 7);
         text(call, "region", "US", 0); out(call, "gate", sizeof(stoplist_gate *), A_GATE, 0))
FUNCTION(stoplist_gate_freeze, (P(0), P(1)),
         of_gate(call); out(call, "frozen", sizeof(stoplist_gate *), A_GATE, 0))
FUNCTION(stoplist_gate_generation, (P(0), P(1)), of_gate(call); generation(call, 0))
FUNCTION(stoplist_gate_lists, (P(0), P(1)), of_gate(call); json(call, 0))
FUNCTION(stoplist_gate_check, (P(0), U(1), P(2)),
         of_gate(call); value(call, 12025550101); out(call, "verdict", sizeof(stoplist_verdict), PLAIN, 0))
FUNCTION(stoplist_gate_check_text, (P(0), P(1), N(2), P(3)),
         of_gate(call); text(call, "text", "+12025550101", JUDGED);
         out(call, "verdict", sizeof(stoplist_verdict), PLAIN, 0))
FUNCTION(stoplist_gate_check_numbers, (P(0), P(1), N(2), P(3), P(4)),
         of_gate(call); numbers(call, "numbers", 12025550101); places(call, "verdicts", 1, 0);
         generation(call, OPTIONAL))
FUNCTION(stoplist_gate_check_texts, (P(0), P(1), P(2), N(3), P(4), P(5), P(6)),
         of_gate(call); texts(call, "texts", "+12025550101", JUDGED); places(call, "verdicts", 1, 0);
         places(call, "numbers", sizeof(uint64_t), OPTIONAL); generation(call, OPTIONAL))
FUNCTION(stoplist_store_create, (P(0), N(1), P(2), N(3), P(4), P(5)),
         new_path(call, ""); actor(call); store_options(call);
         out(call, "store", sizeof(stoplist_store *), A_STORE, 0))
FUNCTION(stoplist_store_open, (P(0), N(1), P(2), P(3)),
         text(call, "path", world.closed_path, ANY_BYTES); store_options(call);
         out(call, "store", sizeof(stoplist_store *), A_STORE, 0))
FUNCTION(stoplist_store_generation, (P(0), P(1)), of_store(call); generation(call, 0))
FUNCTION(stoplist_store_checkpoint, (P(0)), of_store(call))
FUNCTION(stoplist_store_repairs, (P(0), P(1)), of_store(call); json(call, 0))
FUNCTION(stoplist_store_info, (P(0), P(1), N(2), P(3)), of_store(call); actor(call); json(call, 0))
FUNCTION(stoplist_store_explain, (P(0), U(1), P(2), N(3), W(4), P(5)),
         of_store(call); value(call, 12025550101); text(call, "list", "blocked", 0);
         code(call, "traffic", STOPLIST_OUTBOUND, NO_TRAFFIC);
         out(call, "explanation", sizeof(stoplist_explanation), PLAIN, 0))
FUNCTION(stoplist_store_block, (P(0), P(1), N(2), P(3), P(4), N(5), P(6), P(7), P(8)),
         of_store(call); actor(call); texts(call, "who", "+12025550105", PHONE); documentation(call);
         block_options(call); json(call, OPTIONAL))
FUNCTION(stoplist_store_unblock, (P(0), P(1), N(2), P(3), P(4), N(5), P(6), P(7)),
         of_store(call); actor(call); texts(call, "who", "+12025550105", PHONE); documentation(call);
         json(call, OPTIONAL))
FUNCTION(stoplist_contact_create, (P(0), P(1), N(2), P(3), N(4), P(5)),
         of_store(call); actor(call);
         text(call, "details", "{\"name\":\"Ada\",\"category\":\"Lead\",\"primary\":\"+12025550111\"}", 0);
         json(call, OPTIONAL))
FUNCTION(stoplist_contact_get, (P(0), P(1), N(2), P(3), N(4), P(5)),
         of_store(call); actor(call); text(call, "who", "c1", PHONE); json(call, 0))
FUNCTION(stoplist_contact_edit, (P(0), P(1), N(2), P(3), N(4), P(5), N(6), P(7)),
         of_store(call); actor(call); text(call, "who", "c1", PHONE);
         text(call, "changes", "{\"email\":\"ada@example.org\"}", 0); json(call, OPTIONAL))
FUNCTION(stoplist_contact_archive, (P(0), P(1), N(2), P(3), N(4), P(5)),
         of_store(call); actor(call); text(call, "who", "c1", PHONE); json(call, OPTIONAL))
FUNCTION(stoplist_contact_restore, (P(0), P(1), N(2), P(3), N(4), P(5)),
         of_store(call); actor(call); text(call, "who", "c1", PHONE); json(call, OPTIONAL))
FUNCTION(stoplist_contact_find, (P(0), P(1), N(2), P(3), N(4), P(5)),
         of_store(call); actor(call); text(call, "query", "{\"search\":\"ada\"}", 0); json(call, 0))
FUNCTION(stoplist_contact_history, (P(0), P(1), N(2), P(3), N(4), P(5)),
         of_store(call); actor(call); text(call, "who", "+12025550111", PHONE); json(call, 0))
FUNCTION(stoplist_message_record, (P(0), P(1), N(2), P(3), N(4), W(5), P(6), N(7), I(8), P(9)),
         of_store(call); actor(call); text(call, "number", "+12025550111", PHONE);
         code(call, "direction", STOPLIST_INBOUND, NO_DIRECTION); text(call, "outcome", "delivered", 0);
         value(call, 0); generation(call, OPTIONAL))
FUNCTION(stoplist_store_bulk_block, (P(0), P(1), N(2), P(3), P(4), P(5), P(6), go_on, NULL, P(7)),
         of_store(call); actor(call); bulk_targets(call, 0); documentation(call); block_options(call);
         bulk_limits(call); json(call, OPTIONAL))
FUNCTION(stoplist_store_undo, (P(0), P(1), N(2), U(3), P(4)),
         of_store(call); actor(call); value(call, world.bulk); generation(call, OPTIONAL))
FUNCTION(stoplist_store_bulk_unblock, (P(0), P(1), N(2), P(3), P(4), P(5), go_on, NULL, P(6)),
         of_store(call); actor(call); bulk_targets(call, 1); documentation(call); bulk_limits(call);
         json(call, OPTIONAL))
FUNCTION(stoplist_store_changes, (P(0), P(1), N(2), U(3), N(4), W(5), P(6)),
         of_store(call); actor(call); value(call, 1); value(call, 3); value(call, 0); json(call, 0))
FUNCTION(stoplist_store_verify, (P(0), P(1), N(2), P(3)), of_store(call); actor(call); json(call, 0))
FUNCTION(stoplist_store_backup, (P(0), P(1), N(2), P(3), N(4), P(5)),
         of_store(call); actor(call); new_path(call, ""); json(call, 0))
FUNCTION(stoplist_store_archive, (P(0), P(1), N(2), P(3), N(4), P(5)),
         of_store(call); actor(call); new_path(call, ""); json(call, 0))
FUNCTION(stoplist_list_create, (P(0), P(1), N(2), P(3), N(4), P(5), P(6)),
         of_store(call); actor(call); text(call, "name", "made", 0); list_settings(call);
         generation(call, OPTIONAL))
FUNCTION(stoplist_list_set, (P(0), P(1), N(2), P(3), N(4), P(5), P(6)),
         of_store(call); actor(call); text(call, "name", "made", 0); list_settings(call);
         generation(call, OPTIONAL))
FUNCTION(stoplist_list_get, (P(0), P(1), N(2), P(3), N(4), P(5)),
         of_store(call); actor(call); text(call, "name", "made", 0); json(call, 0))
FUNCTION(stoplist_list_import, (P(0), P(1), N(2), P(3), N(4), P(5), N(6), P(7), go_on, NULL, P(8)),
         of_store(call); actor(call); text(call, "name", "made", 0);
         text(call, "path", world.numbers, ANY_BYTES); import_options(call); json(call, OPTIONAL))
FUNCTION(stoplist_list_export, (P(0), P(1), N(2), P(3), N(4), P(5), N(6), P(7)),
         of_store(call); actor(call); text(call, "name", "made", 0); new_path(call, ".csv");
         json(call, OPTIONAL))
FUNCTION(stoplist_list_drop, (P(0), P(1), N(2), P(3), N(4), P(5)),
         of_store(call); actor(call); text(call, "name", "made", 0); generation(call, OPTIONAL))
FUNCTION(stoplist_actor_add, (P(0), P(1), N(2), P(3), N(4), W(5), P(6)),
         of_store(call); actor(call); text(call, "name", "bo", 0);
         code(call, "permissions", STOPLIST_MAY_VIEW, NO_PERMISSION); generation(call, OPTIONAL))
FUNCTION(stoplist_actor_set, (P(0), P(1), N(2), P(3), N(4), W(5), P(6)),
         of_store(call); actor(call); text(call, "name", "bo", 0);
         code(call, "permissions", STOPLIST_MAY_EDIT, NO_PERMISSION); generation(call, OPTIONAL))
FUNCTION(stoplist_actor_list, (P(0), P(1), N(2), P(3)), of_store(call); actor(call); json(call, 0))
FUNCTION(stoplist_actor_remove, (P(0), P(1), N(2), P(3), N(4), P(5)),
         of_store(call); actor(call); text(call, "name", "bo", 0); generation(call, OPTIONAL))
FUNCTION(stoplist_filter_open, (P(0), P(1), P(2), P(3)),
         of_store(call); gate_options(call, "gate"); filter_options(call);
         out(call, "filter", sizeof(stoplist_filter *), A_FILTER, 0))
FUNCTION(stoplist_filter_of_gate, (P(0), P(1), P(2)),
         of_gate(call); filter_options(call); out(call, "filter", sizeof(stoplist_filter *), A_FILTER, 0))
FUNCTION(stoplist_filter_batch, (P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7)),
         of_filter(call); batch(call); rows(call, "kept", "kept_schema");
         rows(call, "excluded", "excluded_schema");
         out(call, "report", sizeof(stoplist_report *), A_REPORT, OPTIONAL))
FUNCTION(stoplist_filter_recheck, (P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7), P(8)),
         of_filter(call); batch(call); handle(call, "report", world.report, NULL, OPTIONAL);
         rows(call, "kept", "kept_schema"); rows(call, "blocked", "blocked_schema"); generation(call, OPTIONAL))
FUNCTION(stoplist_filter_stream, (P(0), P(1), P(2)),
         of_filter(call); stream(call); out(call, "pass", sizeof(stoplist_pass *), A_PASS, 0))
FUNCTION(stoplist_pass_schema, (P(0), P(1), P(2)),
         of_pass(call); out(call, "kept", sizeof(struct ArrowSchema), A_SCHEMA, 0);
         out(call, "excluded", sizeof(struct ArrowSchema), A_SCHEMA, OPTIONAL))
FUNCTION(stoplist_pass_next, (P(0), P(1), P(2)),
         of_pass(call); out(call, "kept", sizeof(struct ArrowArray), AN_ARRAY, 0);
         out(call, "excluded", sizeof(struct ArrowArray), AN_ARRAY, OPTIONAL))
FUNCTION(stoplist_pass_report, (P(0), P(1)),
         of_pass(call); out(call, "report", sizeof(stoplist_report *), A_REPORT, 0))
FUNCTION(stoplist_pass_record, (P(0), P(1), N(2), P(3), N(4), P(5), N(6), P(7)),
         of_pass(call); actor(call); text(call, "input", "spring", 0); text(call, "digest", ZERO_DIGEST, 0);
         generation(call, OPTIONAL))
FUNCTION(stoplist_pass_export, (P(0), P(1)),
         of_pass(call); out(call, "kept", sizeof(struct ArrowArrayStream), A_STREAM, 0))
FUNCTION(stoplist_report_counts, (P(0), P(1)),
         handle(call, "report", world.report, NULL, 0); out(call, "counts", sizeof(stoplist_counts), PLAIN, 0))
FUNCTION(stoplist_report_json, (P(0), P(1)), handle(call, "report", world.report, NULL, 0); json(call, 0))

/* In this order: what one makes, a later one uses. */
static const struct function {
  const char *name;
  thunk call;
  void (*describe)(struct call *);
} FUNCTIONS[] = {
#define ENTRY(name) {#name, call_##name, describe_##name}
    ENTRY(stoplist_number_parse),
    ENTRY(stoplist_gate_open),
    ENTRY(stoplist_gate_open_index),
    ENTRY(stoplist_gate_freeze),
    ENTRY(stoplist_gate_generation),
    ENTRY(stoplist_gate_lists),
    ENTRY(stoplist_gate_check),
    ENTRY(stoplist_gate_check_text),
    ENTRY(stoplist_gate_check_numbers),
    ENTRY(stoplist_gate_check_texts),
    ENTRY(stoplist_store_create),
    ENTRY(stoplist_store_open),
    ENTRY(stoplist_store_generation),
    ENTRY(stoplist_store_checkpoint),
    ENTRY(stoplist_store_repairs),
    ENTRY(stoplist_store_info),
    ENTRY(stoplist_store_explain),
    ENTRY(stoplist_store_block),
    ENTRY(stoplist_store_unblock),
    ENTRY(stoplist_contact_create),
    ENTRY(stoplist_contact_get),
    ENTRY(stoplist_contact_edit),
    ENTRY(stoplist_contact_archive),
    ENTRY(stoplist_contact_restore),
    ENTRY(stoplist_contact_find),
    ENTRY(stoplist_contact_history),
    ENTRY(stoplist_message_record),
    ENTRY(stoplist_store_bulk_block),
    ENTRY(stoplist_store_undo),
    ENTRY(stoplist_store_bulk_unblock),
    ENTRY(stoplist_store_changes),
    ENTRY(stoplist_store_verify),
    ENTRY(stoplist_store_backup),
    ENTRY(stoplist_store_archive),
    ENTRY(stoplist_list_create),
    ENTRY(stoplist_list_set),
    ENTRY(stoplist_list_get),
    ENTRY(stoplist_list_import),
    ENTRY(stoplist_list_export),
    ENTRY(stoplist_list_drop),
    ENTRY(stoplist_actor_add),
    ENTRY(stoplist_actor_set),
    ENTRY(stoplist_actor_list),
    ENTRY(stoplist_actor_remove),
    ENTRY(stoplist_filter_open),
    ENTRY(stoplist_filter_of_gate),
    ENTRY(stoplist_filter_batch),
    ENTRY(stoplist_filter_recheck),
    ENTRY(stoplist_filter_stream),
    ENTRY(stoplist_pass_schema),
    ENTRY(stoplist_pass_next),
    ENTRY(stoplist_pass_report),
    ENTRY(stoplist_pass_record),
    ENTRY(stoplist_pass_export),
    ENTRY(stoplist_report_counts),
    ENTRY(stoplist_report_json),
};
enum { FUNCTION_COUNT = sizeof FUNCTIONS / sizeof FUNCTIONS[0] };

#endif
