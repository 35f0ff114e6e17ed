/* Does each request, as people make them and make them wrong, get the status and the code it should?
 *
 * Documents of contacts, whom a call is about, lists that are stale, files that are none: what
 * `matrix.c` does not vary, since it is not about pointers. */
#include "counted.h"

#include <stdint.h>

#define ANA STOPLIST_TEXT("ana")

enum verb { CREATE, EDIT, GET, FIND };

/* A request, and what comes of it: a part of the answer, or the code of the error. */
struct request {
  enum verb verb;
  const char *who, *document;
  int32_t status;
  const char *expected;
};

static const struct request REQUESTS[] = {
  {CREATE, "", "{\"name\":\"Ada\",\"primary\":\"+12025550101\",\"attributes\":{\"plan\":\"gold\"}}", STOPLIST_OK,
   "\"plan\":\"gold\""},
  {CREATE, "",
   "{\"name\":\"Bea\",\"primary\":\"+12025550102\",\"block\":{\"reason\":\"opt_out\",\"note\":\"by phone\","
   "\"reference\":\"T-1\",\"source\":\"desk\",\"traffic\":[\"broadcast\",\"automated\"],\"until\":\"2999-01-01\"}}",
   STOPLIST_OK, "\"opt_out\""},
  {CREATE, "", "{\"name\":\"C\",\"primary\":\"+12025550103\",\"block\":{\"reason\":\"whim\"}}", STOPLIST_USAGE,
   "query"},
  {CREATE, "",
   "{\"name\":\"C\",\"primary\":\"+12025550103\",\"block\":{\"reason\":\"spam\",\"traffic\":[\"inbound\",\"x\"]}}",
   STOPLIST_USAGE, "query"},
  {CREATE, "", "{\"name\":\"C\",\"primary\":\"+12025550103\",\"block\":{\"reason\":\"spam\",\"until\":\"soon\"}}",
   STOPLIST_USAGE, "query"},
  {CREATE, "", "{\"name\":\"C\",\"primary\":\"+12025550103\",\"block\":{\"reason\":\"spam\",\"for\":\"7d\"}}",
   STOPLIST_DATA, "json"},
  {CREATE, "", "[\"Cy\"]", STOPLIST_DATA, "json"},
  {GET, "+1 202 555 0101", NULL, STOPLIST_OK, "\"Ada\""},
  {GET, "+12025550199", NULL, STOPLIST_NOT_FOUND, "unknown_contact"},
  {GET, "c99", NULL, STOPLIST_NOT_FOUND, "unknown_contact"},
  {CREATE, "", "{\"name\":\"Ben\",\"primary\":\"+12025550103\",\"secondary\":\"+12025550101\"}", STOPLIST_OK,
   "\"Ben\""},
  {GET, "+12025550101", NULL, STOPLIST_USAGE, "several_contacts"},
  {EDIT, "c1",
   "{\"name\":\"Ada L\",\"email\":\"ada@example.org\",\"category\":\"Lead\",\"primary\":\"+12025550104\","
   "\"secondary\":\"+12025550105\",\"add_groups\":[\"vip\"],\"attributes\":{\"plan\":null,\"size\":\"2\"}}",
   STOPLIST_OK, "\"vip\""},
  {EDIT, "+12025550104", "{\"secondary\":null,\"remove_groups\":[\"vip\"]}", STOPLIST_OK, "\"groups\":[]"},
  {EDIT, "c1", "{\"add_groups\":[\"a\"],\"remove_groups\":[\"a\"]}", STOPLIST_USAGE, "query"},
  {EDIT, "c1", "{}", STOPLIST_USAGE, "query"},
  {EDIT, "c1", "{\"primary\":\"abc\"}", STOPLIST_NOT_A_NUMBER, "not_a_number"},
  {FIND, "", "{\"created_from\":\"2020-01-01\",\"created_to\":\"2999-01-01\",\"blocked_from\":\"2020-01-01\","
             "\"blocked_to\":\"2999-01-01\"}",
   STOPLIST_OK, "\"Bea\""},
  {FIND, "", "{\"created_to\":\"2020-01-01\"}", STOPLIST_OK, "\"total\":0"},
  {FIND, "", "{\"created_from\":\"whenever\"}", STOPLIST_USAGE, "query"},
  {FIND, "", "{\"blocked_to\":\"whenever\"}", STOPLIST_USAGE, "query"},
  {FIND, "", "{\"sort\":\"colour\"}", STOPLIST_USAGE, "query"},
  {FIND, "", "{\"status\":[\"gone\"]}", STOPLIST_USAGE, "query"},
  {FIND, "", "{\"page\":1,\"after\":\"x\"}", STOPLIST_USAGE, "query"},
};

static stoplist_store *store;

/* The call has to fail with this status and code. */
static void refused(int line, int32_t status, stoplist_error **at, int32_t expected, const char *code) {
  stoplist_error *error = *at;
  EXPECT(status == expected && strcmp(stoplist_error_code(error), code) == 0, "line %d: %s, %s: %s", line,
         stoplist_status_name(status), stoplist_error_code(error), stoplist_error_message(error));
  stoplist_error_free(error);
}

#define REFUSED(call, status, code) (error = NULL, refused(__LINE__, (call), &error, (status), (code)))

static void request(size_t at, const struct request *one) {
  stoplist_text *json = NULL;
  stoplist_error *error = NULL;
  const char *who = one->who, *text = one->document;
  int32_t status = STOPLIST_PANIC;
  switch (one->verb) {
  case CREATE:
    status = stoplist_contact_create(store, ANA, text, strlen(text), &json, &error);
    break;
  case EDIT:
    status = stoplist_contact_edit(store, ANA, who, strlen(who), text, strlen(text), &json, &error);
    break;
  case GET:
    status = stoplist_contact_get(store, ANA, who, strlen(who), &json, &error);
    break;
  case FIND:
    status = stoplist_contact_find(store, ANA, text, strlen(text), &json, &error);
    break;
  }
  const char *said = status == STOPLIST_OK ? stoplist_text_data(json) : stoplist_error_code(error);
  EXPECT(status == one->status && strstr(said, one->expected) != NULL, "request %zu: %s, %s %s", at,
         stoplist_status_name(status), said, stoplist_error_message(error));
  stoplist_text_free(json);
  stoplist_error_free(error);
}

/* Whom a call is about. */
static void check_targets(void) {
  stoplist_error *error = NULL;
  stoplist_text *json = NULL;
  const uint64_t number = 12025550101;
  const char *who[] = {"c1", "+12025550106"}, *poor[] = {"abc"};
  const size_t lens[] = {2, 12}, poor_lens[] = {3};
  const stoplist_documentation why = {.size = sizeof why, .reason = "spam", .reason_len = 4};
  stoplist_bulk_targets targets = {.size = sizeof targets};
  REFUSED(stoplist_store_bulk_block(store, ANA, &targets, &why, NULL, NULL, NULL, NULL, &json, &error),
          STOPLIST_INVALID_ARGUMENT, "invalid_argument");
  targets.who = who, targets.who_lens = lens, targets.who_count = 2;
  /* One of three contacts is more than a fifth. */
  REFUSED(stoplist_store_bulk_block(store, ANA, &targets, &why, NULL, NULL, NULL, NULL, &json, &error),
          STOPLIST_USAGE, "too_many_contacts");
  const stoplist_bulk_limits confirmed = {.size = sizeof confirmed, .confirmed = 1};
  if (SUCCEEDS(stoplist_store_bulk_block(store, ANA, &targets, &why, NULL, &confirmed, NULL, NULL, &json, &error))) {
    stoplist_text_free(json);
  }
  targets.numbers = &number, targets.numbers_count = 1;
  REFUSED(stoplist_store_bulk_block(store, ANA, &targets, &why, NULL, NULL, NULL, NULL, &json, &error),
          STOPLIST_INVALID_ARGUMENT, "invalid_argument");
  REFUSED(stoplist_store_block(store, ANA, poor, poor_lens, 1, &why, NULL, NULL, &error), STOPLIST_NOT_A_NUMBER,
          "not_a_number");
  REFUSED(stoplist_store_changes(store, ANA, 0, SIZE_MAX, 0, &json, &error), STOPLIST_INVALID_ARGUMENT,
          "invalid_argument");
}

static int write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  return EXPECT(file != NULL, "%s: cannot write", path) && fputs(text, file) >= 0 && fclose(file) == 0;
}

/* Files that are no list, and no index. */
static void check_files(const char *scratch) {
  stoplist_error *error = NULL;
  stoplist_text *json = NULL;
  stoplist_gate *gate = NULL;
  char path[1024], absent[1024];
  snprintf(path, sizeof path, "%s/words.txt", scratch);
  snprintf(absent, sizeof absent, "%s/absent", scratch);
  stoplist_list_settings settings = {.size = sizeof settings, .traffic = STOPLIST_BROADCAST, .max_age_days = 1,
                                     .fail_when_stale = 1};
  stoplist_import_options options = {.size = sizeof options, .format = "tape", .format_len = 4};
  if (!write_file(path, "phone\nnone\nnothing\n") ||
      !SUCCEEDS(stoplist_list_create(store, ANA, STOPLIST_TEXT("dnc"), &settings, NULL, &error))) {
    return;
  }
  REFUSED(stoplist_list_import(store, ANA, STOPLIST_TEXT("dnc"), path, strlen(path), &options, NULL, NULL, &json,
                               &error),
          STOPLIST_INVALID_ARGUMENT, "invalid_argument");
  REFUSED(stoplist_list_import(store, ANA, STOPLIST_TEXT("dnc"), path, strlen(path), NULL, NULL, NULL, &json, &error),
          STOPLIST_DATA, "no_number");
  REFUSED(stoplist_gate_open_index(absent, strlen(absent), STOPLIST_TEXT("dnc"), 1, NULL, 0, &gate, &error),
          STOPLIST_NOT_FOUND, "not_found");
  REFUSED(stoplist_gate_open_index(path, strlen(path), STOPLIST_TEXT("dnc"), 1, NULL, 0, &gate, &error),
          STOPLIST_DAMAGED, "index");
  REFUSED(stoplist_gate_open_index(path, strlen(path), NULL, 0, 1, NULL, 0, &gate, &error), STOPLIST_INVALID_ARGUMENT,
          "invalid_argument");
}

/* What a filter does with a row that is no number: it keeps it, or fails. */
static void check_policies(void) {
  static const struct {
    int32_t on_invalid, status;
    const char *code;
  } CASES[] = {{STOPLIST_EXCLUDE, STOPLIST_OK, ""},
               {STOPLIST_KEEP, STOPLIST_OK, ""},
               {STOPLIST_FAIL, STOPLIST_DATA, "invalid_row"}};
  static const char *const TEXTS[] = {"+12025550188", "letters, no"};
  for (size_t at = 0; at < sizeof CASES / sizeof CASES[0]; at++) {
    struct heap heap;
    memset(&heap, 0, sizeof heap);
    stoplist_error *error = NULL;
    stoplist_filter *filter = NULL;
    struct ArrowArray kept;
    struct ArrowSchema kept_schema;
    stoplist_filter_options options = {.size = sizeof options, .on_invalid = CASES[at].on_invalid,
                                       .on_blocked = STOPLIST_EMPTY_CELL, .threads = 1};
    stoplist_gate *gate = NULL;
    stoplist_gate_options lists = {.size = sizeof lists, .traffic = STOPLIST_OUTBOUND};
    if (!SUCCEEDS(stoplist_gate_open(store, &lists, &gate, &error)) ||
        !SUCCEEDS(stoplist_filter_of_gate(gate, &options, &filter, &error))) {
      return;
    }
    struct counted *schema = make_schema(&heap, "+s", ""), *array = make_array(&heap, 2, 1);
    add_child(schema, make_schema(&heap, "u", "phone"));
    add_child(array, make_texts(&heap, TEXTS, 2));
    int32_t status = stoplist_filter_batch(filter, &array->is.array, &schema->is.schema, &kept, &kept_schema, NULL,
                                           NULL, NULL, &error);
    EXPECT(status == CASES[at].status && strcmp(stoplist_error_code(error), CASES[at].code) == 0, "policy %zu: %s, %s",
           at, stoplist_status_name(status), stoplist_error_message(error));
    stoplist_error_free(error);
    if (status == STOPLIST_OK) {
      EXPECT(kept.length == (CASES[at].on_invalid == STOPLIST_KEEP ? 2 : 1), "policy %zu: %d rows", at,
             (int)kept.length);
      kept.release(&kept);
      kept_schema.release(&kept_schema);
    }
    stoplist_filter_free(filter);
    stoplist_gate_free(gate);
    heap_end(&heap, "a policy");
  }
}

/* What only a filter with excluded rows gives, and only one of a store puts on record. */
static void check_pass(void) {
  static const char *const PHONE[] = {"+12025550188"};
  struct heap heap;
  memset(&heap, 0, sizeof heap);
  stoplist_error *error = NULL;
  stoplist_gate *gate = NULL;
  stoplist_filter *filter = NULL;
  stoplist_pass *pass = NULL;
  struct ArrowArray kept, excluded;
  struct counted *schema = make_schema(&heap, "+s", ""), *array = make_array(&heap, 1, 1);
  add_child(schema, make_schema(&heap, "u", "phone"));
  add_child(array, make_texts(&heap, PHONE, 1));
  struct counted *stream = make_stream(&heap, schema, array);
  if (SUCCEEDS(stoplist_gate_open(store, NULL, &gate, &error)) &&
      SUCCEEDS(stoplist_filter_of_gate(gate, NULL, &filter, &error)) &&
      SUCCEEDS(stoplist_filter_stream(filter, &stream->is.stream, &pass, &error))) {
    REFUSED(stoplist_pass_next(pass, &kept, &excluded, &error), STOPLIST_USAGE, "no_excluded");
    REFUSED(stoplist_pass_record(pass, ANA, STOPLIST_TEXT("october"), NULL, 0, NULL, &error), STOPLIST_USAGE,
            "no_store");
    /* Neither has ended the stream. */
    if (SUCCEEDS(stoplist_pass_next(pass, &kept, NULL, &error))) {
      EXPECT(kept.length == 1, "%d rows", (int)kept.length);
      kept.release(&kept);
    }
  }
  stoplist_pass_free(pass);
  stoplist_filter_free(filter);
  stoplist_gate_free(gate);
  heap_end(&heap, "a pass");
}

int main(int argc, char **argv) {
  stoplist_error *error = NULL;
  char path[1024];
  if (argc < 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 2;
  }
  snprintf(path, sizeof path, "%s/store", argv[1]);
  if (!SUCCEEDS(stoplist_store_create(path, strlen(path), ANA, NULL, &store, &error))) {
    return 1;
  }
  for (size_t at = 0; at < sizeof REQUESTS / sizeof REQUESTS[0]; at++) {
    request(at, &REQUESTS[at]);
  }
  check_targets();
  check_policies();
  check_pass();
  check_files(argv[1]);
  EXPECT(stoplist_store_close(store, NULL) == STOPLIST_OK, "the store does not close");
  return test_failures == 0 ? 0 : 1;
}
