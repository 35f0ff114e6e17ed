/* How are many blocked at once without doing it to everybody by mistake?
 *
 * A dry run says how many it would be. More than a fifth of all contacts has to be confirmed. A callback
 * hears how far it is and may stop it, and then nothing has changed; and what was done can be undone. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

enum { CONTACTS = 50, NUMBERS = 20000 };

/* What a callback was told, and when it says stop. */
struct listener {
  unsigned calls;
  uint64_t done, total;
  int stops;
};

static int32_t listen(void *user, uint64_t done, uint64_t total) {
  struct listener *listener = user;
  listener->calls++;
  listener->done = done;
  listener->total = total;
  return listener->stops;
}

static int contains(const stoplist_text *json, const char *part) {
  return strstr(stoplist_text_data(json), part) != NULL;
}

/* Verdicts of numbers by the newest state, counted. */
static int32_t count_blocked(const stoplist_gate *gate, const uint64_t *numbers, size_t count,
                             size_t *blocked, stoplist_error **error) {
  uint8_t *verdicts = calloc(count, 1);
  if (verdicts == NULL) {
    return STOPLIST_IO;
  }
  int32_t status = stoplist_gate_check_numbers(gate, numbers, count, verdicts, NULL, error);
  *blocked = 0;
  for (size_t at = 0; at < count; at++) {
    *blocked += verdicts[at] == STOPLIST_BLOCK;
  }
  free(verdicts);
  return status;
}

int main(int argc, char **argv) {
  stoplist_store *store = NULL;
  stoplist_gate *gate = NULL;
  stoplist_text *json = NULL;
  stoplist_error *error = NULL;
  uint64_t *numbers = NULL;
  int result = 1;

  if (argc < 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 1;
  }
  char path[1024];
  snprintf(path, sizeof path, "%s/store", argv[1]);
  stoplist_store_options options = {.size = sizeof options, .sync_interval_ms = 100};
  OK(stoplist_store_create(path, strlen(path), STOPLIST_TEXT("ana"), &options, &store, &error));
  OK(stoplist_gate_open(store, NULL, &gate, &error));

  numbers = malloc(NUMBERS * sizeof *numbers);
  CHECK(numbers != NULL);
  for (size_t at = 0; at < NUMBERS; at++) {
    numbers[at] = 12025000000u + at;
  }
  for (size_t at = 0; at < CONTACTS; at++) {
    char details[200];
    int length = snprintf(details, sizeof details,
                          "{\"name\": \"Contact %zu\", \"category\": \"%s\", \"primary\": \"+%llu\"}", at,
                          at % 2 == 0 ? "Lead" : "Customer", (unsigned long long)numbers[at]);
    OK(stoplist_contact_create(store, STOPLIST_TEXT("ana"), details, (size_t)length, NULL, &error));
  }

  /* All contacts for which every expression holds. First only a look. */
  const char *filters[] = {"category=Lead", "status!=blocked"};
  const size_t filter_lens[] = {strlen(filters[0]), strlen(filters[1])};
  stoplist_bulk_targets leads = {.size = sizeof leads, .filters = filters, .filter_lens = filter_lens};
  leads.filters_count = 2;
  stoplist_documentation why = {.size = sizeof why, .reason = "compliance", .reason_len = 10};
  stoplist_bulk_limits limits = {.size = sizeof limits, .dry_run = 1};
  OK(stoplist_store_bulk_block(store, STOPLIST_TEXT("ana"), &leads, &why, NULL, &limits, NULL, NULL, &json,
                               &error));
  printf("dry run: %s\n", stoplist_text_data(json));
  CHECK(contains(json, "\"changed\":25") && contains(json, "\"needs_confirmation\":true"));
  stoplist_text_free(json);
  json = NULL;

  /* Half of all contacts is too many, unless it is meant. */
  limits.dry_run = 0;
  int32_t status = stoplist_store_bulk_block(store, STOPLIST_TEXT("ana"), &leads, &why, NULL, &limits, NULL,
                                             NULL, NULL, &error);
  CHECK(status == STOPLIST_USAGE && strcmp(stoplist_error_code(error), "too_many_contacts") == 0);
  printf("refused: %s\n", stoplist_error_message(error));
  stoplist_error_free(error);
  error = NULL;

  /* A callback that says stop: nothing has changed. */
  uint64_t before = 0, after = 0;
  size_t blocked = 0;
  OK(stoplist_store_generation(store, &before, &error));
  limits.confirmed = 1;
  stoplist_bulk_targets file = {.size = sizeof file, .numbers = numbers, .numbers_count = NUMBERS};
  file.origin = "spring.csv";
  file.origin_len = strlen(file.origin);
  struct listener stopper = {.stops = 1};
  status = stoplist_store_bulk_block(store, STOPLIST_TEXT("ana"), &file, &why, NULL, &limits, listen,
                                     &stopper, &json, &error);
  CHECK(status == STOPLIST_CANCELLED && stopper.calls == 1 && json == NULL);
  stoplist_error_free(error);
  error = NULL;
  OK(stoplist_store_generation(store, &after, &error));
  OK(count_blocked(gate, numbers, NUMBERS, &blocked, &error));
  CHECK(after == before && blocked == 0);

  /* The same, to its end: one change. */
  struct listener listener = {0};
  OK(stoplist_store_bulk_block(store, STOPLIST_TEXT("ana"), &file, &why, NULL, &limits, listen, &listener,
                               &json, &error));
  printf("blocked: %s, told %u times\n", stoplist_text_data(json), listener.calls);
  CHECK(listener.calls >= 2 && listener.done == NUMBERS && listener.total == NUMBERS);
  OK(stoplist_store_generation(store, &after, &error));
  OK(count_blocked(gate, numbers, NUMBERS, &blocked, &error));
  CHECK(after == before + 1 && blocked == NUMBERS);

  /* And taken back, as one more change. */
  uint64_t undone = 0;
  OK(stoplist_store_undo(store, STOPLIST_TEXT("ana"), after, &undone, &error));
  OK(count_blocked(gate, numbers, NUMBERS, &blocked, &error));
  CHECK(undone == after + 1 && blocked == 0);
  printf("undone at generation %llu\n", (unsigned long long)undone);
  result = 0;

done:
  stoplist_error_free(error);
  stoplist_text_free(json);
  stoplist_gate_free(gate);
  if (stoplist_store_close(store, NULL) != STOPLIST_OK) {
    result = 1;
  }
  free(numbers);
  return result;
}
