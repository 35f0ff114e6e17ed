/* What do calls get that meet the closing of their store?
 *
 * OK or CLOSED, each of them; the closing returns soon, also with somebody waiting for changes; and then the
 * directory is free for the next. */
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 12, QUICK_ROUNDS = 3, THREADS = 6, PATIENCE_MS = 5000 };

struct round {
  stoplist_store *store;
  stoplist_gate *gate;
  stoplist_filter *filter;
  unsigned number;
  atomic_uint busy; /* threads that have made a call */
  atomic_bool is_over;
};

struct caller {
  struct round *round;
  unsigned number;
  const char *name;
  unsigned done; /* calls that gave OK */
  int32_t status; /* of the last call */
};

/* -- One call of each kind; each gives OK or CLOSED ----------------------------------------------- */

static int32_t check(struct caller *caller) {
  stoplist_verdict verdict;
  return stoplist_gate_check(caller->round->gate, 12025550101, &verdict, NULL);
}

static int32_t check_texts(struct caller *caller) {
  const char *texts[] = {"+12025550101", "(202) 555-0102", "call me"};
  const size_t lens[] = {12, 14, 7};
  uint8_t verdicts[3];
  return stoplist_gate_check_texts(caller->round->gate, texts, lens, 3, verdicts, NULL, NULL, NULL);
}

static int32_t block(struct caller *caller) {
  char number[24];
  const char *who[] = {number};
  const size_t who_lens[] = {(size_t)snprintf(number, sizeof number, "+1202555%04u", caller->done % 10000)};
  stoplist_documentation why = {.size = sizeof why, .reason = "spam", .reason_len = 4};
  stoplist_text *json = NULL;
  int32_t status = stoplist_store_block(caller->round->store, STOPLIST_TEXT("ana"), who, who_lens, 1, &why, NULL,
                                        &json, NULL);
  EXPECT((json != NULL) == (status == STOPLIST_OK), "block: %s, and %s", stoplist_status_name(status),
         stoplist_text_data(json));
  stoplist_text_free(json);
  return status;
}

/* Waits for what does not come: longer than the closing may take. */
static int32_t wait_for_changes(struct caller *caller) {
  stoplist_text *json = NULL;
  int32_t status = stoplist_store_changes(caller->round->store, STOPLIST_TEXT("ana"), 1u << 30, 0,
                                          6 * PATIENCE_MS, &json, NULL);
  stoplist_text_free(json);
  return status;
}

static int32_t open_gate(struct caller *caller) {
  stoplist_gate *gate = NULL;
  stoplist_verdict verdict;
  int32_t status = stoplist_gate_open(caller->round->store, NULL, &gate, NULL);
  if (status == STOPLIST_OK) {
    status = stoplist_gate_check(gate, 12025550101, &verdict, NULL);
  }
  stoplist_gate_free(gate);
  return status;
}

static void release_array(struct ArrowArray *array) { array->release = NULL; }
static void release_schema(struct ArrowSchema *schema) { schema->release = NULL; }

static int32_t filter(struct caller *caller) {
  static const int64_t numbers[3] = {12025550101, 12025550102, 12025550103};
  const void *buffers[2] = {NULL, numbers}, *no_buffers[1] = {NULL};
  struct ArrowArray column = {.length = 3, .n_buffers = 2, .buffers = buffers, .release = release_array};
  struct ArrowArray *columns[1] = {&column};
  struct ArrowArray array = {.length = 3, .n_buffers = 1, .n_children = 1, .buffers = no_buffers};
  struct ArrowSchema field = {.format = "l", .name = "phone", .release = release_schema};
  struct ArrowSchema *fields[1] = {&field};
  struct ArrowSchema schema = {.format = "+s", .n_children = 1, .children = fields, .release = release_schema};
  struct ArrowArray kept = {0};
  struct ArrowSchema kept_schema = {0};
  array.children = columns;
  array.release = release_array;
  int32_t status = stoplist_filter_batch(caller->round->filter, &array, &schema, &kept, &kept_schema, NULL, NULL,
                                         NULL, NULL);
  if (kept.release != NULL) {
    kept.release(&kept);
    kept_schema.release(&kept_schema);
  }
  EXPECT(array.release == NULL && schema.release == NULL, "filter: the batch was not taken");
  return status;
}

static const struct {
  const char *name;
  int32_t (*call)(struct caller *);
} KINDS[THREADS] = {{"check", check},   {"check_texts", check_texts}, {"block", block},
                    {"changes", wait_for_changes}, {"gate_open", open_gate}, {"filter", filter}};

/* -- The race ------------------------------------------------------------------------------------ */

static void *call_until_closed(void *argument) {
  struct caller *caller = argument;
  struct round *round = caller->round;
  atomic_fetch_add(&round->busy, 1);
  do {
    caller->status = KINDS[caller->number].call(caller);
    caller->done += caller->status == STOPLIST_OK;
  } while (caller->status == STOPLIST_OK && !atomic_load(&round->is_over));
  return NULL;
}

static long ms_since(const struct timespec *start) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000;
}

static unsigned run(struct round *round, const char *path) {
  stoplist_error *error = NULL;
  pthread_t threads[THREADS];
  struct caller callers[THREADS];
  unsigned started = 0, done = 0;
  struct timespec start;

  if (!SUCCEEDS(stoplist_gate_open(round->store, NULL, &round->gate, &error)) ||
      !SUCCEEDS(stoplist_filter_open(round->store, NULL, NULL, &round->filter, &error))) {
    return 0;
  }
  for (; started < THREADS; started++) {
    callers[started] = (struct caller){.round = round, .number = started, .name = KINDS[started].name};
    if (!EXPECT(pthread_create(&threads[started], NULL, call_until_closed, &callers[started]) == 0, "no thread")) {
      break;
    }
  }
  while (atomic_load(&round->busy) < started) {
    nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
  }
  nanosleep(&(struct timespec){.tv_nsec = 1000000 + round->number * 1700000}, NULL);

  clock_gettime(CLOCK_MONOTONIC, &start);
  SUCCEEDS(stoplist_store_close(round->store, &error));
  long took = ms_since(&start);
  EXPECT(took < PATIENCE_MS, "round %u: closing took %ld ms", round->number, took);

  /* The directory is free at once, whatever the threads do. */
  stoplist_store *again = NULL;
  if (SUCCEEDS(stoplist_store_open(path, strlen(path), NULL, &again, &error))) {
    SUCCEEDS(stoplist_store_close(again, &error));
  }
  /* Nobody is told OK by a store that is closed: each ends by itself. */
  for (unsigned at = 0; at < started; at++) {
    pthread_join(threads[at], NULL);
    EXPECT(callers[at].status == STOPLIST_CLOSED, "round %u, %s: the last call gave %s", round->number,
           callers[at].name, stoplist_status_name(callers[at].status));
    done += callers[at].done;
  }
  EXPECT(stoplist_store_close(round->store, NULL) == STOPLIST_CLOSED, "round %u: closed twice", round->number);
  stoplist_gate_free(round->gate);
  stoplist_filter_free(round->filter);
  return done;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 1;
  }
  unsigned rounds = getenv("STOPLIST_QUICK") != NULL ? QUICK_ROUNDS : ROUNDS, done = 0;
  char path[1024];
  snprintf(path, sizeof path, "%s/store", argv[1]);
  for (unsigned at = 0; at < rounds && test_failures == 0; at++) {
    struct round round = {.number = at};
    stoplist_error *error = NULL;
    int32_t status =
        at == 0 ? stoplist_store_create(path, strlen(path), STOPLIST_TEXT("ana"), NULL, &round.store, &error)
                : stoplist_store_open(path, strlen(path), NULL, &round.store, &error);
    if (!test_ok(status, &error, __FILE__, __LINE__)) {
      break;
    }
    done += run(&round, path);
  }
  printf("%u stores closed under %d threads each: %u calls were done, the others told\n", rounds, THREADS, done);
  return test_failures != 0;
}
