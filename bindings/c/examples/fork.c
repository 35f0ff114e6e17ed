/* May a program fork while it has a store open?
 *
 * Yes: the child asks the gates that it inherited, frees what it has and ends; everything else tells it
 * STOPLIST_FORKED, at once, whatever the threads of its parent were in the middle of. Here one thread
 * parses texts and another blocks, while the program forks again and again. */
#include "check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FORKS = 50, QUICK_FORKS = 12, GATES = 3, THREADS = 2, PATIENCE_S = 20 };

/* The malloc of a sanitizer hangs in a child whose parent was in it: there the threads are left out. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

/* Region GB. All but the first three take the long way through the rules for numbers. */
static const struct {
  const char *text;
  int verdict;
} TEXTS[] = {
    {"+442079460001", STOPLIST_BLOCK},
    {"+442079460002", STOPLIST_ALLOW},
    {"", STOPLIST_INVALID},
    {"020 7946 0001", STOPLIST_BLOCK},
    {"(020) 7946-0001 ext. 17", STOPLIST_BLOCK},
    {"tel:+44-20-7946-0001", STOPLIST_BLOCK},
    {"0044 (0)20 7946.0001", STOPLIST_BLOCK},
    {"\xef\xbc\x90\xef\xbc\x92\xef\xbc\x90 7946 0001", STOPLIST_BLOCK}, /* full-width 020 */
    {"020 7946 0002", STOPLIST_ALLOW},
    {"tel:7946-0002;phone-context=+44-20", STOPLIST_ALLOW},
    {"call me", STOPLIST_INVALID},
    {"+999 123 4567", STOPLIST_INVALID},
};
enum { TEXT_COUNT = sizeof TEXTS / sizeof TEXTS[0] };

/* What is there when the program forks. The gates: of the store, frozen, of an index file. */
struct host {
  stoplist_store *store;
  stoplist_gate *gates[GATES];
  stoplist_filter *filter;
  atomic_bool is_over;
  atomic_uint_fast64_t batches, blocks;
};

static const stoplist_documentation *opted_out(void) {
  static const stoplist_documentation why = {.size = sizeof why, .reason = "opt_out", .reason_len = 7};
  return &why;
}

/* Whether the gate answers as it should, one by one and in a batch. */
static int asks(const stoplist_gate *gate) {
  const char *texts[TEXT_COUNT];
  size_t lens[TEXT_COUNT];
  uint8_t verdicts[TEXT_COUNT] = {0};
  uint64_t numbers[2] = {442079460001, 442079460002};
  uint8_t of_numbers[2] = {0};
  uint64_t generation = 0;
  stoplist_verdict verdict;
  stoplist_text *json = NULL;
  stoplist_error *error = NULL;
  int result = 1;

  for (size_t at = 0; at < TEXT_COUNT; at++) {
    texts[at] = TEXTS[at].text;
    lens[at] = strlen(texts[at]);
    OK(stoplist_gate_check_text(gate, texts[at], lens[at], &verdict, &error));
    CHECK(verdict.verdict == TEXTS[at].verdict);
  }
  OK(stoplist_gate_check_texts(gate, texts, lens, TEXT_COUNT, verdicts, NULL, NULL, &error));
  for (size_t at = 0; at < TEXT_COUNT; at++) {
    CHECK(verdicts[at] == TEXTS[at].verdict);
  }
  OK(stoplist_gate_check(gate, 442079460001, &verdict, &error));
  CHECK(verdict.verdict == STOPLIST_BLOCK);
  OK(stoplist_gate_check_numbers(gate, numbers, 2, of_numbers, &generation, &error));
  CHECK(of_numbers[0] == STOPLIST_BLOCK && of_numbers[1] == STOPLIST_ALLOW);
  OK(stoplist_gate_generation(gate, &generation, &error));
  OK(stoplist_gate_lists(gate, &json, &error));
  result = 0;

done:
  stoplist_error_free(error);
  stoplist_text_free(json);
  return result;
}

static void *check_batches(void *argument) {
  enum { BATCH = 600 };
  struct host *host = argument;
  stoplist_error *error = NULL;
  const char *texts[BATCH];
  size_t lens[BATCH];
  uint8_t verdicts[BATCH];
  for (size_t at = 0; at < BATCH; at++) {
    texts[at] = TEXTS[at % TEXT_COUNT].text;
    lens[at] = strlen(texts[at]);
  }
  while (!atomic_load(&host->is_over)) {
    OK(stoplist_gate_check_texts(host->gates[0], texts, lens, BATCH, verdicts, NULL, NULL, &error));
    atomic_fetch_add(&host->batches, 1);
  }
done:
  stoplist_error_free(error);
  return NULL;
}

static void *block_more(void *argument) {
  struct host *host = argument;
  stoplist_error *error = NULL;
  for (unsigned at = 0; !atomic_load(&host->is_over); at++) {
    char number[24];
    const char *who[] = {number};
    const size_t who_lens[] = {(size_t)snprintf(number, sizeof number, "+1202555%04u", at % 10000)};
    OK(stoplist_store_block(host->store, STOPLIST_TEXT("ana"), who, who_lens, 1, opted_out(), NULL, NULL,
                            &error));
    atomic_fetch_add(&host->blocks, 1);
  }
done:
  stoplist_error_free(error);
  return NULL;
}

/* Everything that belongs to the parent and is not a gate. */
static int is_told(struct host *host) {
  const char *who[] = {"+442079460009"};
  const size_t who_lens[] = {13};
  uint64_t generation = 7;
  stoplist_text *json = NULL;
  stoplist_gate *gate = NULL;
  stoplist_filter *filter = NULL;
  stoplist_error *error = NULL;
  int result = 1;

  CHECK(stoplist_store_generation(host->store, &generation, NULL) == STOPLIST_FORKED && generation == 7);
  CHECK(stoplist_store_block(host->store, STOPLIST_TEXT("ana"), who, who_lens, 1, opted_out(), NULL, &json,
                             &error) == STOPLIST_FORKED);
  CHECK(strcmp(stoplist_error_code(error), "forked") == 0 && stoplist_error_message(error)[0] != '\0');
  CHECK(stoplist_store_changes(host->store, STOPLIST_TEXT("ana"), 0, 0, 1000, &json, NULL) == STOPLIST_FORKED);
  CHECK(stoplist_store_info(host->store, STOPLIST_TEXT("ana"), &json, NULL) == STOPLIST_FORKED);
  CHECK(stoplist_contact_find(host->store, STOPLIST_TEXT("ana"), NULL, 0, &json, NULL) == STOPLIST_FORKED);
  CHECK(stoplist_store_checkpoint(host->store, NULL) == STOPLIST_FORKED);
  CHECK(stoplist_gate_open(host->store, NULL, &gate, NULL) == STOPLIST_FORKED);
  CHECK(stoplist_filter_open(host->store, NULL, NULL, &filter, NULL) == STOPLIST_FORKED);

  /* Also here what is handed over is taken. An empty struct is a batch without columns. */
  struct ArrowArray array = {0}, kept = {0};
  struct ArrowSchema schema = {0}, kept_schema = {0};
  CHECK(stoplist_filter_batch(host->filter, &array, &schema, &kept, &kept_schema, NULL, NULL, NULL, NULL) ==
        STOPLIST_FORKED);
  CHECK(json == NULL && gate == NULL && filter == NULL && kept.release == NULL);
  CHECK(stoplist_store_close(host->store, NULL) == STOPLIST_FORKED);
  result = 0;

done:
  stoplist_error_free(error);
  return result;
}

static int in_child(struct host *host) {
  alarm(PATIENCE_S);
  int result = 0;
  for (size_t at = 0; at < GATES; at++) {
    result |= asks(host->gates[at]);
  }
  result |= is_told(host);
  stoplist_filter_free(host->filter);
  for (size_t at = 0; at < GATES; at++) {
    stoplist_gate_free(host->gates[at]);
  }
  return result;
}

static int forks_once(struct host *host, unsigned at, int is_quick) {
  /* Not always at the same moment of what the threads do. */
  nanosleep(&(struct timespec){.tv_nsec = 100000 + at * 37000}, NULL);
  int status = 0;
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    int result = in_child(host);
    if (result == 0 && is_quick) {
      /* valgrind would take for lost what only the threads of the parent knew. */
      execlp("true", "true", (char *)NULL);
    }
    _exit(result);
  }
  if (child < 0 || waitpid(child, &status, 0) != child) {
    return 0;
  }
  if (WIFSIGNALED(status)) {
    fprintf(stderr, "fork %u: the child ended by signal %d\n", at, WTERMSIG(status));
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv) {
  struct host host = {0};
  stoplist_error *error = NULL;
  pthread_t threads[THREADS];
  unsigned started = 0;
  int result = 1;

  if (argc < 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 1;
  }
  char path[1024], index[1024];
  snprintf(path, sizeof path, "%s/store", argv[1]);
  snprintf(index, sizeof index, "%s/blocked.idx", argv[1]);
  stoplist_store_options options = {.size = sizeof options, .sync_interval_ms = 20};
  OK(stoplist_store_create(path, strlen(path), STOPLIST_TEXT("ana"), &options, &host.store, &error));
  const char *who[] = {"+442079460001"};
  const size_t who_lens[] = {13};
  OK(stoplist_store_block(host.store, STOPLIST_TEXT("ana"), who, who_lens, 1, opted_out(), NULL, NULL, &error));

  stoplist_gate_options of_gate = {.size = sizeof of_gate, .region = "GB", .region_len = 2};
  OK(stoplist_gate_open(host.store, &of_gate, &host.gates[0], &error));
  OK(stoplist_gate_freeze(host.gates[0], &host.gates[1], &error));
  OK(stoplist_list_export(host.store, STOPLIST_TEXT("ana"), STOPLIST_TEXT("blocked"), index, strlen(index), NULL,
                          &error));
  OK(stoplist_gate_open_index(index, strlen(index), STOPLIST_TEXT("blocked"), 0, STOPLIST_TEXT("GB"),
                              &host.gates[2], &error));
  OK(stoplist_filter_open(host.store, NULL, NULL, &host.filter, &error));
  for (size_t at = 0; at < GATES; at++) {
    CHECK(asks(host.gates[at]) == 0);
  }

  /* From here on the threads of the library are idle, if nobody calls it. */
  OK(stoplist_store_checkpoint(host.store, &error));
  void *(*const works[THREADS])(void *) = {check_batches, block_more};
  for (; !SANITIZED && started < THREADS; started++) {
    CHECK(pthread_create(&threads[started], NULL, works[started], &host) == 0);
  }
  int is_quick = getenv("STOPLIST_QUICK") != NULL;
  unsigned forks = is_quick ? QUICK_FORKS : FORKS;
  for (unsigned at = 0; at < forks; at++) {
    alarm(2 * PATIENCE_S);
    CHECK(forks_once(&host, at, is_quick));
  }
  alarm(PATIENCE_S);
  result = 0;

done:
  atomic_store(&host.is_over, true);
  for (unsigned at = 0; at < started; at++) {
    pthread_join(threads[at], NULL);
  }
  if (result == 0) {
    uint64_t generation = 0;
    /* The parent goes on as if nothing had been. */
    if (stoplist_store_generation(host.store, &generation, NULL) != STOPLIST_OK || asks(host.gates[0]) != 0) {
      result = 1;
    }
    printf("%u forks, beside %llu batches and %llu blocks of the parent\n", forks,
           (unsigned long long)host.batches, (unsigned long long)host.blocks);
  }
  stoplist_error_free(error);
  stoplist_filter_free(host.filter);
  for (size_t at = 0; at < GATES; at++) {
    stoplist_gate_free(host.gates[at]);
  }
  if (stoplist_store_close(host.store, NULL) != STOPLIST_OK) {
    result = 1;
  }
  return result;
}
